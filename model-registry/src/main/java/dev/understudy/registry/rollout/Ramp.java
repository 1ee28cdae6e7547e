package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Epoch;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a split is widened. Immutable.
 *
 * @param epoch number of the one that is live
 * @param notBefore the earliest moment at which the next share is taken without a person; null
 *     until the split has begun
 */
record Ramp(int epoch, @Nullable Instant notBefore) {
  /** Of a rollout whose split has not begun. */
  static final Ramp START = new Ramp(0, null);

  private static final Duration AFTER_A_FAILURE = Duration.ofMinutes(10);

  Ramp {
    if (epoch < 0) {
      throw new IllegalArgumentException("epochs are counted from 0, not from %d".formatted(epoch));
    }
  }

  /** That epoch is live from now on. */
  static Ramp at(Epoch live, Instant now) {
    return new Ramp(live.getNumber(), now.plusMillis(live.getMinimumMs()));
  }

  /** The gateways could not be told; they are left alone for a while. */
  Ramp postponed(Instant now) {
    return new Ramp(epoch, now.plus(AFTER_A_FAILURE));
  }

  /** Whether both now and an evaluation of that log time are late enough. */
  boolean isDue(Instant logTime, Instant now) {
    return notBefore != null && !now.isBefore(notBefore) && !logTime.isBefore(notBefore);
  }
}
