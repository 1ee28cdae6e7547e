package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;

/** Accuracy: of pairs (s1), of a split (s16), and of a split whose share and base change (s20). */
final class AccuracyScenarios {
  private static final Bounds OF_PAIRS = Bounds.around(1);

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
            split(0.80, 0.80, 40_000),
            Measure.falsePromotions(0.038, 600)),
        Scenario.given(
            "split-accuracy-2-points-better",
            "s16",
            "80 % right against 82 %",
            split(0.80, 0.82, 60_000),
            Measure.medianSamples(9_850)),
        Scenario.given(
                "split-accuracy-5-points-better",
                "s16",
                "80 % right against 85 %",
                split(0.80, 0.85, 20_000),
                Measure.medianSamples(1_400))
            .inTheShortSet(),
        Scenario.inferred(
            "ramp-with-falling-base-promotion",
            "s20",
            RAMP + "; equal versions, evidence for promotion",
            ramp(0, true),
            Measure.falsePromotions(0.046, 1_500)),
        Scenario.inferred(
            "ramp-with-falling-base-rollback",
            "s20",
            RAMP + "; equal versions, evidence for rollback",
            ramp(0, false),
            new Measure.ErrorRate("false rollbacks", Ending.Kind.CLAIMED, 0.05, 0.038, 1_500)),
        Scenario.inferred(
            "ramp-with-falling-base-2-points-better",
            "s20",
            RAMP + "; the candidate 2 points better",
            ramp(0.02, true),
            Measure.medianSamples(26_448)));
  }

  private static final String RAMP =
      "the candidate's share is 5 %, then 20 %, then 50 %, for 15,000 requests each, while the share"
          + " of right answers falls evenly from 85 % to 75 %; lengths and base are our choice, the"
          + " reference gives the shares only";
  private static final long STAGE = 15_000;

  /** Pairs of which so large a part only the candidate, and only current, has right. */
  private static Scenario.Run paired(double candidateOnly, double currentOnly, long pairs) {
    TestPlan plan = Rollouts.pairedAccuracy(0.01);
    double gain = Gains.most(OF_PAIRS, plan.line(), Side.GREATER);
    return random ->
        new Claim() {
          private final Tallied tallied = new Tallied(plan);

          @Override
          public boolean next(SplittableRandom units) {
            double u = units.nextDouble();
            boolean onlyCandidate = u < candidateOnly;
            boolean onlyCurrent = !onlyCandidate && u < candidateOnly + currentOnly;
            tallied.plus(Rollouts.pair(!onlyCandidate, !onlyCurrent));
            return onlyCandidate;
          }

          @Override
          public double logE() {
            return tallied.better();
          }

          @Override
          public double mostGain() {
            return gain;
          }
        }.follow(random, Rollouts.ALPHA, pairs);
  }

  private static Scenario.Run split(double currentRight, double candidateRight, long requests) {
    double effect = candidateRight - currentRight;
    return arms(requests, 0.8, unit -> 0.5, unit -> currentRight, effect, true);
  }

  private static Scenario.Run ramp(double effect, boolean towardsPromotion) {
    return arms(
        3 * STAGE,
        0.8,
        unit -> unit < STAGE ? 0.05 : unit < 2 * STAGE ? 0.2 : 0.5,
        unit -> 0.85 - 0.1 * unit / (3 * STAGE),
        effect,
        towardsPromotion);
  }

  /**
   * Requests that fall into arms.
   *
   * @param share the candidate's, by the number of the request
   * @param currentRight how often current is right, likewise
   * @param effect by how much the candidate is right more often
   */
  private static Scenario.Run arms(
      long requests,
      double centre,
      LongToDoubleFunction share,
      LongToDoubleFunction currentRight,
      double effect,
      boolean towardsPromotion) {
    TestPlan plan = Rollouts.splitAccuracy(0.02, centre);
    Side side = towardsPromotion ? Side.GREATER : Side.LESS;
    double gain =
        LongStream.of(0, requests / 2, requests - 1)
            .mapToDouble(
                unit ->
                    Gains.most(
                        new ArmContrast(share.applyAsDouble(unit), centre, 1).bounds(), 0, side))
            .max()
            .orElseThrow();
    return random ->
        new Claim() {
          private final Tallied tallied = new Tallied(plan);
          private long unit;

          @Override
          public boolean next(SplittableRandom units) {
            double now = share.applyAsDouble(unit);
            boolean toCandidate = units.nextDouble() < now;
            double rate = currentRight.applyAsDouble(unit) + (toCandidate ? effect : 0);
            boolean right = units.nextDouble() < rate;
            tallied.plus(Rollouts.assigned(now, toCandidate, right));
            unit++;
            return (toCandidate == right) == towardsPromotion;
          }

          @Override
          public double logE() {
            return towardsPromotion ? tallied.better() : tallied.worse();
          }

          @Override
          public double mostGain() {
            return gain;
          }
        }.follow(random, Rollouts.ALPHA, requests);
  }
}
