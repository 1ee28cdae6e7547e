package dev.understudy.collector.statistics;

/**
 * Count, mean and sum of squared deviations of a figure, merged without loss of digits.
 *
 * <p><b>Question.</b> What are mean and spread of a stream that is read in parts?
 *
 * <p><b>Formula.</b> With δ = mean_b - mean_a: {@code mean += δ n_b/n}, {@code M2 += M2_b + δ² n_a
 * n_b/n}. Sums of squares, by contrast, lose all digits when the mean is large beside the spread.
 *
 * <p><b>Assumptions.</b> None. The standard error also needs units that are independent.
 *
 * <p><b>Source.</b> Chan, Golub and LeVeque 1979.
 *
 * <p><b>When it misleads.</b> For skewed figures with rare large values: until such a value has
 * been seen, mean and spread look far too good. Partitions merged in another order differ in the
 * last bits.
 *
 * @param count n
 * @param mean 0 without observations
 * @param m2 sum of squared deviations from the mean
 */
public record Moments(long count, double mean, double m2) {
  /** Before the first observation. */
  public static final Moments EMPTY = new Moments(0, 0, 0);

  public Moments {
    if (count < 0 || m2 < 0 || Double.isNaN(m2) || Double.isNaN(mean)) {
      throw new IllegalArgumentException(
          "moments of %d observations with mean %s and m2 %s".formatted(count, mean, m2));
    }
  }

  /** The moments of these values. */
  public static Moments of(double... values) {
    Moments moments = EMPTY;
    for (double value : values) {
      moments = moments.add(value);
    }
    return moments;
  }

  /** {@code times} observations of the same value. */
  public static Moments repeated(double value, long times) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("an observation of %s".formatted(value));
    }
    return times == 0 ? EMPTY : new Moments(times, value, 0);
  }

  /**
   * With one more observation.
   *
   * @throws IllegalArgumentException when it is not a finite number
   */
  public Moments add(double value) {
    return merge(repeated(value, 1));
  }

  /** Both sets of observations together. */
  public Moments merge(Moments other) {
    if (other.count == 0) {
      return this;
    }
    if (count == 0) {
      return other;
    }
    long both = count + other.count;
    double delta = other.mean - mean;
    double share = (double) other.count / both;
    return new Moments(both, mean + delta * share, m2 + other.m2 + delta * delta * share * count);
  }

  /** The unbiased variance; NaN of fewer than two observations. */
  public double variance() {
    return count < 2 ? Double.NaN : m2 / (count - 1);
  }

  /** The mean with its standard error. */
  public Estimate estimate() {
    return count == 0
        ? Estimate.undefined(0)
        : new Estimate(mean, Math.sqrt(variance() / count), count);
  }
}
