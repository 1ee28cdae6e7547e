package dev.understudy.collector.statistics;

/**
 * Moments of units that still grow: a unit's old figures are taken out and its new ones put in.
 *
 * <p><b>Question.</b> What are the {@link BiMoments} when the sums of a customer change with each
 * of its requests?
 *
 * <p><b>Formula.</b> Sums of x, y, x², y² and xy, each after subtraction of a fixed centre near the
 * mean, which keeps the digits that plain power sums lose; {@code C_xy = Σxy - Σx Σy/n}.
 *
 * <p><b>Assumptions.</b> The centres are the same in all parts that are put together. Chan's
 * formula could not take a unit out again without loss.
 *
 * <p><b>Source.</b> Textbook (shifted data algorithm).
 *
 * <p><b>When it misleads.</b> When the centre is far from the mean in terms of the spread; and
 * after very many replacements rounding adds up, so recompute the sums from the units when they are
 * restored.
 */
public record PowerSums(
    double centreX,
    double centreY,
    long count,
    double sumX,
    double sumY,
    double sumXx,
    double sumYy,
    double sumXy) {

  /** Before the first unit. */
  public static PowerSums around(double centreX, double centreY) {
    return new PowerSums(centreX, centreY, 0, 0, 0, 0, 0, 0);
  }

  /** With one more unit. */
  public PowerSums add(double x, double y) {
    return with(1, x, y);
  }

  /** Without a unit that was added with these figures. */
  public PowerSums subtract(double x, double y) {
    return with(-1, x, y);
  }

  private PowerSums with(int sign, double x, double y) {
    if (!Double.isFinite(x) || !Double.isFinite(y)) {
      throw new IllegalArgumentException("a unit with %s and %s".formatted(x, y));
    }
    double dx = x - centreX;
    double dy = y - centreY;
    return new PowerSums(
        centreX,
        centreY,
        count + sign,
        sumX + sign * dx,
        sumY + sign * dy,
        sumXx + sign * dx * dx,
        sumYy + sign * dy * dy,
        sumXy + sign * dx * dy);
  }

  /** Both sets of units together. */
  public PowerSums merge(PowerSums other) {
    if (centreX != other.centreX || centreY != other.centreY) {
      throw new IllegalArgumentException("sums around different centres do not add");
    }
    return new PowerSums(
        centreX,
        centreY,
        count + other.count,
        sumX + other.sumX,
        sumY + other.sumY,
        sumXx + other.sumXx,
        sumYy + other.sumYy,
        sumXy + other.sumXy);
  }

  /** The moments of the units that are in. */
  public BiMoments moments() {
    if (count <= 0) {
      return BiMoments.EMPTY;
    }
    double meanX = sumX / count;
    double meanY = sumY / count;
    return new BiMoments(
        count,
        centreX + meanX,
        centreY + meanY,
        Math.max(0, sumXx - sumX * meanX),
        Math.max(0, sumYy - sumY * meanY),
        sumXy - sumX * meanY);
  }
}
