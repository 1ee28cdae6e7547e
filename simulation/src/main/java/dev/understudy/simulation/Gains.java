package dev.understudy.simulation;

import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import java.util.Arrays;

/** How much evidence a single observation can bring at most, in nats. */
final class Gains {
  private Gains() {}

  /** Of any observation: that of the most favourable one. */
  static double most(Bounds bounds, double line, Side side) {
    return of(bounds, line, side, side == Side.GREATER ? bounds.highest() : bounds.lowest());
  }

  /** Of this one. No bet gains more than the largest one does, so no mixture does either. */
  static double of(Bounds bounds, double line, Side side, double value) {
    double[] sums = new BoundedBetting(bounds, line, side).observe(value).sums();
    return Math.max(0, Arrays.stream(sums).max().orElseThrow());
  }
}
