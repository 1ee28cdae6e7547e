package dev.understudy.simulation;

import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import java.util.Arrays;

/** How much evidence a single observation can bring at most. */
final class Gains {
  private Gains() {}

  /**
   * In nats. No bet gains more than the largest one at the favourable bound, so no mixture does
   * either.
   */
  static double most(Bounds bounds, double line, Side side) {
    double favourable = side == Side.GREATER ? bounds.highest() : bounds.lowest();
    double[] sums = new BoundedBetting(bounds, line, side).observe(favourable).sums();
    return Arrays.stream(sums).max().orElseThrow();
  }
}
