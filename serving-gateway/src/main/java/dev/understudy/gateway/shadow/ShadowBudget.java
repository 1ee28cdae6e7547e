package dev.understudy.gateway.shadow;

/**
 * The time of the processors that shadows may take: so much of every second. What is not taken adds
 * up for a second and no longer. A run is charged what it will take about before it is let in, and
 * what it really took afterwards. Thread-safe.
 */
final class ShadowBudget {
  private static final double LONGEST_NANOS = 1e9;

  private final double perNano;
  private double left;
  private long at;

  /**
   * A budget that is full.
   *
   * @param share of the time of all processors, over 0 and at most 1
   * @param now any clock in nanoseconds, the same at each call
   */
  ShadowBudget(double share, int processors, long now) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "shadows may take a share over 0 and at most 1 of the processors, not " + share);
    }
    this.perNano = share * processors;
    this.left = perNano * LONGEST_NANOS;
    this.at = now;
  }

  /** Charges a run that is expected to take so long; false: nothing is left, nothing is charged. */
  synchronized boolean take(long nanos, long now) {
    left = Math.min(perNano * LONGEST_NANOS, left + perNano * (now - at));
    at = now;
    if (left <= 0) {
      return false;
    }
    left -= nanos;
    return true;
  }

  /** Puts right what was charged for a run that took another time. */
  synchronized void settle(long charged, long taken) {
    left += charged - taken;
  }
}
