package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.state.v1.PartitionClock;

/**
 * Log time of one partition. A record's effective time is the larger of its append time and the
 * largest seen before it in the same input, so that time never runs backwards, not even when a
 * broker's clock does. A whole second has passed once <em>both</em> inputs have shown a record
 * after it: nothing that belongs to it can come any more.
 */
final class LogClock {
  private static final long SECOND_MS = 1_000;

  private final Table table;
  private PartitionClock clock;

  LogClock(Table table) {
    this.table = table;
    byte[] kept = table.get(Keys.clock());
    try {
      clock = kept == null ? PartitionClock.getDefaultInstance() : PartitionClock.parseFrom(kept);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the clock of the partition cannot be read", e);
    }
  }

  /** Takes note of a record of <em>predictions</em>; returns its effective time. */
  long prediction(long appendedMs) {
    long effective = Math.max(appendedMs, clock.hasPredictionsMs() ? clock.getPredictionsMs() : 0);
    set(withFirst(effective).setPredictionsMs(effective).build());
    return effective;
  }

  /** Takes note of a record of <em>outcomes</em>; returns its effective time. */
  long outcome(long appendedMs) {
    long effective = Math.max(appendedMs, clock.hasOutcomesMs() ? clock.getOutcomesMs() : 0);
    set(withFirst(effective).setOutcomesMs(effective).build());
    return effective;
  }

  /** Whether both inputs have shown a record. */
  boolean runs() {
    return clock.hasPredictionsMs() && clock.hasOutcomesMs();
  }

  /** Every record of either input at or before this instant has been seen. */
  long completeMs() {
    return runs() ? Math.min(clock.getPredictionsMs(), clock.getOutcomesMs()) - 1 : -1;
  }

  /** The last whole second that has passed; below 0 when none has. */
  long passedSecond() {
    return Math.floorDiv(completeMs(), SECOND_MS) * SECOND_MS;
  }

  /** When the log of this partition begins. */
  long firstMs() {
    return clock.getFirstMs();
  }

  long expiredMs() {
    return clock.getExpiredMs();
  }

  void expired(long millis) {
    set(clock.toBuilder().setExpiredMs(millis).build());
  }

  /** The first whole second at or after the instant. */
  static long secondFrom(long millis) {
    return Math.ceilDiv(millis, SECOND_MS) * SECOND_MS;
  }

  private PartitionClock.Builder withFirst(long effective) {
    PartitionClock.Builder changed = clock.toBuilder();
    boolean none = !clock.hasPredictionsMs() && !clock.hasOutcomesMs();
    if (none || effective < clock.getFirstMs()) {
      changed.setFirstMs(effective);
    }
    return changed;
  }

  private void set(PartitionClock changed) {
    if (!changed.equals(clock)) {
      clock = changed;
      table.put(Keys.clock(), changed.toByteArray());
    }
  }
}
