package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.ArmTally;
import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.DirichletMultinomial;
import dev.understudy.collector.statistics.EValues;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Health;
import dev.understudy.contracts.v1.LogE;
import dev.understudy.contracts.v1.RouteMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether the data of a test can be trusted at all. What is found wrong holds every verdict. */
final class HealthCheck {
  /** More cut observations than this and the cap, not the model, is being measured. */
  private static final double MOST_CLIPPED = 0.05;

  private HealthCheck() {}

  static Health of(TestPlan plan, Tally tally, PrimaryEvidence primary, Stand stand) {
    Health.Builder health = Health.newBuilder().setLastPredictionMs(stand.lastPredictionMs());
    List<String> problems = new ArrayList<>();
    if (plan.mode() == RouteMode.SHADOW) {
      pairs(tally.allPairs(), health);
    } else {
      arms(plan, tally, health, problems);
    }
    double clipped = primary.units() == 0 ? 0 : (double) primary.clipped() / primary.units();
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
    double ratio = 0;
    double imbalance = 0;
    for (Map.Entry<Tally.Stratum, SplitTally> entry : tally.arms().entrySet()) {
      double share = entry.getKey().share();
      double[] planned = {share, 1 - share};
      ArmTally candidate = entry.getValue().candidate();
      ArmTally current = entry.getValue().current();
      ratio +=
          DirichletMultinomial.sampleRatioLogE(
              new long[] {candidate.assigned(), current.assigned()}, planned);
      imbalance +=
          DirichletMultinomial.logE(
              new long[] {candidate.incomplete(), current.incomplete()},
              planned,
              DirichletMultinomial.COARSE);
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
          "the requests did not fall into the arms as planned: %d to the candidate, %d to current"
              .formatted(all.candidate().assigned(), all.current().assigned()));
    }
    if (imbalance >= needed && LabelWords.coverageMatters(plan)) {
      problems.add(
          "outcomes are missing more often in one arm than in the other: %d of the candidate, %d of"
                  .formatted(all.candidate().incomplete(), all.current().incomplete())
              + " current");
    }
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
