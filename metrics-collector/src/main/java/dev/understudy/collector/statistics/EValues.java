package dev.understudy.collector.statistics;

/**
 * How e-values are put together, on the log scale.
 *
 * <p>The average of e-values is an e-value for the intersection of their nulls, whatever their
 * dependence (Vovk and Wang 2021). Evidence reaches the level α when E is at least 1/α.
 */
public final class EValues {
  private EValues() {}

  /** ln of the average of the e-values. */
  public static double average(double... logE) {
    return LogSpace.sumExp(logE) - Math.log(logE.length);
  }

  /** The evidence needed at level α, in nats: ln(1/α). */
  public static double needed(double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("a level of %s is not between 0 and 1".formatted(alpha));
    }
    return Math.log(1 / alpha);
  }
}
