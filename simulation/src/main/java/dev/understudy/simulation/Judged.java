package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.Side;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * What the judge says of the primary KPI of a rollout: that the candidate is above its line, or
 * below. The units are counted by the collector's tally.
 */
final class Judged implements Claim {
  private final Tallied tallied;
  private final Side side;
  private final Source source;
  private long unit;

  /** Where units come from. */
  @FunctionalInterface
  interface Source {
    /**
     * The next unit happens and is counted.
     *
     * @param unit its number, from 0
     * @return as {@link Claim#next}
     */
    double next(SplittableRandom random, long unit, Tallied tallied);
  }

  private Judged(TestPlan plan, Side side, Source source) {
    this.tallied = new Tallied(plan);
    this.side = side;
    this.source = source;
  }

  /** Until it is proven that the candidate is above its line, or to the last unit. */
  static Scenario.Run better(TestPlan plan, long units, Source source) {
    return run(plan, Side.GREATER, units, () -> source);
  }

  /** The same with a source that remembers its units. */
  static Scenario.Run better(TestPlan plan, long units, Supplier<Source> source) {
    return run(plan, Side.GREATER, units, source);
  }

  /** Until it is proven that the candidate is on that side of its line, or to the last unit. */
  static Scenario.Run run(TestPlan plan, Side side, long units, Supplier<Source> source) {
    double alpha =
        side == Side.GREATER ? plan.policy().getAlphaPromote() : plan.policy().getAlphaRollback();
    return random -> new Judged(plan, side, source.get()).follow(random, alpha, units);
  }

  @Override
  public double next(SplittableRandom random) {
    return source.next(random, unit++, tallied);
  }

  @Override
  public double logE() {
    return side == Side.GREATER ? tallied.better() : tallied.worse();
  }
}
