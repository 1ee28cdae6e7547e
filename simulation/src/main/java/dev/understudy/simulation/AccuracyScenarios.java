package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.Side;
import java.util.List;

/** Accuracy: of pairs (s1) and of a split (s16). */
final class AccuracyScenarios {
  private AccuracyScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.given(
                "paired-accuracy-6-percent",
                "s1",
                "equal versions that differ in 6 % of 20,000 pairs",
                paired(0.03, 0.03, 20_000),
                Measure.falsePromotions(0.030, 2_000))
            .inTheShortSet(),
        Scenario.given(
            "paired-accuracy-30-percent",
            "s1",
            "equal versions that differ in 30 % of 20,000 pairs",
            paired(0.15, 0.15, 20_000),
            Measure.falsePromotions(0.039, 2_000)),
        Scenario.given(
                "paired-accuracy-1-percent",
                "s1",
                "equal versions that differ in 1 % of 20,000 pairs",
                paired(0.005, 0.005, 20_000),
                Measure.falsePromotions(0.018, 2_000))
            .inTheShortSet(),
        Scenario.given(
                "paired-accuracy-6-percent-1-point-better",
                "s1",
                "discordance 6 %, the candidate 1 point better",
                paired(0.035, 0.025, 40_000),
                Measure.medianSamples(3_958))
            .inTheShortSet(),
        Scenario.given(
                "paired-accuracy-6-percent-2-points-better",
                "s1",
                "discordance 6 %, the candidate 2 points better",
                paired(0.04, 0.02, 20_000),
                Measure.medianSamples(968))
            .inTheShortSet(),
        Scenario.given(
            "paired-accuracy-30-percent-3-points-better",
            "s1",
            "discordance 30 %, the candidate 3 points better",
            paired(0.165, 0.135, 20_000),
            Measure.medianSamples(2_102)),
        Scenario.given(
            "paired-accuracy-1-percent-half-a-point-better",
            "s1",
            "discordance 1 %, the candidate half a point better",
            paired(0.0075, 0.0025, 20_000),
            Measure.medianSamples(3_014)),
        Scenario.given(
            "split-accuracy-equal",
            "s16",
            "both arms right in 80 % of 40,000 requests, half of them each",
            split(0.80, 40_000),
            Measure.falsePromotions(0.038, 600)),
        Scenario.given(
            "split-accuracy-2-points-better",
            "s16",
            "80 % right against 82 %",
            split(0.82, 60_000),
            Measure.medianSamples(9_850)),
        Scenario.given(
                "split-accuracy-5-points-better",
                "s16",
                "80 % right against 85 %",
                split(0.85, 20_000),
                Measure.medianSamples(1_400))
            .inTheShortSet());
  }

  /** Pairs of which so large a part only the candidate, and only current, has right. */
  private static Scenario.Run paired(double candidateOnly, double currentOnly, long pairs) {
    TestPlan plan = Plans.frozen(Plans.shadow(Plans.accuracy(0)));
    double gain = Arms.gainOfAPair();
    return Judged.better(
        plan,
        pairs,
        (random, unit, tallied) -> {
          double u = random.nextDouble();
          boolean onlyCandidate = u < candidateOnly;
          boolean onlyCurrent = !onlyCandidate && u < candidateOnly + currentOnly;
          tallied.plus(Units.pair(!onlyCandidate, !onlyCurrent));
          return onlyCandidate ? gain : 0;
        });
  }

  private static Scenario.Run split(double candidateRight, long requests) {
    double right = 0.80;
    Arms arms = new Arms(right, Stage.constant(0.5));
    return arms.run(Side.GREATER, requests, unit -> right, candidateRight - right);
  }
}
