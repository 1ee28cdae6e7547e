package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.UnitCell;
import dev.understudy.collector.comparison.UnitTally;
import dev.understudy.collector.decision.PrimaryEvidence.Basis;
import dev.understudy.collector.statistics.AsympCs.BurnIn;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.collector.statistics.StickyDifference;
import dev.understudy.contracts.v1.KpiKind;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Evidence about a mean KPI where units stay in their arm: the rates per prediction, with a
 * standard error over units. An epoch that is too small to be estimated is left out, which depends
 * on its counts alone.
 */
final class UnitEvidence {
  private final TestPlan plan;
  private final UnitTally units;

  private UnitEvidence(TestPlan plan, UnitTally units) {
    this.plan = plan;
    this.units = units;
  }

  static PrimaryEvidence of(TestPlan plan, UnitTally units) {
    return new UnitEvidence(plan, units).evidence();
  }

  /** The difference of the arms' means of the KPI, candidate minus current. */
  static StickyDifference difference(TestPlan plan, UnitTally units) {
    UnitEvidence evidence = new UnitEvidence(plan, units);
    List<StickyDifference.Stratum> strata =
        units.strata().values().stream()
            .filter(evidence::isEnough)
            .map(stratum -> new StickyDifference.Stratum(2 * stratum, 2 * stratum + 1))
            .toList();
    return StickyDifference.of(
        units.sums(), strata, !plan.primary().getCovariate().isEmpty(), units.totals().units());
  }

  private PrimaryEvidence evidence() {
    Estimate difference = difference(plan, units).difference();
    Estimate effect =
        plan.measure().moreIsBetter()
            ? difference
            : new Estimate(-difference.value(), difference.standardError(), difference.units());
    boolean root = plan.primary().getKind() == KpiKind.RMSE;
    double current = units.mean(plan, false);
    double candidate = units.mean(plan, true);
    PrimaryEvidence found =
        new AsymptoticEvidence(
                units.totals().units(),
                units.totals().unitsOfCandidate(),
                root ? Math.sqrt(current) : current,
                root ? Math.sqrt(candidate) : candidate)
            .of(plan, effect, List.of(), waitsFor());
    Basis basis = found.basis();
    return new PrimaryEvidence(
        found.units(),
        found.unitsOfCandidate(),
        found.currentMean(),
        found.candidateMean(),
        found.effect(),
        found.bounds(),
        found.better(),
        found.worse(),
        found.futile(),
        units.totals().clipped(),
        // That of an RMSE would be of the roots, and the effect is of their squares.
        root
            ? new Basis(basis.kind(), OptionalDouble.empty(), basis.excluded(), basis.waitsFor())
            : basis);
  }

  private String waitsFor() {
    long most = 0;
    long mostWithEvents = 0;
    for (int stratum : units.strata().values()) {
      if (isEnough(stratum)) {
        return "";
      }
      most = Math.max(most, fewer(stratum));
      mostWithEvents = Math.max(mostWithEvents, poorer(stratum));
    }
    BurnIn burnIn = BurnIn.OF_UNITS;
    return ("%s by unit needs %d units with a known outcome for each version at one share of the"
            + " traffic, and %d of them with the rarer outcome; there are %d and %d")
        .formatted(
            Words.name(plan.primary()), burnIn.units(), burnIn.events(), most, mostWithEvents);
  }

  private boolean isEnough(int stratum) {
    return BurnIn.OF_UNITS.isOver(fewer(stratum), poorer(stratum));
  }

  private long fewer(int stratum) {
    return Math.min(units.cell(stratum, false).units(), units.cell(stratum, true).units());
  }

  /** Of units with the rarer outcome, in the arm that has fewer of them. */
  private long poorer(int stratum) {
    return Math.min(rarer(units.cell(stratum, false)), rarer(units.cell(stratum, true)));
  }

  private long rarer(UnitCell cell) {
    return plan.primary().getKind() == KpiKind.ACCURACY
        ? Math.min(cell.earned(), cell.fellShort())
        : cell.earned();
  }
}
