package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.LossSums;
import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.PairedCounts;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.RouteMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Evidence about a KPI that is right or wrong. Requests of one row are cells, with an interval;
 * those of several rows have a mean of them, which is bounded likewise but no cell, so they are
 * bets about the lines beside the cells. What both have won adds up.
 */
final class CellEvidence {
  private CellEvidence() {}

  static PrimaryEvidence of(TestPlan plan, Tally tally) {
    return plan.mode() == RouteMode.SHADOW ? paired(plan, tally.allPairs()) : split(plan, tally);
  }

  private static PrimaryEvidence paired(TestPlan plan, PairTally pairs) {
    PairedCounts right = pairs.right();
    LossSums sums = pairs.loss();
    CellBetting cells =
        CellBetting.of(
            new Cell(1, right.candidateOnly()),
            new Cell(-1, right.currentOnly()),
            new Cell(0, right.both() + right.neither()));
    long units = pairs.labelled();
    return of(
        plan,
        cells,
        sums,
        units,
        units,
        mean(right.current(), sums.current(), units),
        mean(right.candidate(), sums.candidate(), units),
        effect(cells, right.total(), sums.candidate() - sums.current(), units));
  }

  private static PrimaryEvidence split(TestPlan plan, Tally tally) {
    List<List<Cell>> strata = new ArrayList<>();
    SplitTally all = SplitTally.EMPTY;
    double gain = 0;
    double centre = plan.primary().getCentre();
    for (Map.Entry<Tally.Stratum, SplitTally> entry : tally.arms().entrySet()) {
      SplitTally arms = entry.getValue();
      double share = entry.getKey().share();
      ArmContrast contrast = new ArmContrast(share, centre, plan.cap());
      strata.add(
          List.of(
              new Cell(contrast.ofCandidate(1), arms.candidate().right()),
              new Cell(contrast.ofCandidate(0), arms.candidate().wrong()),
              new Cell(contrast.ofCurrent(1), arms.current().right()),
              new Cell(contrast.ofCurrent(0), arms.current().wrong())));
      gain += (arms.loss().candidate() - centre * arms.candidate().others()) / share;
      gain -= (arms.loss().current() - centre * arms.current().others()) / (1 - share);
      all = all.merge(arms);
    }
    CellBetting cells = new CellBetting(strata);
    long ofCandidate = all.candidate().labelled();
    long ofCurrent = all.current().labelled();
    long units = ofCandidate + ofCurrent;
    long inCells = units - all.candidate().others() - all.current().others();
    return of(
        plan,
        cells,
        all.loss(),
        units,
        ofCandidate,
        mean(all.current().right(), all.loss().current(), ofCurrent),
        mean(all.candidate().right(), all.loss().candidate(), ofCandidate),
        effect(cells, inCells, gain, units));
  }

  private static PrimaryEvidence of(
      TestPlan plan,
      CellBetting cells,
      LossSums sums,
      long units,
      long unitsOfCandidate,
      double currentMean,
      double candidateMean,
      double effect) {
    OptionalDouble futileLine = plan.futileLine();
    boolean onlyCells = sums.equals(LossSums.EMPTY);
    return new PrimaryEvidence(
        units,
        unitsOfCandidate,
        currentMean,
        candidateMean,
        effect,
        units == 0 || !onlyCells ? null : cells.interval(plan.policy().getAlphaPromote()),
        together(cells, plan.line(), Side.GREATER, sums.better()),
        together(cells, plan.line(), Side.LESS, sums.worse()),
        futileLine.isPresent()
            ? OptionalDouble.of(together(cells, futileLine.getAsDouble(), Side.LESS, sums.futile()))
            : OptionalDouble.empty(),
        sums.clipped(),
        PrimaryEvidence.Basis.EXACT);
  }

  private static double together(CellBetting cells, double line, Side side, Wealth rest) {
    return cells.wealth(line, side).merge(rest).logE();
  }

  private static double effect(CellBetting cells, long inCells, double gain, long units) {
    return inCells == units ? cells.mean() : (cells.mean() * inCells + gain) / units;
  }

  private static double mean(long ofCells, double ofSums, long units) {
    return units == 0 ? 0 : (ofCells + ofSums) / units;
  }
}
