package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.WatchPolicy;
import java.util.Optional;

/**
 * How a promotion is watched: whether the promoted version is beyond a line now is asked anew at
 * the beginning of every slot of log time. By unit it is asked once, from the beginning of the
 * watch. Pure.
 *
 * @param alpha of a false alarm in the whole watch
 * @param slots how many were planned
 * @param slotMs whole seconds
 * @param guardsOnly the primary KPI rolls nothing back
 */
public record WatchRule(double alpha, int slots, long slotMs, boolean guardsOnly) {
  private static final long SECOND_MS = 1_000;
  private static final int MOST_SLOTS = 100_000;
  private static final long LONGEST_MS = 366L * 24 * 60 * 60 * 1000;

  /**
   * Reads the watch of a definition, if it is one.
   *
   * @throws IllegalArgumentException naming the field of what makes no sense
   */
  static Optional<WatchRule> of(TestDefinition definition, Measure measure) {
    if (!definition.hasWatch()) {
      return Optional.empty();
    }
    WatchPolicy policy = definition.getWatch();
    require(
        policy.getAlpha() > 0 && policy.getAlpha() < 1,
        "watch.alpha: %s is not between 0 and 1",
        policy.getAlpha());
    require(
        policy.getSlots() >= 1 && policy.getSlots() <= MOST_SLOTS,
        "watch.slots: %d is not in 1..%d",
        policy.getSlots(),
        MOST_SLOTS);
    require(
        !definition.getByUnit() || policy.getSlots() == 1,
        "watch.slots: %d, but a unit that comes back cannot be asked anew in every slot; by_unit"
            + " there is one",
        policy.getSlots());
    require(
        policy.getSlotMs() >= SECOND_MS && policy.getSlotMs() % SECOND_MS == 0,
        "watch.slot_ms: %d is not a number of whole seconds",
        policy.getSlotMs());
    require(
        policy.getSlotMs() <= LONGEST_MS / policy.getSlots(),
        "watch.slot_ms: %d slots of %d ms are more than a year",
        policy.getSlots(),
        policy.getSlotMs());
    require(
        policy.getGuardsOnly()
            || measure.family() == Measure.Family.CELLS
            || measure.family() == Measure.Family.SUMS,
        "watch.guards_only: %s is no mean of a bounded contrast, so it cannot be asked anew in every"
            + " slot; watch the guards alone, or another KPI",
        measure.kind());
    return Optional.of(
        new WatchRule(
            policy.getAlpha(), policy.getSlots(), policy.getSlotMs(), policy.getGuardsOnly()));
  }

  /** How long the whole watch is, in milliseconds of log time. */
  public long durationMs() {
    return slots * slotMs;
  }

  private static void require(boolean holds, String message, Object... parts) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(parts));
    }
  }
}
