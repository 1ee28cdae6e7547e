package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.Interval;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.RouteMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * On which side of its line the primary KPI is. Accuracy is judged from cells (exact, with an
 * interval), log loss from sums of bets.
 *
 * @param effect positive when the candidate is better
 * @param interval of the effect, where the KPI has cells
 */
record PrimaryEvidence(
    long units,
    long unitsOfCandidate,
    double currentMean,
    double candidateMean,
    double effect,
    @Nullable Interval interval,
    double better,
    double worse,
    OptionalDouble futile,
    long clipped) {

  static PrimaryEvidence of(TestPlan plan, Tally tally) {
    if (plan.mode() == RouteMode.SHADOW) {
      PairTally pairs = tally.allPairs();
      return plan.sumsLoss() ? pairedLoss(plan, pairs) : pairedAccuracy(plan, pairs);
    }
    return plan.sumsLoss() ? splitLoss(plan, tally) : splitAccuracy(plan, tally);
  }

  private static PrimaryEvidence pairedAccuracy(TestPlan plan, PairTally pairs) {
    long units = pairs.labelled();
    CellBetting cells =
        CellBetting.of(
            new Cell(1, pairs.right().candidateOnly()),
            new Cell(-1, pairs.right().currentOnly()),
            new Cell(0, pairs.right().both() + pairs.right().neither()));
    return ofCells(
        plan,
        cells,
        units,
        units,
        share(pairs.right().current(), units),
        share(pairs.right().candidate(), units));
  }

  private static PrimaryEvidence splitAccuracy(TestPlan plan, Tally tally) {
    List<List<Cell>> strata = new ArrayList<>();
    long candidateRight = 0;
    long candidateUnits = 0;
    long currentRight = 0;
    long currentUnits = 0;
    for (Map.Entry<Tally.Stratum, SplitTally> entry : tally.arms().entrySet()) {
      SplitTally arms = entry.getValue();
      ArmContrast contrast =
          new ArmContrast(entry.getKey().share(), plan.primary().getCentre(), plan.cap());
      strata.add(
          List.of(
              new Cell(contrast.ofCandidate(1), arms.candidate().right()),
              new Cell(contrast.ofCandidate(0), arms.candidate().wrong()),
              new Cell(contrast.ofCurrent(1), arms.current().right()),
              new Cell(contrast.ofCurrent(0), arms.current().wrong())));
      candidateRight += arms.candidate().right();
      candidateUnits += arms.candidate().labelled();
      currentRight += arms.current().right();
      currentUnits += arms.current().labelled();
    }
    return ofCells(
        plan,
        new CellBetting(strata),
        candidateUnits + currentUnits,
        candidateUnits,
        share(currentRight, currentUnits),
        share(candidateRight, candidateUnits));
  }

  private static PrimaryEvidence ofCells(
      TestPlan plan,
      CellBetting cells,
      long units,
      long unitsOfCandidate,
      double currentMean,
      double candidateMean) {
    OptionalDouble futileLine = plan.futileLine();
    return new PrimaryEvidence(
        units,
        unitsOfCandidate,
        currentMean,
        candidateMean,
        cells.mean(),
        units == 0 ? null : cells.interval(plan.policy().getAlphaPromote()),
        cells.logE(plan.line(), Side.GREATER),
        cells.logE(plan.line(), Side.LESS),
        futileLine.isPresent()
            ? OptionalDouble.of(cells.logE(futileLine.getAsDouble(), Side.LESS))
            : OptionalDouble.empty(),
        0);
  }

  private static PrimaryEvidence pairedLoss(TestPlan plan, PairTally pairs) {
    long units = pairs.labelled();
    double currentMean = units == 0 ? 0 : pairs.loss().current() / units;
    double candidateMean = units == 0 ? 0 : pairs.loss().candidate() / units;
    return ofSums(
        plan,
        units,
        units,
        currentMean,
        candidateMean,
        units == 0 ? 0 : (pairs.loss().current() - pairs.loss().candidate()) / units,
        pairs.loss().better(),
        pairs.loss().worse(),
        pairs.loss().futile(),
        pairs.loss().clipped());
  }

  private static PrimaryEvidence splitLoss(TestPlan plan, Tally tally) {
    SplitTally all = SplitTally.EMPTY;
    double benefit = 0;
    double centre = plan.primary().getCentre();
    for (Map.Entry<Tally.Stratum, SplitTally> entry : tally.arms().entrySet()) {
      SplitTally arms = entry.getValue();
      double share = entry.getKey().share();
      benefit -= (arms.loss().candidate() - centre * arms.candidate().labelled()) / share;
      benefit += (arms.loss().current() - centre * arms.current().labelled()) / (1 - share);
      all = all.merge(arms);
    }
    long ofCandidate = all.candidate().labelled();
    long ofCurrent = all.current().labelled();
    long units = ofCandidate + ofCurrent;
    return ofSums(
        plan,
        units,
        ofCandidate,
        ofCurrent == 0 ? 0 : all.loss().current() / ofCurrent,
        ofCandidate == 0 ? 0 : all.loss().candidate() / ofCandidate,
        units == 0 ? 0 : benefit / units,
        all.loss().better(),
        all.loss().worse(),
        all.loss().futile(),
        all.loss().clipped());
  }

  private static PrimaryEvidence ofSums(
      TestPlan plan,
      long units,
      long unitsOfCandidate,
      double currentMean,
      double candidateMean,
      double effect,
      Wealth better,
      Wealth worse,
      Wealth futile,
      long clipped) {
    return new PrimaryEvidence(
        units,
        unitsOfCandidate,
        currentMean,
        candidateMean,
        effect,
        null,
        better.logE(),
        worse.logE(),
        plan.futileLine().isPresent() ? OptionalDouble.of(futile.logE()) : OptionalDouble.empty(),
        clipped);
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
