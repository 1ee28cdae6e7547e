package dev.understudy.collector.statistics;

import java.util.Arrays;

/**
 * The logarithms of the sixteen bets' wealth about one line and side: the whole state of a betting
 * test. Merges by addition. Immutable.
 */
public final class Wealth {
  /** Before the first observation. */
  public static final Wealth EMPTY = new Wealth(new double[BettingGrid.COUNT]);

  private final double[] sums;

  private Wealth(double[] sums) {
    this.sums = sums;
  }

  /**
   * The wealth whose sums these are.
   *
   * @throws IllegalArgumentException when there are not sixteen, or one is not a number
   */
  public static Wealth of(double[] sums) {
    if (sums.length != BettingGrid.COUNT) {
      throw new IllegalArgumentException(
          "%d sums, where %d are needed".formatted(sums.length, BettingGrid.COUNT));
    }
    for (double sum : sums) {
      if (Double.isNaN(sum)) {
        throw new IllegalArgumentException("a sum is not a number");
      }
    }
    return new Wealth(sums.clone());
  }

  /** {@code times} observations that all move the stake by the same {@code ratio}, from -1 on. */
  static Wealth of(long times, double ratio) {
    double[] sums = new double[BettingGrid.COUNT];
    for (int k = 0; k < BettingGrid.COUNT; k++) {
      sums[k] = times * Math.log1p(BettingGrid.STANDARD.size(k) * ratio);
    }
    return new Wealth(sums);
  }

  /** Both sets of observations together. */
  public Wealth merge(Wealth other) {
    double[] both = sums.clone();
    for (int k = 0; k < BettingGrid.COUNT; k++) {
      both[k] += other.sums[k];
    }
    return new Wealth(both);
  }

  /** ln E in nats: evidence against the null; 0 when there is none. */
  public double logE() {
    return BettingGrid.STANDARD.mix(sums);
  }

  /** A copy of the sixteen sums. */
  public double[] sums() {
    return sums.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Wealth that && Arrays.equals(sums, that.sums);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sums);
  }

  @Override
  public String toString() {
    return "Wealth[logE=" + logE() + "]";
  }
}
