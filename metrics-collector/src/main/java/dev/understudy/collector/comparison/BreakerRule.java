package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.BreakerPolicy;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.Optional;

/**
 * When a candidate fails too often for anything else to matter. Its errors are counted in windows
 * of ten seconds of log time, by when they were logged. Pure.
 *
 * @param limit share of errors
 * @param alpha of a false alarm within the last hour
 */
public record BreakerRule(double limit, double alpha) {
  /** Length of a window, aligned to Unix time. */
  public static final long WINDOW_MS = 10_000;

  /** How many of them are looked at: an hour. */
  public static final int WINDOWS = 360;

  /**
   * Reads the breaker of a definition, if it has one.
   *
   * @throws IllegalArgumentException naming the field of what makes no sense
   */
  static Optional<BreakerRule> of(TestDefinition definition) {
    if (!definition.hasBreaker()) {
      return Optional.empty();
    }
    BreakerPolicy policy = definition.getBreaker();
    requireShare("breaker.limit", policy.getLimit());
    requireShare("breaker.alpha", policy.getAlpha());
    return Optional.of(new BreakerRule(policy.getLimit(), policy.getAlpha()));
  }

  /**
   * The window that an instant of log time falls into; it begins with it and ends before the next.
   */
  public static long window(long logTimeMs) {
    return Math.floorDiv(logTimeMs, WINDOW_MS);
  }

  /** When a window is over. */
  public static long endMs(long window) {
    return (window + 1) * WINDOW_MS;
  }

  private static void requireShare(String field, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException("%s: %s is not between 0 and 1".formatted(field, value));
    }
  }
}
