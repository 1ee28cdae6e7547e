package dev.understudy.collector.statistics;

/**
 * The sixteen fixed bets and their weights.
 *
 * <p>The bets run geometrically from 0.002 to 0.95, so that one of them is near the best bet
 * whether the effect is half a percentage point or a fivefold error rate; the weights are
 * log-normal around 0.15. Because no bet looks at the data, wealth is a function of sums: the order
 * of observations does not matter and partitions merge by addition.
 */
final class Bets {
  static final int COUNT = 16;
  private static final double SMALLEST = 0.002;
  private static final double LARGEST = 0.95;
  private static final double CENTRE = 0.15;
  private static final double SPREAD = Math.log(4);
  private static final double[] SIZES = new double[COUNT];
  private static final double[] LOG_WEIGHTS = new double[COUNT];

  static {
    double step = (Math.log(LARGEST) - Math.log(SMALLEST)) / (COUNT - 1);
    double total = 0;
    for (int k = 0; k < COUNT; k++) {
      SIZES[k] = Math.exp(Math.log(SMALLEST) + k * step);
      double distance = (Math.log(SIZES[k]) - Math.log(CENTRE)) / SPREAD;
      LOG_WEIGHTS[k] = -0.5 * distance * distance;
      total += Math.exp(LOG_WEIGHTS[k]);
    }
    for (int k = 0; k < COUNT; k++) {
      LOG_WEIGHTS[k] -= Math.log(total);
    }
  }

  private Bets() {}

  static double size(int k) {
    return SIZES[k];
  }

  static double weight(int k) {
    return Math.exp(LOG_WEIGHTS[k]);
  }

  /** ln of the weighted mean of {@code exp(sums)}. */
  static double mix(double[] sums) {
    double[] terms = new double[COUNT];
    for (int k = 0; k < COUNT; k++) {
      terms[k] = LOG_WEIGHTS[k] + sums[k];
    }
    return LogSpace.sumExp(terms);
  }
}
