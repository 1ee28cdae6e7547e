package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.GuardKind;

/** The bad events of complete pairs, as in {@link HarmCounts}. */
public record PairedHarm(
    PairedCounts errors, PairedCounts slow, PairedCounts timeouts, PairedCounts invalid) {
  /** Nothing counted yet. */
  public static final PairedHarm EMPTY =
      new PairedHarm(
          PairedCounts.EMPTY, PairedCounts.EMPTY, PairedCounts.EMPTY, PairedCounts.EMPTY);

  /** The events that a guard counts. */
  public PairedCounts of(GuardKind kind) {
    return switch (kind) {
      case ERRORS -> errors;
      case SLOW -> slow;
      case TIMEOUTS -> timeouts;
      case INVALID -> invalid;
      case GUARD_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no guard: " + kind);
    };
  }

  PairedHarm plus(TestPlan plan, Scored candidate, Scored current) {
    long threshold = plan.slowThresholdUs();
    return new PairedHarm(
        errors.plus(candidate.error(), current.error()),
        slow.plus(candidate.slow(threshold), current.slow(threshold)),
        timeouts.plus(candidate.timedOut(), current.timedOut()),
        invalid.plus(candidate.invalid(), current.invalid()));
  }

  /** Both together. */
  public PairedHarm merge(PairedHarm other) {
    return new PairedHarm(
        errors.merge(other.errors),
        slow.merge(other.slow),
        timeouts.merge(other.timeouts),
        invalid.merge(other.invalid));
  }
}
