package dev.understudy.gateway.journal;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way: from the offer, or from the spool, until it is logged or dropped. Its states
 * may be changed by the thread that writes and by Kafka's, so they are guarded by this object.
 */
final class Entry {
  /** What this object and Kafka's client add to a record in memory, generously. */
  private static final int OVERHEAD = 512;

  private final LogRecord record;
  private final boolean durable;
  private final @Nullable CompletableFuture<Boolean> safe;
  private final @Nullable SpoolMark end;

  private long sentAt;
  private boolean settled;
  private @Nullable Segment segment;

  private Entry(
      LogRecord record, boolean durable, @Nullable Segment segment, @Nullable SpoolMark end) {
    this.record = record;
    this.durable = durable;
    this.safe = durable ? new CompletableFuture<>() : null;
    this.segment = segment;
    this.end = end;
  }

  /** A record that is in memory alone. */
  static Entry taken(LogRecord record, boolean durable) {
    return new Entry(record, durable, null, null);
  }

  /** A record that was read back from the spool. */
  static Entry spooled(Spool.Spooled spooled) {
    return new Entry(
        spooled.record(),
        false,
        spooled.segment(),
        new SpoolMark(spooled.segment().number(), spooled.end()));
  }

  LogRecord record() {
    return record;
  }

  /** Whether it must survive the loss of power. */
  boolean durable() {
    return durable;
  }

  /** Bytes of memory. */
  int size() {
    return OVERHEAD + record.size();
  }

  /** True once it is logged or on disk, false once it is dropped; null if nobody may wait. */
  @Nullable CompletableFuture<Boolean> safe() {
    return safe;
  }

  /** Where it ends in the spool; null if it was not read from there. */
  @Nullable SpoolMark end() {
    return end;
  }

  /** When Kafka's client got it; only for the thread that writes. */
  long sentAt() {
    return sentAt;
  }

  void sentAt(long nanos) {
    sentAt = nanos;
  }

  synchronized boolean isSettled() {
    return settled;
  }

  /** Whether it is in memory alone. */
  synchronized boolean isUnsaved() {
    return !settled && segment == null;
  }

  /** Its copy on disk waits there until it is settled; false if it is already. */
  synchronized boolean copied(Segment to) {
    if (settled) {
      return false;
    }
    to.unsettled();
    segment = to;
    return true;
  }

  /**
   * It is logged, or dropped for good.
   *
   * @return whether it was in memory alone
   */
  synchronized boolean settle() {
    if (settled) {
      throw new IllegalStateException("a record is settled twice");
    }
    settled = true;
    if (segment == null) {
      return true;
    }
    segment.settled();
    return false;
  }
}
