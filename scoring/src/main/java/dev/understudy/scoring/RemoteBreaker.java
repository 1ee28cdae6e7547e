package dev.understudy.scoring;

import dev.failsafe.CircuitBreaker;
import java.time.Duration;

/**
 * Whether a server may be called now. After several failures it is spared for a while, and then
 * called once to see whether it is well again. Thread-safe.
 */
final class RemoteBreaker {
  /** A server that is well answers within it. */
  private static final Duration FAIR_WAIT = Duration.ofMillis(100);

  private static final int FAILURES_OF = 10;
  private static final int FAILURES = 5;

  private final CircuitBreaker<Score> breaker;

  RemoteBreaker(Duration openFor) {
    this.breaker =
        CircuitBreaker.<Score>builder()
            .withFailureThreshold(FAILURES, FAILURES_OF)
            .withSuccessThreshold(1)
            .withDelay(openFor)
            .build();
  }

  /** Whether a call may be made; if so, what became of it must be told, once. */
  boolean mayCall() {
    return breaker.tryAcquirePermit();
  }

  /**
   * Takes account of a call; true: it failed, and the server is spared from now on.
   *
   * <p>One caller's bad input or short patience must not shut the others out, but who gave up early
   * has not seen a server that is well either. While it is tried, every call must count: what is
   * not recorded would be waited for, and nobody let through again.
   */
  boolean ended(Score score) {
    switch (score) {
      case Score.Answered answered -> breaker.recordSuccess();
      case Score.Shed shed -> breaker.recordSuccess();
      case Score.Failed failed -> {
        if (failed.isOutage()) {
          return failed();
        }
        breaker.recordSuccess();
      }
      case Score.TimedOut late -> {
        if (late.afterNanos() >= FAIR_WAIT.toNanos() || breaker.isHalfOpen()) {
          return failed();
        }
      }
    }
    return false;
  }

  private boolean failed() {
    breaker.recordFailure();
    return breaker.isOpen();
  }
}
