package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.GuardKind;

/**
 * The bad events of one version, by request.
 *
 * @param errors failed or timed out
 * @param slow over the threshold
 * @param timeouts among the errors
 * @param invalid among the errors: answered without a usable prediction
 */
public record HarmCounts(long errors, long slow, long timeouts, long invalid) {
  /** Nothing counted yet. */
  public static final HarmCounts EMPTY = new HarmCounts(0, 0, 0, 0);

  public HarmCounts {
    if (errors < 0 || slow < 0 || timeouts < 0 || invalid < 0) {
      throw new IllegalArgumentException("a count is below 0");
    }
  }

  /** The events that a guard counts. */
  public long of(GuardKind kind) {
    return switch (kind) {
      case ERRORS -> errors;
      case SLOW -> slow;
      case TIMEOUTS -> timeouts;
      case INVALID -> invalid;
      case GUARD_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no guard: " + kind);
    };
  }

  HarmCounts plus(TestPlan plan, Scored scored) {
    boolean late = scored.slow(plan.slowThresholdUs());
    if (!scored.error() && !late) {
      return this;
    }
    return new HarmCounts(
        errors + (scored.error() ? 1 : 0),
        slow + (late ? 1 : 0),
        timeouts + (scored.timedOut() ? 1 : 0),
        invalid + (scored.invalid() ? 1 : 0));
  }

  /** Both together. */
  public HarmCounts merge(HarmCounts other) {
    return new HarmCounts(
        errors + other.errors,
        slow + other.slow,
        timeouts + other.timeouts,
        invalid + other.invalid);
  }
}
