package dev.understudy.collector.statistics;

/**
 * An exact sequential test for the mean of a bounded contrast.
 *
 * <p><b>Question.</b> Is the mean of D, which cannot leave {@code [lo, hi]}, above (or below) the
 * line m, however often one looks?
 *
 * <p><b>Hypotheses.</b> GREATER: null E[D] &le; m against E[D] &gt; m. LESS: the same with D, m and
 * the bounds mirrored.
 *
 * <p><b>Formula.</b> {@code S_k = Σ ln(1 + u_k (D - m)/(m - lo))} for sixteen fixed bets u_k, and
 * {@code ln E = ln Σ w_k exp(S_k)}. Under the null every factor has conditional mean at most 1, so
 * E is a non-negative supermartingale: P(E ever reaches 1/α) &le; α (Ville). No asymptotics.
 *
 * <p><b>Assumptions.</b> Bounds known before the observation (they may differ from one to the
 * next); observations enter in an order that does not depend on their value. Under drift the null
 * reads: at no time is the conditional mean beyond the line.
 *
 * <p><b>Source.</b> Waudby-Smith and Ramdas, JRSS-B 2024 (arXiv 2010.09686); Ville 1939. The grid
 * of bets is our own choice.
 *
 * <p><b>When it misleads.</b> When bounds are set after looking at the data, when more than a few
 * values are clipped (the mean is then that of the clipped contrast), or when units that depend on
 * each other are counted as many. Bounds far wider than the spread only cost time.
 *
 * @param bounds of D
 * @param line m, strictly inside
 * @param side what is claimed
 */
public record BoundedBetting(Bounds bounds, double line, Side side) {
  public BoundedBetting {
    if (!bounds.holdInside(line)) {
      throw new IllegalArgumentException(
          "the line %s is not strictly inside %s .. %s"
              .formatted(line, bounds.lowest(), bounds.highest()));
    }
  }

  /**
   * The wealth of one observation. One outside the bounds is moved to the nearer of them; count it
   * with {@link #clips}.
   *
   * @throws IllegalArgumentException when it is not a finite number
   */
  public Wealth observe(double value) {
    return observe(1, value);
  }

  /** Whether the value is outside the bounds. */
  public boolean clips(double value) {
    return value < bounds.lowest() || value > bounds.highest();
  }

  Wealth observe(long times, double value) {
    return Wealth.of(times, ratio(value));
  }

  /** By how much the value moves a stake, in units of the stake; from -1 on. */
  double ratio(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("an observation of %s".formatted(value));
    }
    double inside = bounds.clamp(value);
    return switch (side) {
      case GREATER -> (inside - line) / (line - bounds.lowest());
      case LESS -> (line - inside) / (bounds.highest() - line);
    };
  }
}
