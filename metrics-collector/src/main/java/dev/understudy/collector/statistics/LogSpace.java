package dev.understudy.collector.statistics;

/** Arithmetic on logarithms, and what is left of ln Γ. */
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
   * What Stirling's formula leaves: {@code ln Γ(x) - ((x - ½) ln x - x + ½ ln 2π)} for x &gt; 0.
   * The series is that of Abramowitz and Stegun 6.1.40; small arguments are raised by Γ(x+1) =
   * xΓ(x).
   */
  static double stirlingRemainder(double x) {
    if (x >= STIRLING_FROM) {
      return series(x);
    }
    double raised = x;
    double product = 1;
    while (raised < STIRLING_FROM) {
      product *= raised;
      raised++;
    }
    double gamma =
        (raised - 0.5) * Math.log(raised)
            - raised
            + HALF_LOG_TWO_PI
            + series(raised)
            - Math.log(product);
    return gamma - ((x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI);
  }

  private static double series(double x) {
    double inverse = 1 / x;
    double square = inverse * inverse;
    return inverse
        * (1.0 / 12
            - square
                * (1.0 / 360
                    - square
                        * (1.0 / 1260
                            - square
                                * (1.0 / 1680
                                    - square * (1.0 / 1188 - square * (691.0 / 360360))))));
  }
}
