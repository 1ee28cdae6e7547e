package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.UnitTally;
import dev.understudy.collector.statistics.DirichletMultinomial;
import dev.understudy.collector.statistics.EValues;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Health;
import dev.understudy.contracts.v1.LogE;
import dev.understudy.contracts.v1.RouteMode;
import java.util.ArrayList;
import java.util.List;

/** Whether the data of a test can be trusted at all. What is found wrong holds every verdict. */
final class HealthCheck {
  /** More cut observations than this and the cap, not the model, is being measured. */
  private static final double MOST_CLIPPED = 0.05;

  /** Of the requests of a test by unit. */
  private static final double MOST_SWITCHED = 0.01;

  private HealthCheck() {}

  static Health of(TestPlan plan, Tally tally, PrimaryEvidence primary, Stand stand) {
    Health.Builder health = Health.newBuilder().setLastPredictionMs(stand.lastPredictionMs());
    List<String> problems = new ArrayList<>();
    if (plan.mode() == RouteMode.SHADOW) {
      pairs(tally.allPairs(), health);
    } else {
      arms(plan, tally, health, problems);
    }
    long valued = plan.byUnit() ? tally.units().totals().predictions() : primary.units();
    double clipped = valued == 0 ? 0 : (double) primary.clipped() / valued;
    health.setClippedShare(clipped);
    shares(plan, health, problems);
    if (clipped > MOST_CLIPPED) {
      problems.add(
          "%s of the values were cut at the cap, more than %s"
              .formatted(Words.percent(clipped), Words.percent(MOST_CLIPPED)));
    }
    stale(plan.policy(), stand, problems);
    return health.addAllProblems(problems).setHealthy(problems.isEmpty()).build();
  }

  private static void pairs(PairTally pairs, Health.Builder health) {
    long started = pairs.complete() + pairs.shed() + pairs.lost();
    health.setCompleteness(share(pairs.complete(), started));
    health.setCoverage(pairs.coverage());
  }

  private static void arms(
      TestPlan plan, Tally tally, Health.Builder health, List<String> problems) {
    List<Arms> strata = strata(plan, tally);
    double ratio = 0;
    double imbalance = 0;
    Arms sum = new Arms(0, 0, 0, 0, 0);
    for (Arms one : strata) {
      double[] planned = {one.share(), 1 - one.share()};
      ratio +=
          DirichletMultinomial.sampleRatioLogE(
              new long[] {one.toCandidate(), one.toCurrent()}, planned);
      imbalance +=
          DirichletMultinomial.logE(
              new long[] {one.ofCandidate(), one.ofCurrent()},
              planned,
              DirichletMultinomial.COARSE);
      sum = sum.plus(one);
    }
    SplitTally all = tally.arms().values().stream().reduce(SplitTally.EMPTY, SplitTally::merge);
    // The worse arm speaks: pooled, a small arm that loses everything would not be seen.
    health.setCompleteness(
        Math.min(
            share(all.candidate().scored(), all.candidate().assigned()),
            share(all.current().scored(), all.current().assigned())));
    health.setCoverage(Math.min(all.candidate().coverage(), all.current().coverage()));
    double needed = EValues.needed(plan.policy().getAlphaHealth());
    health.setSampleRatio(LogE.newBuilder().setValue(ratio).setNeeded(needed));
    health.setCoverageImbalance(LogE.newBuilder().setValue(imbalance).setNeeded(needed));
    if (ratio >= needed) {
      problems.add(
          "the %s did not fall into the arms as planned: %d to the candidate, %d to current"
              .formatted(Words.units(plan), sum.toCandidate(), sum.toCurrent()));
    }
    if (imbalance >= needed && LabelWords.coverageMatters(plan)) {
      problems.add(
          "outcomes are missing more often in one arm than in the other: %s%d of the candidate, %d of"
                  .formatted(
                      plan.byUnit() ? "units with one missing, " : "",
                      sum.ofCandidate(),
                      sum.ofCurrent())
              + " current");
    }
    if (plan.byUnit()) {
      switched(tally.units().totals(), problems);
    }
  }

  /** A unit that is in both arms of an epoch was not assigned by its key. */
  private static void switched(UnitTally.Totals totals, List<String> problems) {
    long requests = totals.predictions() + totals.switched();
    if (totals.switched() > MOST_SWITCHED * requests) {
      problems.add(
          "%d requests came to the other arm than the first of their unit, more than %s"
              .formatted(totals.switched(), Words.percent(MOST_SWITCHED)));
    }
  }

  /**
   * What must fall into the arms by chance at one share.
   *
   * @param toCandidate units that were assigned to it; by unit only those that are new
   * @param ofCandidate units of it that lack a label; by unit only those for the first time
   */
  private record Arms(
      double share, long toCandidate, long toCurrent, long ofCandidate, long ofCurrent) {
    Arms plus(Arms other) {
      return new Arms(
          0,
          toCandidate + other.toCandidate,
          toCurrent + other.toCurrent,
          ofCandidate + other.ofCandidate,
          ofCurrent + other.ofCurrent);
    }
  }

  private static List<Arms> strata(TestPlan plan, Tally tally) {
    List<Arms> strata = new ArrayList<>();
    if (plan.byUnit()) {
      UnitTally units = tally.units();
      units
          .strata()
          .forEach(
              (stratum, number) ->
                  strata.add(
                      new Arms(
                          stratum.share(),
                          units.cell(number, true).assigned(),
                          units.cell(number, false).assigned(),
                          units.cell(number, true).incomplete(),
                          units.cell(number, false).incomplete())));
    } else {
      tally
          .arms()
          .forEach(
              (stratum, arms) ->
                  strata.add(
                      new Arms(
                          stratum.share(),
                          arms.candidate().assigned(),
                          arms.current().assigned(),
                          arms.candidate().incomplete(),
                          arms.current().incomplete())));
    }
    return strata;
  }

  private static void shares(TestPlan plan, Health.Builder health, List<String> problems) {
    DecisionPolicy policy = plan.policy();
    if (LabelWords.coverageMatters(plan) && health.getCoverage() < policy.getMinimumCoverage()) {
      problems.add(LabelWords.tooFew(plan, health.getCoverage()));
    }
    if (health.getCompleteness() < policy.getMinimumCompleteness()) {
      problems.add(
          "only %s of the comparisons are complete, at least %s are needed"
              .formatted(
                  Words.percent(health.getCompleteness()),
                  Words.percent(policy.getMinimumCompleteness())));
    }
  }

  private static void stale(DecisionPolicy policy, Stand stand, List<String> problems) {
    long since = Math.max(stand.beginMs(), stand.lastPredictionMs());
    long silence = stand.logTimeMs() - since;
    if (policy.getStaleAfterMs() > 0 && silence > policy.getStaleAfterMs()) {
      problems.add(
          "no prediction of this test for %s, longer than %s"
              .formatted(Words.duration(silence), Words.duration(policy.getStaleAfterMs())));
    }
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 1 : (double) part / whole;
  }
}
