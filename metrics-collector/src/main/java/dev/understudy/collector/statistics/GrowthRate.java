package dev.understudy.collector.statistics;

import java.util.List;

/**
 * How fast evidence grows when the contrast is distributed as planned.
 *
 * <p><b>Question.</b> How many nats does a unit bring to the best possible fixed bet?
 *
 * <p><b>Formula.</b> {@code g = max_u E ln(1 + u (D - m)/(m - lo))} over 0 &le; u &lt; 1. The
 * expectation is concave in u, so a ternary search finds it.
 *
 * <p><b>Assumptions.</b> The planned probabilities are the true ones.
 *
 * <p><b>Source.</b> Kelly 1956.
 *
 * <p><b>When it misleads.</b> Where the plan is a guess: see {@link SampleSize}.
 */
public final class GrowthRate {
  private static final int STEPS = 200;
  private static final double TOLERANCE = 1e-9;

  private GrowthRate() {}

  /** A possible value of the contrast and its probability. */
  public record Chance(double value, double probability) {
    public Chance {
      if (!Double.isFinite(value) || !(probability >= 0 && probability <= 1)) {
        throw new IllegalArgumentException(
            "a chance of %s to see %s".formatted(probability, value));
      }
    }
  }

  /**
   * g in nats per unit; 0 when the mean is not on that side of the line.
   *
   * @param chances all possible values; their probabilities add up to 1
   * @param bounds of the contrast
   */
  public static double of(List<Chance> chances, Bounds bounds, double line, Side side) {
    double total = chances.stream().mapToDouble(Chance::probability).sum();
    if (Math.abs(total - 1) > TOLERANCE) {
      throw new IllegalArgumentException("the chances add up to %s, not to 1".formatted(total));
    }
    BoundedBetting betting = new BoundedBetting(bounds, line, side);
    double low = 0;
    double high = 1;
    for (int i = 0; i < STEPS; i++) {
      double left = low + (high - low) / 3;
      double right = high - (high - low) / 3;
      if (growth(chances, betting, left) < growth(chances, betting, right)) {
        low = left;
      } else {
        high = right;
      }
    }
    return Math.max(0, growth(chances, betting, low));
  }

  private static double growth(List<Chance> chances, BoundedBetting betting, double bet) {
    double sum = 0;
    for (Chance chance : chances) {
      if (chance.probability() > 0) {
        sum += chance.probability() * Math.log1p(bet * betting.ratio(chance.value()));
      }
    }
    return sum;
  }
}
