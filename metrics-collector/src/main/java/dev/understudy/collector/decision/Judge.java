package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.SparseCounts;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.Interval;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.GuardEvidence;
import dev.understudy.contracts.v1.KpiEvidence;
import dev.understudy.contracts.v1.LogE;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Verdict;

/**
 * Decides whether the candidate of a test is better: tally, definition and an instant of log time
 * in, evaluation with evidence and verdict out. Pure and thread-safe.
 *
 * <p>The steps are those of {@link DecisionRule}; the evidence is that of {@link PrimaryEvidence}
 * and {@link HarmEvidence}; whether the data can be trusted says {@link HealthCheck}.
 */
public final class Judge {
  private Judge() {}

  /** The evaluation of a test at one whole second of log time, of which nothing is remembered. */
  public static RolloutEvaluated evaluate(TestPlan plan, Tally tally, Stand stand) {
    return evaluate(plan, tally, stand, Memory.NONE);
  }

  /** The evaluation of a test at one whole second of log time. */
  public static RolloutEvaluated evaluate(TestPlan plan, Tally tally, Stand stand, Memory memory) {
    Weighed weighed = Weighed.of(plan, tally, stand, memory);
    Verdict verdict = weighed.verdict();
    Words words = new Words(plan, weighed.rule());
    Breaker breaker = weighed.breaker();
    String reason =
        breaker != null && breaker.trips()
            ? breaker.reason(words.candidate())
            : words.reason(
                verdict, weighed.now(), weighed.primary(), weighed.guards(), weighed.health());
    return RolloutEvaluated.newBuilder()
        .setRolloutId(plan.rolloutId())
        .setTestId(plan.testId())
        .setEpoch(tally.lastEpoch())
        .setDefinitionSha256(plan.sha256())
        .setNumber(stand.number())
        .setLogTimeMs(stand.logTimeMs())
        .setProject(plan.project())
        .setModel(plan.model())
        .setCandidate(plan.candidate())
        .setVerdict(verdict)
        .setReason(reason)
        .addAllBlocking(
            words.blocking(weighed.now(), weighed.primary(), weighed.guards(), weighed.health()))
        .setEvidence(evidence(plan, tally, stand, weighed))
        .build();
  }

  /**
   * The verdict of {@link #evaluate} alone, without words, interval and figures: what a simulation
   * asks a million times.
   */
  public static Verdict verdict(TestPlan plan, Tally tally, Stand stand) {
    return verdict(plan, tally, stand, Memory.NONE);
  }

  /** The verdict alone, with what is remembered. */
  public static Verdict verdict(TestPlan plan, Tally tally, Stand stand, Memory memory) {
    return Weighed.of(plan, tally, stand, memory).verdict();
  }

  /** The evidence about the primary KPI in nats, as {@link #evaluate} weighs it. */
  public static LogEs logEs(TestPlan plan, Tally tally) {
    PrimaryEvidence primary = PrimaryEvidence.of(plan, tally);
    return new LogEs(primary.better(), primary.worse());
  }

  /**
   * Evidence in nats.
   *
   * @param better that the candidate is above its line
   * @param worse that it is below
   */
  public record LogEs(double better, double worse) {}

  /**
   * Whether the test is over with this evaluation. A calibration has only one. A promotion ends it
   * only once the last share of its split is live: before, the split may have been widened in the
   * meantime, and then the registry waits for evidence from the share that callers see now.
   */
  public static boolean ends(TestPlan plan, RolloutEvaluated evaluation) {
    if (plan.calibrating() != null) {
      return true;
    }
    return switch (evaluation.getVerdict()) {
      case ROLLBACK, STOP_FUTILE, STOP_INCONCLUSIVE, STOP_INVALID, WATCHED_OK -> true;
      case PROMOTE -> evaluation.getEpoch() >= plan.lastEpoch();
      case CONTINUE, HOLD, VERDICT_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private static Evidence evidence(TestPlan plan, Tally tally, Stand stand, Weighed weighed) {
    PrimaryEvidence primary = weighed.primary();
    DecisionRule rule = weighed.rule();
    Evidence.Builder evidence =
        Evidence.newBuilder()
            .setUnits(primary.units())
            .setElapsedMs(stand.elapsedMs())
            .setPrimary(kpi(plan, primary, rule))
            .setPopulation(LabelWords.population(plan))
            .setHealth(weighed.health());
    if (plan.mode() == RouteMode.SPLIT) {
      evidence.setUnitsCandidate(primary.unitsOfCandidate());
    }
    weighed.guards().forEach(guard -> evidence.addGuards(guard(guard, rule)));
    if (weighed.watch() != null) {
      evidence.setWatch(weighed.watch().evidence());
    }
    if (weighed.breaker() != null) {
      evidence.setBreaker(weighed.breaker().evidence());
    }
    addLatencies(evidence, plan, tally);
    Figures.addTo(evidence, plan, tally);
    return evidence.build();
  }

  private static void addLatencies(Evidence.Builder evidence, TestPlan plan, Tally tally) {
    SparseCounts current = tally.allPairs().currentLatency();
    SparseCounts candidate = tally.allPairs().candidateLatency();
    for (SplitTally arms : tally.arms().values()) {
      current = current.merge(arms.current().latency());
      candidate = candidate.merge(arms.candidate().latency());
    }
    evidence
        .addLatencies(LatencyReport.of(plan.current(), current))
        .addLatencies(LatencyReport.of(plan.candidate(), candidate));
  }

  private static KpiEvidence kpi(TestPlan plan, PrimaryEvidence primary, DecisionRule rule) {
    KpiEvidence.Builder kpi =
        KpiEvidence.newBuilder()
            .setKind(plan.primary().getKind())
            .setCurrentMean(primary.currentMean())
            .setCandidateMean(primary.candidateMean())
            .setEffect(primary.effect())
            .setBetter(logE(primary.better(), rule.neededToPromote()))
            .setWorse(logE(primary.worse(), rule.neededToRollBack()))
            .setClipped(primary.clipped())
            .setEvidence(primary.basis().kind())
            .addAllExcludedClasses(primary.basis().excluded());
    primary.basis().standardError().ifPresent(kpi::setStandardError);
    Interval interval = primary.interval(plan.policy().getAlphaPromote());
    if (interval != null) {
      kpi.setLower(interval.lower()).setUpper(interval.upper());
    }
    primary.futile().ifPresent(value -> kpi.setFutile(logE(value, rule.neededToStop())));
    return kpi.build();
  }

  private static GuardEvidence guard(HarmEvidence guard, DecisionRule rule) {
    return GuardEvidence.newBuilder()
        .setKind(guard.guard().getKind())
        .setCurrentEvents(guard.currentEvents())
        .setCandidateEvents(guard.candidateEvents())
        .setSafe(logE(guard.safe(), rule.neededToPromote()))
        .setHarm(logE(guard.harm(), rule.neededToRollBack()))
        .setRequired(guard.guard().getRequired())
        .build();
  }

  private static LogE logE(double value, double needed) {
    return LogE.newBuilder().setValue(value).setNeeded(needed).build();
  }
}
