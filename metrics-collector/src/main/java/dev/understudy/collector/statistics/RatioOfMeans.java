package dev.understudy.collector.statistics;

/**
 * A rate per request when customers, not requests, were assigned to the arms.
 *
 * <p><b>Question.</b> What is the ratio of the sums of y and x over units, and how sure is it? (y:
 * a customer's conversions, x: its requests.)
 *
 * <p><b>Formula.</b> {@code R = m_y/m_x}, {@code se² = (C_yy - 2R C_xy + R² C_xx)/((n-1) n m_x²)}:
 * the delta method.
 *
 * <p><b>Assumptions.</b> Units are independent; their number is large (see {@link AsympCs.BurnIn}).
 * Requests of one unit may depend on each other as they like.
 *
 * <p><b>Source.</b> Deng, Knoblich and Lu 2018.
 *
 * <p><b>When it misleads.</b> When few units carry most of the sum; and when requests are counted
 * as units, which gives 20 % false positives at a nominal 5 %.
 */
public final class RatioOfMeans {
  private RatioOfMeans() {}

  /**
   * The ratio of the mean of y to that of x in one arm.
   *
   * @param units with x the denominator and y the numerator
   */
  public static Estimate of(BiMoments units) {
    if (units.meanX() == 0) {
      return Estimate.undefined(units.count());
    }
    double ratio = units.meanY() / units.meanX();
    double residual = units.yy() - 2 * ratio * units.xy() + ratio * ratio * units.xx();
    double n = units.count();
    double variance =
        n < 2 ? Double.NaN : Math.max(0, residual) / ((n - 1) * n * units.meanX() * units.meanX());
    return new Estimate(ratio, Math.sqrt(variance), units.count());
  }

  /** Candidate minus current, of arms that share no unit. */
  public static Estimate difference(BiMoments current, BiMoments candidate) {
    return Estimate.difference(of(candidate), of(current));
  }
}
