package dev.understudy.collector.statistics;

/**
 * {@link Moments} of two figures of the same unit, with their co-moment.
 *
 * <p><b>Question.</b> How do two figures of a unit vary, and how do they vary together?
 *
 * <p><b>Formula.</b> As in {@link Moments}, and {@code C_xy += C_xy,b + δ_x δ_y n_a n_b/n}.
 *
 * <p><b>Assumptions.</b> None.
 *
 * <p><b>Source.</b> Chan, Golub and LeVeque 1979.
 *
 * <p><b>When it misleads.</b> As {@link Moments}.
 *
 * @param count n
 * @param xx sum of squared deviations of x
 * @param yy sum of squared deviations of y
 * @param xy sum of the products of deviations
 */
public record BiMoments(long count, double meanX, double meanY, double xx, double yy, double xy) {
  /** Before the first unit. */
  public static final BiMoments EMPTY = new BiMoments(0, 0, 0, 0, 0, 0);

  public BiMoments {
    if (count < 0 || !(xx >= 0) || !(yy >= 0) || Double.isNaN(meanX + meanY + xy)) {
      throw new IllegalArgumentException(
          "moments of %d units with means %s, %s and co-moments %s, %s, %s"
              .formatted(count, meanX, meanY, xx, yy, xy));
    }
  }

  /** {@code times} units with the same pair of figures. */
  public static BiMoments repeated(double x, double y, long times) {
    if (!Double.isFinite(x) || !Double.isFinite(y)) {
      throw new IllegalArgumentException("a unit with %s and %s".formatted(x, y));
    }
    return times == 0 ? EMPTY : new BiMoments(times, x, y, 0, 0, 0);
  }

  /**
   * With one more unit.
   *
   * @throws IllegalArgumentException when a figure is not a finite number
   */
  public BiMoments add(double x, double y) {
    return merge(repeated(x, y, 1));
  }

  /** Both sets of units together. */
  public BiMoments merge(BiMoments other) {
    if (other.count == 0) {
      return this;
    }
    if (count == 0) {
      return other;
    }
    long both = count + other.count;
    double share = (double) other.count / both;
    double deltaX = other.meanX - meanX;
    double deltaY = other.meanY - meanY;
    return new BiMoments(
        both,
        meanX + deltaX * share,
        meanY + deltaY * share,
        xx + other.xx + deltaX * deltaX * share * count,
        yy + other.yy + deltaY * deltaY * share * count,
        xy + other.xy + deltaX * deltaY * share * count);
  }

  /** Those of x alone. */
  public Moments x() {
    return new Moments(count, meanX, xx);
  }

  /** Those of y alone. */
  public Moments y() {
    return new Moments(count, meanY, yy);
  }
}
