package dev.understudy.collector.statistics;

/**
 * An asymptotic confidence sequence: an interval that may be looked at after every unit.
 *
 * <p><b>Question.</b> Where is a figure that has a standard error but is no mean of a bounded
 * contrast (F1, AUC, a ratio of sums by customer), however often one looks?
 *
 * <p><b>Hypotheses.</b> GREATER: null "at most the line". LESS: null "at least the line".
 * Two-sided: null "on the line".
 *
 * <p><b>Formula.</b> With {@code L = -2 ln a} and {@code ρ² = (L + ln(1+L))/n*} (a = α two-sided,
 * 2α one-sided) and r = nρ²: half width two-sided {@code se √(2(1+1/r) ln(√(1+r)/α))}, one-sided
 * {@code se √(2(1+1/r) ln(1 + √(1+r)/(2α)))}. With z = (estimate - line)/se the evidence is {@code
 * z² r/(2 (1+r)) - ½ ln(1+r)} two-sided, and one-sided for z &gt; 0 {@code ln 2 + ln(expm1(z²
 * r/(2(1+r)))) - ½ ln(1+r)}, else -∞. Evidence and bound are inversions of each other, so they
 * always agree.
 *
 * <p><b>Assumptions.</b> Independent units, an estimate that becomes normal, a consistent standard
 * error; and many units before the first look, see {@link BurnIn}. Bounds at different times are
 * not intersected: under drift the intersection would be empty.
 *
 * <p><b>Source.</b> Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Annals of Statistics 2024
 * (arXiv 2103.06476); Robbins 1970. The mixture sequential test of Johari et al. 2022 with a normal
 * prior is the same.
 *
 * <p><b>When it misleads.</b> With rare, expensive mistakes and unequal shares: at a nominal 5 % a
 * shadow with rare large losses and a true mean of 0 was promoted in 21 % of runs, where {@link
 * BoundedBetting} stayed at 1.4 %. It therefore never decides a KPI that has a bounded contrast.
 *
 * @param alpha α, below ½
 * @param tuning n*, the number of units at which the interval is narrowest; any value is valid
 */
public record AsympCs(double alpha, double tuning) {
  /** Beyond it ln(expm1(q)) is q to the last digit, and expm1 would overflow later on. */
  private static final double EXPM1_IS_EXP_FROM = 30;

  public AsympCs {
    if (!(alpha > 0 && alpha < 0.5)) {
      throw new IllegalArgumentException("a level of %s is not between 0 and 0.5".formatted(alpha));
    }
    if (!(tuning > 0) || Double.isInfinite(tuning)) {
      throw new IllegalArgumentException("a tuning of %s units".formatted(tuning));
    }
  }

  /**
   * From when on the sequence may be looked at.
   *
   * @param units in the smaller arm, or blocks
   * @param events of the rarer outcome, in the arm that has fewer of them
   */
  public record BurnIn(long units, long events) {
    /** For figures of units. */
    public static final BurnIn OF_UNITS = new BurnIn(200, 30);

    /** For AUC blocks, which hold both outcomes in fixed numbers. */
    public static final BurnIn OF_BLOCKS = new BurnIn(30, 0);

    /** Whether there is enough to look at. */
    public boolean isOver(long unitsOfSmallerArm, long eventsOfPoorerArm) {
      return unitsOfSmallerArm >= units && eventsOfPoorerArm >= events;
    }
  }

  /** ρ² of the two-sided interval. */
  public double rhoSquaredTwoSided() {
    return rhoSquared(alpha);
  }

  /** ρ² of each one-sided bound. */
  public double rhoSquaredOneSided() {
    return rhoSquared(2 * alpha);
  }

  private double rhoSquared(double level) {
    double length = -2 * Math.log(level);
    return (length + Math.log1p(length)) / tuning;
  }

  /** Holds the figure at all times with probability 1-α; unbounded when nothing can be said. */
  public Interval twoSided(Estimate estimate) {
    double r = estimate.units() * rhoSquaredTwoSided();
    return around(estimate, r, 0.5 * Math.log1p(r) - Math.log(alpha));
  }

  /** Two bounds, each of which holds at all times with probability 1-α. */
  public Interval oneSided(Estimate estimate) {
    double r = estimate.units() * rhoSquaredOneSided();
    return around(estimate, r, Math.log1p(Math.sqrt(1 + r) / (2 * alpha)));
  }

  private static Interval around(Estimate estimate, double r, double logarithm) {
    if (!estimate.usable()) {
      return Interval.UNBOUNDED;
    }
    double half = estimate.standardError() * Math.sqrt(2 * (1 + 1 / r) * logarithm);
    return new Interval(estimate.value() - half, estimate.value() + half);
  }

  /** ln E in nats that the figure is on that side of the line; -∞ when nothing can be said. */
  public double logE(Estimate estimate, double line, Side side) {
    double above = z(estimate, line);
    double z = side == Side.GREATER ? above : -above;
    if (!(z > 0)) {
      return Double.NEGATIVE_INFINITY;
    }
    double r = estimate.units() * rhoSquaredOneSided();
    double q = exponent(z, r);
    double grown = q > EXPM1_IS_EXP_FROM ? q : Math.log(Math.expm1(q));
    return Math.log(2) + grown - 0.5 * Math.log1p(r);
  }

  /** ln E in nats that the figure is not on the line; -∞ when nothing can be said. */
  public double logETwoSided(Estimate estimate, double line) {
    double z = z(estimate, line);
    if (Double.isNaN(z)) {
      return Double.NEGATIVE_INFINITY;
    }
    double r = estimate.units() * rhoSquaredTwoSided();
    return exponent(z, r) - 0.5 * Math.log1p(r);
  }

  private static double z(Estimate estimate, double line) {
    return estimate.usable() ? (estimate.value() - line) / estimate.standardError() : Double.NaN;
  }

  private static double exponent(double z, double r) {
    return z * z * r / (2 * (1 + r));
  }
}
