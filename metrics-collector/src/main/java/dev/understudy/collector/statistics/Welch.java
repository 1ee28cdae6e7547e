package dev.understudy.collector.statistics;

/**
 * Welch's comparison of two means, for display.
 *
 * <p><b>Question.</b> How far apart are the means of two arms that share no unit and may vary
 * differently?
 *
 * <p><b>Hypotheses.</b> Null: the means are equal.
 *
 * <p><b>Formula.</b> {@code se² = s_C²/n_C + s_T²/n_T}, {@code t = difference/se}, degrees of
 * freedom after Satterthwaite.
 *
 * <p><b>Assumptions.</b> Independent units; one look, at a sample size fixed before.
 *
 * <p><b>Source.</b> Welch 1947.
 *
 * <p><b>When it misleads.</b> When it is looked at more than once: with a look after each
 * observation a nominal 5 % becomes 16 to 44 %. So t is never compared with a critical value here;
 * the difference and its standard error feed {@link AsympCs}, which may be looked at.
 *
 * @param difference candidate minus current
 * @param degreesOfFreedom NaN when there is no spread
 */
public record Welch(Estimate difference, double degreesOfFreedom) {

  /** The comparison of two arms. */
  public static Welch of(Moments current, Moments candidate) {
    return of(
        current.count(),
        current.mean(),
        current.variance(),
        candidate.count(),
        candidate.mean(),
        candidate.variance());
  }

  /** The comparison from unbiased variances, NaN where an arm has fewer than two units. */
  static Welch of(
      long currentUnits,
      double currentMean,
      double currentVariance,
      long candidateUnits,
      double candidateMean,
      double candidateVariance) {
    double ofCurrent = currentUnits < 2 ? Double.NaN : currentVariance / currentUnits;
    double ofCandidate = candidateUnits < 2 ? Double.NaN : candidateVariance / candidateUnits;
    double variance = ofCurrent + ofCandidate;
    double freedom =
        variance
            * variance
            / (ofCurrent * ofCurrent / (currentUnits - 1)
                + ofCandidate * ofCandidate / (candidateUnits - 1));
    return new Welch(
        new Estimate(
            candidateMean - currentMean, Math.sqrt(variance), currentUnits + candidateUnits),
        freedom);
  }

  /** t; NaN or infinite when there is no spread. */
  public double t() {
    return difference.value() / difference.standardError();
  }
}
