package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Losses: Brier, log loss, absolute and squared error of pairs (s17, s19), and rare expensive
 * mistakes (s16). Log loss goes through tally and judge; the others drive {@link BoundedBetting},
 * which the tally sums, with the contrast of {@link ArmContrast} in a split.
 */
final class LossScenarios {
  private static final double LARGEST_LOG_LOSS = 6.908;

  /** Student's t with five degrees of freedom has a variance of 5/3. */
  private static final double UNIT_SPREAD = Math.sqrt(3.0 / 5);

  private LossScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
                "brier-equal",
                "s17",
                PROBABILITIES + "; equal versions, 20,000 pairs",
                contrast(1, probabilities(0.8, LossScenarios::brier), 20_000),
                Measure.falsePromotions(0.040, 400))
            .inTheShortSet(),
        Scenario.inferred(
            "log-loss-equal",
            "s17",
            PROBABILITIES + "; equal versions, 20,000 pairs",
            logLoss(0.8, 20_000),
            Measure.falsePromotions(0.016, 400)),
        Scenario.inferred(
            "absolute-error-equal",
            "s17",
            NUMBERS + "; equal versions, cap 10, 20,000 pairs",
            contrast(10, numbers(0.5, Math::abs), 20_000),
            Measure.falsePromotions(0.020, 400)),
        Scenario.inferred(
            "squared-error-equal",
            "s17",
            NUMBERS + "; equal versions, cap 25, 20,000 pairs",
            contrast(25, numbers(0.5, LossScenarios::square), 20_000),
            Measure.falsePromotions(0.023, 400)),
        Scenario.inferred(
                "brier-better",
                "s17",
                PROBABILITIES + "; the candidate's noise is 0.6",
                contrast(1, probabilities(0.6, LossScenarios::brier), 40_000),
                Measure.medianSamples(2_846))
            .inTheShortSet(),
        Scenario.inferred(
            "log-loss-better",
            "s17",
            PROBABILITIES + "; the candidate's noise is 0.6",
            logLoss(0.6, 40_000),
            Measure.medianSamples(2_904)),
        Scenario.inferred(
            "absolute-error-better",
            "s17",
            NUMBERS + "; the candidate's is 0.4, cap 10",
            contrast(10, numbers(0.4, Math::abs), 40_000),
            Measure.medianSamples(2_041)),
        Scenario.inferred(
            "squared-error-better-cap-25",
            "s19",
            NUMBERS + "; the candidate's is 0.4, cap 25",
            contrast(25, numbers(0.4, LossScenarios::square), 40_000),
            Measure.medianSamples(1_875)),
        Scenario.inferred(
            "squared-error-better-cap-10",
            "s19",
            NUMBERS + "; the candidate's is 0.4, cap 10",
            contrast(10, numbers(0.4, LossScenarios::square), 40_000),
            Measure.medianSamples(1_582)),
        Scenario.inferred(
                "rare-disaster-in-shadow",
                "s16",
                "the candidate is 0.1 better in 99 % of the pairs and 10 worse in the rest, which is"
                    + " no difference on average; 40,000 pairs, our choice",
                contrast(10, LossScenarios::disaster, 40_000),
                Measure.falsePromotions(0.014, 600))
            .inTheShortSet(),
        Scenario.inferred(
            "rare-cost-in-a-small-arm",
            "s16",
            "1 in 100 requests costs 1 in both arms, 10 % go to the candidate; 40,000 requests, our"
                + " choice",
            rareCost(),
            Measure.falsePromotions(0.005, 600)));
  }

  private static final String PROBABILITIES =
      "log-odds from N(-1, 1), each version sees them with normal noise of 0.8 of its own; mean and"
          + " spread of the log-odds are our choice, near the fixed samples of the reference";
  private static final String NUMBERS =
      "the outcome scatters around the truth by t(5), scaled to a standard deviation of 1, each version"
          + " by normal noise of 0.5 of its own; the scale is our choice";

  /** What current and candidate lose on one pair, before the cap. */
  @FunctionalInterface
  private interface Losses {
    void draw(SplittableRandom random, double[] currentAndCandidate);
  }

  @FunctionalInterface
  private interface OfProbability {
    double of(double probability, boolean positive);
  }

  @FunctionalInterface
  private interface OfError {
    double of(double error);
  }

  private static double brier(double probability, boolean positive) {
    return square(probability - (positive ? 1 : 0));
  }

  private static double square(double error) {
    return error * error;
  }

  private static double sigmoid(double logOdds) {
    return 1 / (1 + Math.exp(-logOdds));
  }

  private static Losses probabilities(double candidateNoise, OfProbability loss) {
    return (random, losses) -> {
      double logOdds = -1 + random.nextGaussian();
      boolean positive = random.nextDouble() < sigmoid(logOdds);
      losses[0] = loss.of(sigmoid(logOdds + 0.8 * random.nextGaussian()), positive);
      losses[1] = loss.of(sigmoid(logOdds + candidateNoise * random.nextGaussian()), positive);
    };
  }

  private static Losses numbers(double candidateNoise, OfError loss) {
    return (random, losses) -> {
      double outcome = UNIT_SPREAD * studentOfFive(random);
      losses[0] = loss.of(outcome - 0.5 * random.nextGaussian());
      losses[1] = loss.of(outcome - candidateNoise * random.nextGaussian());
    };
  }

  /** Student's t with five degrees of freedom: χ² of four is two exponentials. */
  private static double studentOfFive(RandomGenerator random) {
    double normal = random.nextGaussian();
    double fifth = random.nextGaussian();
    double squares = 2 * (random.nextExponential() + random.nextExponential()) + fifth * fifth;
    return normal / Math.sqrt(squares / 5);
  }

  private static void disaster(SplittableRandom random, double[] losses) {
    boolean disaster = random.nextDouble() >= 10 / 10.1;
    losses[0] = disaster ? 0 : 0.1;
    losses[1] = disaster ? 10 : 0;
  }

  private static Scenario.Run contrast(double cap, Losses generator, long pairs) {
    BoundedBetting betting = new BoundedBetting(Bounds.around(cap), 0, Side.GREATER);
    double gain = Gains.most(Bounds.around(cap), 0, Side.GREATER);
    return random ->
        new Claim() {
          private final double[] losses = new double[2];
          private Wealth wealth = Wealth.EMPTY;

          @Override
          public boolean next(SplittableRandom units) {
            generator.draw(units, losses);
            double benefit = Math.min(losses[0], cap) - Math.min(losses[1], cap);
            wealth = wealth.merge(betting.observe(benefit));
            return benefit > 0;
          }

          @Override
          public double logE() {
            return wealth.logE();
          }

          @Override
          public double mostGain() {
            return gain;
          }
        }.follow(random, Rollouts.ALPHA, pairs);
  }

  private static Scenario.Run logLoss(double candidateNoise, long pairs) {
    TestPlan plan = Rollouts.pairedLogLoss(0.01, LARGEST_LOG_LOSS);
    return random ->
        new Claim() {
          private final Tallied tallied = new Tallied(plan);

          @Override
          public boolean next(SplittableRandom units) {
            double logOdds = -1 + units.nextGaussian();
            boolean positive = units.nextDouble() < sigmoid(logOdds);
            double current = sigmoid(logOdds + 0.8 * units.nextGaussian());
            double candidate = sigmoid(logOdds + candidateNoise * units.nextGaussian());
            tallied.plus(Rollouts.pair(current, candidate, positive));
            return (candidate > current) == positive;
          }

          @Override
          public double logE() {
            return tallied.better();
          }

          @Override
          public double mostGain() {
            return Gains.most(Bounds.around(LARGEST_LOG_LOSS), 0, Side.GREATER);
          }
        }.follow(random, Rollouts.ALPHA, pairs);
  }

  private static Scenario.Run rareCost() {
    double share = 0.1;
    ArmContrast contrast = new ArmContrast(share, 0, 1);
    BoundedBetting betting = new BoundedBetting(contrast.boundsOfLoss(), 0, Side.GREATER);
    double gain = Gains.most(contrast.boundsOfLoss(), 0, Side.GREATER);
    return random ->
        new Claim() {
          private Wealth wealth = Wealth.EMPTY;

          @Override
          public boolean next(SplittableRandom units) {
            boolean toCandidate = units.nextDouble() < share;
            double cost = units.nextDouble() < 0.01 ? 1 : 0;
            double benefit = -(toCandidate ? contrast.ofCandidate(cost) : contrast.ofCurrent(cost));
            if (cost > 0) {
              wealth = wealth.merge(betting.observe(benefit));
            }
            return benefit > 0;
          }

          @Override
          public double logE() {
            return wealth.logE();
          }

          @Override
          public double mostGain() {
            return gain;
          }
        }.follow(random, Rollouts.ALPHA, 40_000);
  }
}
