package dev.understudy.collector.statistics;

/**
 * How much smaller the errors of the candidate are where both versions predicted the same number.
 *
 * <p><b>Question.</b> By how much does the candidate lower RMSE and MAE, and how sure is that?
 *
 * <p><b>Formula.</b> {@code RMSE_C - RMSE_T} with the delta method: per record {@code φ = (e_C² -
 * MSE_C)/(2 RMSE_C) - (e_T² - MSE_T)/(2 RMSE_T)}, {@code se² = Σφ²/((n-1) n)}. MAE: the mean of
 * {@code |e_C| - |e_T|} with its standard error.
 *
 * <p><b>Assumptions.</b> Pairs are independent; many of them.
 *
 * <p><b>Source.</b> Delta method (textbook).
 *
 * <p><b>When it misleads.</b> With heavy tails one record can be most of the RMSE. The decision is
 * therefore made on capped squared errors by {@link BoundedBetting}; this is for the report.
 *
 * @param squared errors: x of current, y of candidate
 * @param absolute {@code |e_C| - |e_T|}
 */
public record PairedRegression(BiMoments squared, Moments absolute) {
  /** Before the first pair. */
  public static final PairedRegression EMPTY = new PairedRegression(BiMoments.EMPTY, Moments.EMPTY);

  /** With one more pair of errors (prediction minus truth). */
  public PairedRegression add(double errorOfCurrent, double errorOfCandidate) {
    return new PairedRegression(
        squared.add(errorOfCurrent * errorOfCurrent, errorOfCandidate * errorOfCandidate),
        absolute.add(Math.abs(errorOfCurrent) - Math.abs(errorOfCandidate)));
  }

  /** Both sets of pairs together. */
  public PairedRegression merge(PairedRegression other) {
    return new PairedRegression(squared.merge(other.squared), absolute.merge(other.absolute));
  }

  /** RMSE of current minus RMSE of candidate; without a standard error where one of them is 0. */
  public Estimate rmseImprovement() {
    long n = squared.count();
    if (n == 0) {
      return Estimate.undefined(0);
    }
    double ofCurrent = Math.sqrt(squared.meanX());
    double ofCandidate = Math.sqrt(squared.meanY());
    double spread =
        squared.xx() / (4 * squared.meanX())
            - squared.xy() / (2 * ofCurrent * ofCandidate)
            + squared.yy() / (4 * squared.meanY());
    double variance = n < 2 ? Double.NaN : Math.max(0, spread) / ((n - 1.0) * n);
    return new Estimate(ofCurrent - ofCandidate, Math.sqrt(variance), n);
  }

  /** MAE of current minus MAE of candidate. */
  public Estimate maeImprovement() {
    return absolute.estimate();
  }
}
