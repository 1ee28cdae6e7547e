package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.BreakerPolicy;
import dev.understudy.registry.problem.Checks;
import org.jspecify.annotations.Nullable;

/**
 * When a candidate fails too often for anything else to matter, as it is written in a request; it
 * holds for every test of the rollout, and for its watch.
 *
 * @param limit share of errors, 0.2 by default
 * @param alpha of a false alarm within an hour, 0.0001 by default
 */
record BreakerRequest(@Nullable Double limit, @Nullable Double alpha) {
  static final BreakerRequest DEFAULT = new BreakerRequest(null, null);

  private static final double LIMIT = 0.2;
  private static final double ALPHA = 1e-4;
  private static final double SMALLEST_LIMIT = 0.001;
  private static final double LARGEST_LIMIT = 0.999;
  private static final double SMALLEST_ALPHA = 1e-9;
  private static final double LARGEST_ALPHA = 0.05;

  BreakerPolicy checked(String at) {
    return BreakerPolicy.newBuilder()
        .setLimit(
            Checks.between(
                at + ".limit", limit == null ? LIMIT : limit, SMALLEST_LIMIT, LARGEST_LIMIT))
        .setAlpha(
            Checks.between(
                at + ".alpha", alpha == null ? ALPHA : alpha, SMALLEST_ALPHA, LARGEST_ALPHA))
        .build();
  }
}
