package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;

/**
 * The sums of a continuous loss: per version, and the wealth of the bets about the test's lines.
 *
 * @param clipped observations that were cut at the cap
 * @param current sum of the current version's losses
 * @param candidate sum of the candidate's losses
 * @param better bets that the candidate is above the line
 * @param worse bets that it is below the line
 * @param futile bets that it is below the smallest effect of interest
 */
public record LossSums(
    long clipped, double current, double candidate, Wealth better, Wealth worse, Wealth futile) {
  /** Nothing observed yet. */
  public static final LossSums EMPTY =
      new LossSums(0, 0, 0, Wealth.EMPTY, Wealth.EMPTY, Wealth.EMPTY);

  /** Adds losses (of one version, or of both) and the benefit that follows from them. */
  LossSums plus(
      TestPlan plan,
      boolean cut,
      double currentLoss,
      double candidateLoss,
      double benefit,
      Bounds bounds) {
    BoundedBetting above = new BoundedBetting(bounds, plan.line(), Side.GREATER);
    BoundedBetting below = new BoundedBetting(bounds, plan.line(), Side.LESS);
    Wealth futileToo = futile;
    if (plan.futileLine().isPresent()) {
      futileToo =
          futile.merge(
              new BoundedBetting(bounds, plan.futileLine().getAsDouble(), Side.LESS)
                  .observe(benefit));
    }
    return new LossSums(
        clipped + (cut ? 1 : 0),
        current + currentLoss,
        candidate + candidateLoss,
        better.merge(above.observe(benefit)),
        worse.merge(below.observe(benefit)),
        futileToo);
  }

  /** Both sums together. */
  public LossSums merge(LossSums other) {
    return new LossSums(
        clipped + other.clipped,
        current + other.current,
        candidate + other.candidate,
        better.merge(other.better),
        worse.merge(other.worse),
        futile.merge(other.futile));
  }
}
