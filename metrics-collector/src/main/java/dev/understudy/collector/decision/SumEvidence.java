package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.ArmTally;
import dev.understudy.collector.comparison.LossSums;
import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.BiMoments;
import dev.understudy.collector.statistics.Moments;
import dev.understudy.collector.statistics.PairedRegression;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RouteMode;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Evidence about the mean of a bounded loss or value, from sums of bets. RMSE is judged by the mean
 * of its squared errors, which has the same sign, and shown as the root with a standard error,
 * which weighted errors have not.
 */
final class SumEvidence {
  private SumEvidence() {}

  static PrimaryEvidence of(TestPlan plan, Tally tally) {
    return plan.mode() == RouteMode.SHADOW ? paired(plan, tally.allPairs()) : split(plan, tally);
  }

  private static PrimaryEvidence paired(TestPlan plan, PairTally pairs) {
    long missing = LabelWords.missing(plan, pairs.unlabelled());
    long units = pairs.known() + missing;
    double weight = pairs.labelled() + pairs.labels().surplus() + missing;
    LossSums sums = pairs.loss();
    double saved = ratio(sums.current() - sums.candidate(), units);
    return of(
        plan,
        sums,
        units,
        units,
        ratio(sums.current(), weight),
        ratio(sums.candidate(), weight),
        plan.measure().moreIsBetter() ? -saved : saved,
        units == 0 ? OptionalDouble.empty() : pairedError(sums, units));
  }

  private static PrimaryEvidence split(TestPlan plan, Tally tally) {
    SplitTally all = SplitTally.EMPTY;
    double saved = 0;
    double centre = plan.primary().getCentre();
    for (Map.Entry<Tally.Stratum, SplitTally> entry : tally.arms().entrySet()) {
      SplitTally arms = entry.getValue();
      double share = entry.getKey().share();
      saved -= (arms.loss().candidate() - centre * weight(plan, arms.candidate())) / share;
      saved += (arms.loss().current() - centre * weight(plan, arms.current())) / (1 - share);
      all = all.merge(arms);
    }
    long ofCandidate = units(plan, all.candidate());
    long ofCurrent = units(plan, all.current());
    double effect = ratio(saved, ofCandidate + ofCurrent);
    LossSums sums = all.loss();
    return of(
        plan,
        sums,
        ofCandidate + ofCurrent,
        ofCandidate,
        ratio(sums.current(), weight(plan, all.current())),
        ratio(sums.candidate(), weight(plan, all.candidate())),
        plan.measure().moreIsBetter() ? -effect : effect,
        finite(
            Math.sqrt(
                rootVariance(sums.current(), sums.squares().current(), ofCurrent)
                    + rootVariance(sums.candidate(), sums.squares().candidate(), ofCandidate))));
  }

  private static long units(TestPlan plan, ArmTally arm) {
    return arm.known() + LabelWords.missing(plan, arm.unlabelled());
  }

  /** For how many units the values in an arm's sums stand. */
  private static double weight(TestPlan plan, ArmTally arm) {
    return arm.weight() + LabelWords.missing(plan, arm.unlabelled());
  }

  private static double ratio(double sum, double count) {
    return count == 0 ? 0 : sum / count;
  }

  private static PrimaryEvidence of(
      TestPlan plan,
      LossSums sums,
      long units,
      long unitsOfCandidate,
      double currentMean,
      double candidateMean,
      double effect,
      OptionalDouble rootError) {
    boolean root = plan.primary().getKind() == KpiKind.RMSE;
    return new PrimaryEvidence(
        units,
        unitsOfCandidate,
        root ? Math.sqrt(currentMean) : currentMean,
        root ? Math.sqrt(candidateMean) : candidateMean,
        effect,
        null,
        sums.better().logE(),
        sums.worse().logE(),
        plan.futileLine().isPresent()
            ? OptionalDouble.of(sums.futile().logE())
            : OptionalDouble.empty(),
        sums.clipped(),
        root && !plan.labels().drawn()
            ? PrimaryEvidence.Basis.exact(rootError)
            : PrimaryEvidence.Basis.EXACT);
  }

  private static OptionalDouble pairedError(LossSums sums, long units) {
    double current = sums.current() / units;
    double candidate = sums.candidate() / units;
    BiMoments squared =
        new BiMoments(
            units,
            current,
            candidate,
            Math.max(0, sums.squares().current() - current * sums.current()),
            Math.max(0, sums.squares().candidate() - candidate * sums.candidate()),
            sums.squares().products() - current * sums.candidate());
    return finite(new PairedRegression(squared, Moments.EMPTY).rmseImprovement().standardError());
  }

  /** Delta method: the variance of √m is that of m over 4m. */
  private static double rootVariance(double sum, double squares, long units) {
    double mean = sum / units;
    double spread = Math.max(0, squares - mean * sum);
    return spread / (units - 1.0) / units / (4 * mean);
  }

  private static OptionalDouble finite(double value) {
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }
}
