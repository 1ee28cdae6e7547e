package dev.understudy.gateway.shadow;

import java.util.ArrayList;
import java.util.List;

/**
 * The time of the processors that shadows may take: so much of every second. What is not taken adds
 * up for a second and no longer. A run is charged what it will take about before it is let in, and
 * what it really took afterwards.
 *
 * <p>Each candidate has an {@link Account}. An equal part of the time is its own, whatever the
 * others took; what is left of the others' parts it may take as well. So one that is slow or greedy
 * drops its own shadows, and not those of a candidate beside it. Thread-safe.
 */
final class ShadowBudget {
  private static final double LONGEST_NANOS = 1e9;
  private static final long BETWEEN_COUNTS_NANOS = 100_000_000;

  private final double perNano;
  private final List<Account> accounts = new ArrayList<>();
  private double left;
  private long at;
  private int active = 1;
  private long countedAt;

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
    this.countedAt = now;
  }

  /** An account for one more candidate, which holds a second's part. */
  synchronized Account open(long now) {
    Account account = new Account(now);
    accounts.add(account);
    count(now);
    account.own = part() * LONGEST_NANOS;
    return account;
  }

  private double part() {
    return perNano / active;
  }

  // Those that had something to run within the last second share the time.
  private void count(long now) {
    countedAt = now;
    active = 0;
    for (Account account : accounts) {
      if (now - account.at < LONGEST_NANOS) {
        active++;
      }
    }
    active = Math.max(1, active);
  }

  private void fill(long now) {
    left = Math.min(perNano * LONGEST_NANOS, left + perNano * (now - at));
    at = now;
    if (now - countedAt >= BETWEEN_COUNTS_NANOS) {
      count(now);
    }
  }

  /** What one candidate takes. */
  final class Account {
    private double own;
    private long at;

    private Account(long now) {
      this.at = now;
    }

    /**
     * Charges a run that is expected to take so long; false: nothing is left for this candidate,
     * nothing is charged.
     */
    boolean take(long nanos, long now) {
      synchronized (ShadowBudget.this) {
        double passed = now - at;
        at = now;
        fill(now);
        own = Math.min(part() * LONGEST_NANOS, own + part() * passed);
        if (own > 0) {
          own -= nanos;
        } else if (left > 0) {
          // Of what others left. It owes no more than a second for it once they want theirs.
          own = Math.max(own - nanos, -part() * LONGEST_NANOS);
        } else {
          return false;
        }
        left -= nanos;
        return true;
      }
    }

    /** Puts right what was charged for a run that took another time. */
    void settle(long charged, long taken) {
      synchronized (ShadowBudget.this) {
        left += charged - taken;
        own += charged - taken;
      }
    }

    /** The candidate is gone; its part is the others'. */
    void close() {
      synchronized (ShadowBudget.this) {
        accounts.remove(this);
      }
    }
  }
}
