package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;

/**
 * The sums of a KPI that cannot be counted in cells, a loss or whatever is weighted: per version,
 * and the wealth of the bets about the test's lines.
 *
 * @param clipped observations that were cut at the cap
 * @param current sum of the current version's values
 * @param candidate sum of the candidate's values
 * @param better bets that the candidate is above the line
 * @param worse bets that it is below the line
 * @param futile bets that it is below the smallest effect of interest
 */
public record LossSums(
    long clipped, double current, double candidate, Wealth better, Wealth worse, Wealth futile) {
  /** Nothing observed yet. */
  public static final LossSums EMPTY =
      new LossSums(0, 0, 0, Wealth.EMPTY, Wealth.EMPTY, Wealth.EMPTY);

  /** Adds values (of one version, or of both) and the benefit that follows from them. */
  LossSums plus(
      TestPlan plan,
      boolean cut,
      double currentValue,
      double candidateValue,
      double benefit,
      Bounds bounds) {
    return plus(plan, cut, currentValue, candidateValue, benefit, benefit, bounds);
  }

  /**
   * The same where the benefit is only known to lie between two values: the lower one speaks when
   * it is claimed that the candidate is better, the upper one when it is claimed that it is not.
   */
  LossSums plus(
      TestPlan plan,
      boolean cut,
      double currentValue,
      double candidateValue,
      double lowest,
      double highest,
      Bounds bounds) {
    BoundedBetting above = new BoundedBetting(bounds, plan.line(), Side.GREATER);
    BoundedBetting below = new BoundedBetting(bounds, plan.line(), Side.LESS);
    Wealth futileToo = futile;
    if (plan.futileLine().isPresent()) {
      futileToo =
          futile.merge(
              new BoundedBetting(bounds, plan.futileLine().getAsDouble(), Side.LESS)
                  .observe(highest));
    }
    return new LossSums(
        clipped + (cut ? 1 : 0),
        current + currentValue,
        candidate + candidateValue,
        better.merge(above.observe(lowest)),
        worse.merge(below.observe(highest)),
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
