package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.ArmTally;
import dev.understudy.collector.comparison.LossSums;
import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.Side;
import dev.understudy.contracts.v1.RouteMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * On which side of its line the primary KPI is. Accuracy is judged from cells (exact, with an
 * interval), log loss and whatever is weighted from sums of bets.
 *
 * @param units whose difference counts, also those that need no label
 * @param currentMean among the labelled, as the others may be
 * @param effect positive when the candidate is better; over all units, in the worst case if so
 *     asked
 * @param interval of the effect, where the KPI has cells
 */
record PrimaryEvidence(
    long units,
    long unitsOfCandidate,
    double currentMean,
    double candidateMean,
    double effect,
    CellBetting.@Nullable Interval interval,
    double better,
    double worse,
    OptionalDouble futile,
    long clipped) {

  static PrimaryEvidence of(TestPlan plan, Tally tally) {
    if (plan.mode() == RouteMode.SHADOW) {
      PairTally pairs = tally.allPairs();
      return plan.sums() ? pairedSums(plan, pairs) : pairedAccuracy(plan, pairs);
    }
    return plan.sums() ? splitSums(plan, tally) : splitAccuracy(plan, tally);
  }

  private static PrimaryEvidence pairedAccuracy(TestPlan plan, PairTally pairs) {
    long missing = missing(plan, pairs.unlabelled());
    long candidateOnly = pairs.right().candidateOnly();
    long currentOnly = pairs.right().currentOnly();
    long equal = pairs.right().both() + pairs.right().neither() + pairs.labels().agreed();
    long units = pairs.known() + missing;
    return ofCells(
        plan,
        CellBetting.of(
            new Cell(1, candidateOnly), new Cell(-1, currentOnly + missing), new Cell(0, equal)),
        CellBetting.of(
            new Cell(1, candidateOnly + missing), new Cell(-1, currentOnly), new Cell(0, equal)),
        units,
        units,
        share(pairs.right().current(), pairs.labelled()),
        share(pairs.right().candidate(), pairs.labelled()));
  }

  private static PrimaryEvidence splitAccuracy(TestPlan plan, Tally tally) {
    List<List<Cell>> worst = new ArrayList<>();
    List<List<Cell>> best = new ArrayList<>();
    ArmTally candidates = ArmTally.EMPTY;
    ArmTally currents = ArmTally.EMPTY;
    for (Map.Entry<Tally.Stratum, SplitTally> entry : tally.arms().entrySet()) {
      ArmTally candidate = entry.getValue().candidate();
      ArmTally current = entry.getValue().current();
      ArmContrast contrast =
          new ArmContrast(entry.getKey().share(), plan.primary().getCentre(), plan.cap());
      long ofCandidate = missing(plan, candidate.unlabelled());
      long ofCurrent = missing(plan, current.unlabelled());
      worst.add(cells(contrast, candidate, 0, ofCandidate, current, ofCurrent, 0));
      best.add(cells(contrast, candidate, ofCandidate, 0, current, 0, ofCurrent));
      candidates = candidates.merge(candidate);
      currents = currents.merge(current);
    }
    long ofCandidate = candidates.known() + missing(plan, candidates.unlabelled());
    long ofCurrent = currents.known() + missing(plan, currents.unlabelled());
    return ofCells(
        plan,
        new CellBetting(worst),
        new CellBetting(best),
        ofCandidate + ofCurrent,
        ofCandidate,
        share(currents.right(), currents.labelled()),
        share(candidates.right(), candidates.labelled()));
  }

  private static List<Cell> cells(
      ArmContrast contrast,
      ArmTally candidate,
      long moreCandidateRight,
      long moreCandidateWrong,
      ArmTally current,
      long moreCurrentRight,
      long moreCurrentWrong) {
    return List.of(
        new Cell(contrast.ofCandidate(1), candidate.right() + moreCandidateRight),
        new Cell(contrast.ofCandidate(0), candidate.wrong() + moreCandidateWrong),
        new Cell(contrast.ofCurrent(1), current.right() + moreCurrentRight),
        new Cell(contrast.ofCurrent(0), current.wrong() + moreCurrentWrong));
  }

  /** How many units without a label count nonetheless. */
  private static long missing(TestPlan plan, long unlabelled) {
    return plan.labels().worstCase() ? unlabelled : 0;
  }

  /** The claim that the candidate is better stands on the worst case, all others on the best. */
  private static PrimaryEvidence ofCells(
      TestPlan plan,
      CellBetting worst,
      CellBetting best,
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
        worst.mean(),
        units == 0 ? null : interval(worst, best, plan.policy().getAlphaPromote()),
        worst.logE(plan.line(), Side.GREATER),
        best.logE(plan.line(), Side.LESS),
        futileLine.isPresent()
            ? OptionalDouble.of(best.logE(futileLine.getAsDouble(), Side.LESS))
            : OptionalDouble.empty(),
        0);
  }

  private static CellBetting.Interval interval(CellBetting worst, CellBetting best, double alpha) {
    CellBetting.Interval lower = worst.interval(alpha);
    return worst.equals(best)
        ? lower
        : new CellBetting.Interval(lower.lower(), best.interval(alpha).upper());
  }

  private static PrimaryEvidence pairedSums(TestPlan plan, PairTally pairs) {
    long missing = missing(plan, pairs.unlabelled());
    long units = pairs.known() + missing;
    double weight = pairs.labelled() + pairs.labels().surplus() + missing;
    double more = pairs.loss().candidate() - pairs.loss().current();
    return ofSums(
        plan,
        units,
        units,
        ratio(pairs.loss().current(), weight),
        ratio(pairs.loss().candidate(), weight),
        ratio(plan.sumsLoss() ? -more : more, units),
        pairs.loss());
  }

  private static PrimaryEvidence splitSums(TestPlan plan, Tally tally) {
    SplitTally all = SplitTally.EMPTY;
    double more = 0;
    double centre = plan.primary().getCentre();
    for (Map.Entry<Tally.Stratum, SplitTally> entry : tally.arms().entrySet()) {
      SplitTally arms = entry.getValue();
      double share = entry.getKey().share();
      more += (arms.loss().candidate() - centre * weight(plan, arms.candidate())) / share;
      more -= (arms.loss().current() - centre * weight(plan, arms.current())) / (1 - share);
      all = all.merge(arms);
    }
    long ofCandidate = all.candidate().known() + missing(plan, all.candidate().unlabelled());
    long ofCurrent = all.current().known() + missing(plan, all.current().unlabelled());
    return ofSums(
        plan,
        ofCandidate + ofCurrent,
        ofCandidate,
        ratio(all.loss().current(), weight(plan, all.current())),
        ratio(all.loss().candidate(), weight(plan, all.candidate())),
        ratio(plan.sumsLoss() ? -more : more, ofCandidate + ofCurrent),
        all.loss());
  }

  /** For how many units the values in an arm's sums stand. */
  private static double weight(TestPlan plan, ArmTally arm) {
    return arm.weight() + missing(plan, arm.unlabelled());
  }

  private static PrimaryEvidence ofSums(
      TestPlan plan,
      long units,
      long unitsOfCandidate,
      double currentMean,
      double candidateMean,
      double effect,
      LossSums sums) {
    return new PrimaryEvidence(
        units,
        unitsOfCandidate,
        currentMean,
        candidateMean,
        effect,
        null,
        sums.better().logE(),
        sums.worse().logE(),
        plan.futileLine().isPresent()
            ? OptionalDouble.of(sums.futile().logE())
            : OptionalDouble.empty(),
        sums.clipped());
  }

  private static double ratio(double sum, double count) {
    return count == 0 ? 0 : sum / count;
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
