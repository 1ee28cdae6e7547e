package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.decision.PrimaryEvidence.Basis;
import dev.understudy.collector.statistics.AsympCs;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.collector.statistics.Side;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.EvidenceKind;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Evidence from an estimate with a standard error, where a KPI is no mean of a bounded contrast.
 * Nothing is said before there are enough units of both outcomes, nor without a finite standard
 * error above 0.
 *
 * @param units whose outcome is known, and those of the candidate
 * @param currentMean of the KPI, for display; NaN is shown as 0
 */
record AsymptoticEvidence(
    long units, long unitsOfCandidate, double currentMean, double candidateMean) {
  /** Less evidence than this is none: its logarithm would be minus infinity. */
  static final double NONE = -100;

  /** The evidence of an estimate of the effect, unless something must come first. */
  PrimaryEvidence of(TestPlan plan, Estimate effect, List<String> excluded, String waitsFor) {
    if (!waitsFor.isEmpty() || !effect.usable()) {
      String missing = waitsFor.isEmpty() ? unusable(plan, effect) : waitsFor;
      return new PrimaryEvidence(
          units,
          unitsOfCandidate,
          orZero(currentMean),
          orZero(candidateMean),
          orZero(effect.value()),
          null,
          0,
          0,
          plan.futileLine().isPresent() ? OptionalDouble.of(0) : OptionalDouble.empty(),
          0,
          new Basis(EvidenceKind.ASYMPTOTIC, OptionalDouble.empty(), excluded, missing));
    }
    DecisionPolicy policy = plan.policy();
    AsympCs promote = new AsympCs(policy.getAlphaPromote(), plan.tuningUnits());
    AsympCs rollback =
        new AsympCs(policy.getAlphaRollback() / (1 + plan.guards().size()), plan.tuningUnits());
    AsympCs stop = new AsympCs(policy.getAlphaFutility(), plan.tuningUnits());
    OptionalDouble futileLine = plan.futileLine();
    return new PrimaryEvidence(
        units,
        unitsOfCandidate,
        orZero(currentMean),
        orZero(candidateMean),
        effect.value(),
        alpha -> new AsympCs(alpha, plan.tuningUnits()).oneSided(effect),
        logE(promote, effect, plan.line(), Side.GREATER),
        logE(rollback, effect, plan.line(), Side.LESS),
        futileLine.isPresent()
            ? OptionalDouble.of(logE(stop, effect, futileLine.getAsDouble(), Side.LESS))
            : OptionalDouble.empty(),
        0,
        new Basis(
            EvidenceKind.ASYMPTOTIC, OptionalDouble.of(effect.standardError()), excluded, ""));
  }

  private static String unusable(TestPlan plan, Estimate effect) {
    String name = Words.name(plan.primary());
    return Double.isFinite(effect.value())
        ? "the %s of the two versions has not varied yet, so nothing can be said".formatted(name)
        : "the %s of a version cannot be computed yet".formatted(name);
  }

  private static double logE(AsympCs sequence, Estimate effect, double line, Side side) {
    return Math.max(NONE, sequence.logE(effect, line, side));
  }

  private static double orZero(double value) {
    return Double.isFinite(value) ? value : 0;
  }
}
