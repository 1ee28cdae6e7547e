package dev.understudy.collector.statistics;

/**
 * How many units a decision is likely to take, before the test starts.
 *
 * <p><b>Question.</b> Is there enough traffic to see an effect of this size?
 *
 * <p><b>Formula.</b> A test that looks once needs {@code n = (z_α + z_β)² σ²/δ²}. One that may be
 * looked at always needs some {@code (ln(1/α) + 1.3)/g} units, g being the growth of evidence per
 * unit ({@link GrowthRate}): about 1.0 to 1.5 times as many.
 *
 * <p><b>Assumptions.</b> The effect and the spread are those of the plan; σ is that of the contrast
 * per unit.
 *
 * <p><b>Source.</b> Textbook; Wald 1945 for the growth rate. The 1.3 nats, what a mixture of bets
 * pays for not knowing the best, is fitted by simulation.
 *
 * <p><b>When it misleads.</b> It is an expectation, not a promise: a tenth of the tests takes more
 * than twice as long. And it takes the effect that is hoped for: half of it needs four times the
 * units.
 */
public final class SampleSize {
  private static final double PRICE_OF_MIXING = 1.3;

  private SampleSize() {}

  /**
   * Units for one look at the end.
   *
   * @param deviation σ of the contrast, from 0 on
   * @param effect δ in the same unit, not 0
   * @param alpha one-sided
   * @param power 1-β, the probability to see the effect
   * @return n, not rounded
   */
  public static double fixedHorizon(double deviation, double effect, double alpha, double power) {
    if (!(deviation >= 0) || Double.isInfinite(deviation)) {
      throw new IllegalArgumentException("a deviation of %s".formatted(deviation));
    }
    if (!Double.isFinite(effect) || effect == 0) {
      throw new IllegalArgumentException("an effect of %s".formatted(effect));
    }
    double z = Normal.quantile(1 - alpha) + Normal.quantile(power);
    return z * z * deviation * deviation / (effect * effect);
  }

  /**
   * Units until evidence is expected to reach 1/α; infinite where it does not grow.
   *
   * @param growth g in nats per unit
   */
  public static double sequential(double growth, double alpha) {
    if (!(growth >= 0)) {
      throw new IllegalArgumentException("a growth of %s nats per unit".formatted(growth));
    }
    return (EValues.needed(alpha) + PRICE_OF_MIXING) / growth;
  }
}
