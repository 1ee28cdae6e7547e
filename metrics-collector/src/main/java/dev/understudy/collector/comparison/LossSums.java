package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;

/**
 * The sums of a bounded KPI, mostly a loss, and of whatever is weighted: per version, and the
 * wealth of the bets about the test's lines. A request of several rows enters with the mean of its
 * labelled rows.
 *
 * @param clipped units of which a value was cut at the cap
 * @param current sum of the current version's values
 * @param candidate sum of the candidate's values
 * @param squares for display, where the KPI shows them
 * @param better bets that the candidate is above the line
 * @param worse bets that it is below the line
 * @param futile bets that it is below the smallest effect of interest
 */
public record LossSums(
    long clipped,
    double current,
    double candidate,
    Squares squares,
    Wealth better,
    Wealth worse,
    Wealth futile)
    implements KpiTally {
  /** Nothing observed yet. */
  public static final LossSums EMPTY =
      new LossSums(0, 0, 0, Squares.NONE, Wealth.EMPTY, Wealth.EMPTY, Wealth.EMPTY);

  /** Sums of squares of both versions' values, and of their products where both scored the unit. */
  public record Squares(double current, double candidate, double products) {
    /** Not observed. */
    public static final Squares NONE = new Squares(0, 0, 0);

    Squares plus(double ofCurrent, double ofCandidate) {
      return new Squares(
          current + ofCurrent * ofCurrent,
          candidate + ofCandidate * ofCandidate,
          products + ofCurrent * ofCandidate);
    }

    Squares merge(Squares other) {
      return new Squares(
          current + other.current, candidate + other.candidate, products + other.products);
    }
  }

  /** The sums so far of a KPI that has them. */
  static LossSums in(KpiTally tally) {
    return switch (tally) {
      case Nothing nothing -> EMPTY;
      case LossSums sums -> sums;
      case TableTally table -> throw KpiTally.strangers(EMPTY, table);
      case AucTally auc -> throw KpiTally.strangers(EMPTY, auc);
    };
  }

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
        plan.showsSquares() ? squares.plus(currentValue, candidateValue) : squares,
        better.merge(above.observe(lowest)),
        worse.merge(below.observe(highest)),
        futileToo);
  }

  @Override
  public KpiTally merge(KpiTally other) {
    return switch (other) {
      case Nothing nothing -> this;
      case LossSums sums -> merge(sums);
      case TableTally table -> throw KpiTally.strangers(this, table);
      case AucTally auc -> throw KpiTally.strangers(this, auc);
    };
  }

  /** Both sums together. */
  public LossSums merge(LossSums other) {
    return new LossSums(
        clipped + other.clipped,
        current + other.current,
        candidate + other.candidate,
        squares.merge(other.squares),
        better.merge(other.better),
        worse.merge(other.worse),
        futile.merge(other.futile));
  }
}
