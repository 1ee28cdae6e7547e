package dev.understudy.collector.statistics;

/**
 * A difference of means, made more precise by what was known of each unit before the test.
 *
 * <p><b>Question.</b> How far apart are two arms once the part that a covariate from before the
 * test explains has been taken away?
 *
 * <p><b>Formula.</b> With x the covariate and y the outcome: {@code θ = (C_xyC + C_xyT)/(C_xxC +
 * C_xxT)}, 0 where the covariate does not vary; {@code diff = (ȳ_T - ȳ_C) - θ (x̄_T - x̄_C)};
 * {@code se² = Σ_arms (C_yy - 2θ C_xy + θ² C_xx)/((n-1) n)}.
 *
 * <p><b>Assumptions.</b> The covariate was fixed before assignment, so that the arms cannot have
 * changed it. Units are independent.
 *
 * <p><b>Source.</b> Deng, Xu, Kohavi and Walker, WSDM 2013.
 *
 * <p><b>When it misleads.</b> With a covariate measured during the test: it then takes away part of
 * the effect itself. A useless covariate costs nothing but the work.
 *
 * @param theta θ
 * @param difference candidate minus current
 */
public record Cuped(double theta, Estimate difference) {

  /** The adjusted difference of two arms that share no unit. */
  public static Cuped of(BiMoments current, BiMoments candidate) {
    double spread = current.xx() + candidate.xx();
    double theta = spread == 0 ? 0 : (current.xy() + candidate.xy()) / spread;
    return new Cuped(
        theta, Estimate.difference(adjusted(candidate, theta), adjusted(current, theta)));
  }

  private static Estimate adjusted(BiMoments arm, double theta) {
    double n = arm.count();
    if (n == 0) {
      return Estimate.undefined(0);
    }
    double residual = Math.max(0, arm.yy() - 2 * theta * arm.xy() + theta * theta * arm.xx());
    double variance = n < 2 ? Double.NaN : residual / ((n - 1) * n);
    return new Estimate(arm.meanY() - theta * arm.meanX(), Math.sqrt(variance), arm.count());
  }
}
