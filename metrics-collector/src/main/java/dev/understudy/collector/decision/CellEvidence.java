package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.ArmTally;
import dev.understudy.collector.comparison.LossSums;
import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.PairedCounts;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.decision.PrimaryEvidence.Bounds;
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

  /** What the bets have won that the candidate is below the line. */
  static Wealth worse(TestPlan plan, Tally tally) {
    if (plan.mode() == RouteMode.SHADOW) {
      PairTally pairs = tally.allPairs();
      CellBetting best = claims(plan, pairs).best();
      return best.wealth(plan.line(), Side.LESS).merge(pairs.loss().worse());
    }
    List<List<Cell>> best = new ArrayList<>();
    Wealth sums = Wealth.EMPTY;
    for (Map.Entry<Tally.Stratum, SplitTally> entry : tally.arms().entrySet()) {
      best.add(best(plan, entry.getKey().share(), entry.getValue()));
      sums = sums.merge(entry.getValue().loss().worse());
    }
    return new CellBetting(best).wealth(plan.line(), Side.LESS).merge(sums);
  }

  private static Claims claims(TestPlan plan, PairTally pairs) {
    PairedCounts right = pairs.right();
    long missing = LabelWords.missing(plan, pairs.unlabelled());
    long equal = right.both() + right.neither() + pairs.labels().agreed();
    return new Claims(
        CellBetting.of(
            new Cell(1, right.candidateOnly()),
            new Cell(-1, right.currentOnly() + missing),
            new Cell(0, equal)),
        CellBetting.of(
            new Cell(1, right.candidateOnly() + missing),
            new Cell(-1, right.currentOnly()),
            new Cell(0, equal)));
  }

  private static List<Cell> best(TestPlan plan, double share, SplitTally arms) {
    ArmContrast contrast = new ArmContrast(share, plan.primary().getCentre(), plan.cap());
    long ofCandidate = LabelWords.missing(plan, arms.candidate().unlabelled());
    long ofCurrent = LabelWords.missing(plan, arms.current().unlabelled());
    return cells(contrast, arms, ofCandidate, 0, 0, ofCurrent);
  }

  private static PrimaryEvidence paired(TestPlan plan, PairTally pairs) {
    PairedCounts right = pairs.right();
    LossSums sums = pairs.loss();
    long missing = LabelWords.missing(plan, pairs.unlabelled());
    Claims claims = claims(plan, pairs);
    long units = pairs.known() + missing;
    long inCells = right.total() + pairs.labels().agreed() + missing;
    return of(
        plan,
        claims,
        sums,
        units,
        units,
        mean(right.current(), sums.current(), pairs.labelled()),
        mean(right.candidate(), sums.candidate(), pairs.labelled()),
        effect(claims.worst(), inCells, sums.candidate() - sums.current(), units));
  }

  private static PrimaryEvidence split(TestPlan plan, Tally tally) {
    List<List<Cell>> worst = new ArrayList<>();
    List<List<Cell>> best = new ArrayList<>();
    SplitTally all = SplitTally.EMPTY;
    double gain = 0;
    double centre = plan.primary().getCentre();
    for (Map.Entry<Tally.Stratum, SplitTally> entry : tally.arms().entrySet()) {
      SplitTally arms = entry.getValue();
      double share = entry.getKey().share();
      ArmContrast contrast = new ArmContrast(share, centre, plan.cap());
      long ofCandidate = LabelWords.missing(plan, arms.candidate().unlabelled());
      long ofCurrent = LabelWords.missing(plan, arms.current().unlabelled());
      worst.add(cells(contrast, arms, 0, ofCandidate, ofCurrent, 0));
      best.add(best(plan, share, arms));
      gain += (arms.loss().candidate() - centre * arms.candidate().others()) / share;
      gain -= (arms.loss().current() - centre * arms.current().others()) / (1 - share);
      all = all.merge(arms);
    }
    Claims claims = new Claims(new CellBetting(worst), new CellBetting(best));
    ArmTally candidate = all.candidate();
    ArmTally current = all.current();
    long ofCandidate = candidate.known() + LabelWords.missing(plan, candidate.unlabelled());
    long ofCurrent = current.known() + LabelWords.missing(plan, current.unlabelled());
    long units = ofCandidate + ofCurrent;
    long inCells = units - candidate.others() - current.others();
    return of(
        plan,
        claims,
        all.loss(),
        units,
        ofCandidate,
        mean(current.right(), all.loss().current(), current.labelled()),
        mean(candidate.right(), all.loss().candidate(), candidate.labelled()),
        effect(claims.worst(), inCells, gain, units));
  }

  private static List<Cell> cells(
      ArmContrast contrast,
      SplitTally arms,
      long moreCandidateRight,
      long moreCandidateWrong,
      long moreCurrentRight,
      long moreCurrentWrong) {
    return List.of(
        new Cell(contrast.ofCandidate(1), arms.candidate().right() + moreCandidateRight),
        new Cell(contrast.ofCandidate(0), arms.candidate().wrong() + moreCandidateWrong),
        new Cell(contrast.ofCurrent(1), arms.current().right() + moreCurrentRight),
        new Cell(contrast.ofCurrent(0), arms.current().wrong() + moreCurrentWrong));
  }

  /**
   * The claim that the candidate is better stands on the worst case, all others on the best; both
   * are the same unless missing labels are bounded.
   */
  private record Claims(CellBetting worst, CellBetting best) implements Bounds {
    @Override
    public Interval interval(double alpha) {
      Interval lower = worst.interval(alpha);
      return worst.equals(best) ? lower : new Interval(lower.lower(), best.interval(alpha).upper());
    }
  }

  private static PrimaryEvidence of(
      TestPlan plan,
      Claims claims,
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
        onlyCells ? claims : null,
        together(claims.worst(), plan.line(), Side.GREATER, sums.better()),
        together(claims.best(), plan.line(), Side.LESS, sums.worse()),
        futileLine.isPresent()
            ? OptionalDouble.of(
                together(claims.best(), futileLine.getAsDouble(), Side.LESS, sums.futile()))
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
