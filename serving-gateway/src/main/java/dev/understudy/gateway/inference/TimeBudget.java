package dev.understudy.gateway.inference;

import dev.understudy.scoring.Score;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The time that one version has for one request: the gateway's own limit, or what is left of the
 * caller's budget if that is less. A version that is too slow for a caller's short budget is not to
 * blame, or any caller could fail any version. Immutable.
 *
 * @param left until the version must have answered; not above zero when the time is over
 * @param isCallers whether it is the caller's budget that ends first
 */
record TimeBudget(Duration left, boolean isCallers) {
  /** Why a version was stopped, or never asked, that accuses nobody. */
  static final String CAUSE = "caller_timeout";

  /** The time for a request that is to be scored now. */
  static TimeBudget of(InferenceRequest request, Duration limit, Instant now) {
    return of(request.traits().budget(), request.arrivedAt(), limit, now);
  }

  /** The time for what arrived then, with the caller's budget if it gave one. */
  static TimeBudget of(Optional<Duration> budget, Instant arrivedAt, Duration limit, Instant now) {
    if (budget.isEmpty()) {
      return new TimeBudget(limit, false);
    }
    Duration left = budget.get().minus(Duration.between(arrivedAt, now));
    return left.compareTo(limit) < 0 ? new TimeBudget(left, true) : new TimeBudget(limit, false);
  }

  boolean isOver() {
    return !left.isPositive();
  }

  /** The score of a version that had this time. */
  Score judged(Score score) {
    boolean late =
        switch (score) {
          case Score.TimedOut timedOut -> true;
          case Score.Shed shed ->
              shed.cause().equals("queue_timeout") || shed.cause().equals("deadline");
          case Score.Answered answered -> false;
          case Score.Failed failed -> false;
        };
    return isCallers && late ? new Score.Shed(CAUSE) : score;
  }
}
