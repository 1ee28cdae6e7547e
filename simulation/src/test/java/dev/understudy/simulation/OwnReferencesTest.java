package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/**
 * Where nobody has published how long it takes, the reference is a plain computation of the
 * formulas of the methods: sums of numbers, without tally, judge and statistics classes. Here it is
 * repeated with few runs; with {@code -Dsimulation.reference.runs=8000} it gives the references,
 * rounded.
 */
class OwnReferencesTest {
  private static final int RUNS = Integer.getInteger("simulation.reference.runs", 400);
  private static final double TOLERANCE_PERCENT = RUNS < 2_000 ? 10 : 3;
  private static final double ALPHA = 0.05;
  private static final int EACH_LOOK = 5;

  private static double median(ToLongFunction<SplittableRandom> rollout) {
    SplittableRandom root = new SplittableRandom(4_711);
    long[] samples = new long[RUNS];
    for (int run = 0; run < RUNS; run++) {
      samples[run] = rollout.applyAsLong(root.split());
    }
    Arrays.sort(samples);
    return (samples[(RUNS - 1) / 2] + samples[RUNS / 2]) / 2.0;
  }

  @Test
  void theMedianOfAWidenedSplitIsThatOfTheBareBets() {
    double median = median(OwnReferencesTest::widened);

    assertThat((double) RampScenarios.MEDIAN_OF_WIDENED)
        .isCloseTo(median, withinPercentage(TOLERANCE_PERCENT));
  }

  /** Sixteen stakes on the contrast of the arms, within the bounds of each share. */
  private static long widened(SplittableRandom random) {
    double c = RampScenarios.CENTRE;
    double[] stakes = new double[16];
    double[] weights = new double[16];
    double[] sums = new double[16];
    double total = 0;
    for (int k = 0; k < 16; k++) {
      stakes[k] = Math.exp(Math.log(0.002) + k * (Math.log(0.95) - Math.log(0.002)) / 15);
      weights[k] = Math.exp(-0.5 * Math.pow(Math.log(stakes[k] / 0.15) / Math.log(4), 2));
      total += weights[k];
    }
    for (int unit = 0; unit < RampScenarios.REQUESTS; unit++) {
      double share = unit < 10_000 ? 0.05 : unit < 20_000 ? 0.25 : 0.5;
      boolean toCandidate = random.nextDouble() < share;
      double right = 0.85 - 0.1 * unit / 60_000 + (toCandidate ? 0.02 : 0);
      double y = random.nextDouble() < right ? 1 : 0;
      double x = toCandidate ? (y - c) / share : -(y - c) / (1 - share);
      double lowest = Math.min(-c / share, -(1 - c) / (1 - share));
      double wealth = 0;
      for (int k = 0; k < 16; k++) {
        sums[k] += Math.log1p(stakes[k] * x / -lowest);
        wealth += unit % EACH_LOOK == 0 ? weights[k] / total * Math.exp(sums[k]) : 0;
      }
      if (wealth >= 20) {
        return unit + 1;
      }
    }
    return Long.MAX_VALUE;
  }

  @Test
  void theMedianOfCustomersWithManyRequestsIsThatOfARatioOfSums() {
    double median = median(OwnReferencesTest::visits);

    assertThat((double) UnitScenarios.MEDIAN_OF_VISITS)
        .isCloseTo(median, withinPercentage(TOLERANCE_PERCENT));
  }

  private static long visits(SplittableRandom random) {
    Arm[] arms = {new Arm(), new Arm()};
    for (int customer = 1; customer <= 40_000; customer++) {
      int arm = random.nextInt(2);
      double plain = 1 - Math.cbrt(1 - random.nextDouble());
      int requests = 1 + (int) ((10 - 8 * plain) * random.nextExponential());
      double rate = plain + arm * 0.05 * (1 - plain);
      int right = 0;
      for (int i = 0; i < requests; i++) {
        right += random.nextDouble() < rate ? 1 : 0;
      }
      arms[arm].add(requests, right);
      if (customer % EACH_LOOK == 0 && isAbove0(arms, customer, 5_000)) {
        return customer;
      }
    }
    return Long.MAX_VALUE;
  }

  @Test
  void theMedianOfValuesIsThatOfTheirMeans() {
    double median = median(OwnReferencesTest::values);

    assertThat((double) UnitScenarios.MEDIAN_WITHOUT_COVARIATE)
        .isCloseTo(median, withinPercentage(TOLERANCE_PERCENT));
  }

  private static long values(SplittableRandom random) {
    Arm[] arms = {new Arm(), new Arm()};
    for (int customer = 1; customer <= 40_000; customer++) {
      int arm = random.nextInt(2);
      arms[arm].add(1, 2 * random.nextGaussian() + 0.15 * arm);
      if (customer % EACH_LOOK == 0 && isAbove0(arms, customer, UnitScenarios.FIXED)) {
        return customer;
      }
    }
    return Long.MAX_VALUE;
  }

  /**
   * What remains of the variance is 1 - ρ² of it. The sequence is tuned to as much of the sample,
   * so every evidence comes after as much of the time.
   */
  @Test
  void aCovariateThatExplainsHalfOfTheVarianceSparesHalfOfTheSample() {
    double explained = 0.5;

    assertThat((double) UnitScenarios.MEDIAN_WITH_COVARIATE)
        .isCloseTo((1 - explained) * UnitScenarios.MEDIAN_WITHOUT_COVARIATE, withinPercentage(0.1));
  }

  /** Units of an arm, each with x predictions whose values add up to y. */
  private static final class Arm {
    private double n;
    private double x;
    private double y;
    private double xx;
    private double xy;
    private double yy;

    void add(double predictions, double value) {
      n++;
      x += predictions;
      y += value;
      xx += predictions * predictions;
      xy += predictions * value;
      yy += value * value;
    }

    double ratio() {
      return y / x;
    }

    /** Of the ratio, by the delta method; the mean of y - R x is 0. */
    double variance() {
      double squares = yy - 2 * ratio() * xy + ratio() * ratio() * xx;
      return squares / (n - 1) / n / (x / n * x / n);
    }
  }

  /** The asymptotic sequence's one-sided bound, see docs/statistics.md. */
  private static boolean isAbove0(Arm[] arms, long units, double tuning) {
    if (Math.min(arms[0].n, arms[1].n) < 200) {
      return false;
    }
    double length = -2 * Math.log(2 * ALPHA);
    double r = units * (length + Math.log1p(length)) / tuning;
    double half =
        Math.sqrt(arms[0].variance() + arms[1].variance())
            * Math.sqrt(2 * (1 + 1 / r) * Math.log1p(Math.sqrt(1 + r) / (2 * ALPHA)));
    return arms[1].ratio() - arms[0].ratio() >= half;
  }
}
