package dev.understudy.simulation;

import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.DirichletMultinomial;
import java.util.List;
import java.util.SplittableRandom;

/** The sample ratio of a split (s6), by the test of the judge's health check. */
final class TrafficScenarios {
  private static final double[] PLANNED = {0.5, 0.5};

  private TrafficScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.given(
                "sample-ratio-as-planned",
                "s6",
                "100,000 requests, half of them to the candidate, as planned",
                ratio(0.5, 100_000),
                new Measure.ErrorRate(
                    "false SRM alarms", Ending.Kind.CLAIMED, Plans.ALPHA_HEALTH, 0.0007, 3_000))
            .inTheShortSet(),
        Scenario.given(
                "sample-ratio-60-percent",
                "s6",
                "60 % go to the candidate, 50 % were planned",
                ratio(0.60, 100_000),
                Measure.medianSamples(444))
            .inTheShortSet(),
        Scenario.given(
            "sample-ratio-55-percent",
            "s6",
            "55 % go to the candidate, 50 % were planned",
            ratio(0.55, 100_000),
            Measure.medianSamples(1_792)),
        Scenario.given(
            "sample-ratio-52-percent",
            "s6",
            "52 % go to the candidate, 50 % were planned",
            ratio(0.52, 200_000),
            Measure.medianSamples(12_212)),
        Scenario.given(
            "sample-ratio-51-percent",
            "s6",
            "51 % go to the candidate, 50 % were planned",
            ratio(0.51, 200_000),
            Measure.medianSamples(48_927)));
  }

  private static Scenario.Run ratio(double toCandidate, long requests) {
    TestPlan plan = Plans.frozen(Plans.split(Plans.accuracy(0), PLANNED[0]));
    // The predictive probability of a unit's arm is at most 1, the planned one a half.
    double gain = Math.log(1 / PLANNED[0]);
    return random ->
        new Claim() {
          private final Tallied tallied = new Tallied(plan);

          @Override
          public double next(SplittableRandom units) {
            tallied.plus(Units.assigned(PLANNED[0], units.nextDouble() < toCandidate, true));
            return gain;
          }

          @Override
          public double logE() {
            SplitTally arms = tallied.tally().arms().values().iterator().next();
            return DirichletMultinomial.sampleRatioLogE(
                new long[] {arms.candidate().assigned(), arms.current().assigned()}, PLANNED);
          }
        }.follow(random, Plans.ALPHA_HEALTH, requests);
  }
}
