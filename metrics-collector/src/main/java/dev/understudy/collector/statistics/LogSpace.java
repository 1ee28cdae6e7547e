package dev.understudy.collector.statistics;

/** Arithmetic on logarithms, and ln Γ. */
final class LogSpace {
  /** From here on the Stirling series is exact to the last digits of a double. */
  private static final double STIRLING_FROM = 15;

  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  private LogSpace() {}

  /** {@code ln(Σ exp(terms))} without overflow; minus infinity of nothing. */
  static double sumExp(double... terms) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double term : terms) {
      largest = Math.max(largest, term);
    }
    if (Double.isInfinite(largest)) {
      return largest;
    }
    double sum = 0;
    for (double term : terms) {
      sum += Math.exp(term - largest);
    }
    return largest + Math.log(sum);
  }

  /**
   * ln Γ(x) for x &gt; 0: Stirling's series, after raising small arguments by Γ(x+1) = xΓ(x)
   * (Abramowitz and Stegun 6.1.40).
   */
  static double gamma(double x) {
    double raised = x;
    double product = 1;
    while (raised < STIRLING_FROM) {
      product *= raised;
      raised++;
    }
    double inverse = 1 / raised;
    double square = inverse * inverse;
    double series =
        inverse
            * (1.0 / 12
                - square
                    * (1.0 / 360
                        - square
                            * (1.0 / 1260
                                - square
                                    * (1.0 / 1680
                                        - square * (1.0 / 1188 - square * (691.0 / 360360))))));
    return (raised - 0.5) * Math.log(raised)
        - raised
        + HALF_LOG_TWO_PI
        + series
        - Math.log(product);
  }
}
