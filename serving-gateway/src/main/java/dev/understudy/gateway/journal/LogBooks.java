package dev.understudy.gateway.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is owed: memory from the offer until Kafka has acknowledged a record or the disk has it, and
 * exactly one count for its end, logged or dropped with a cause. Thread-safe.
 */
final class LogBooks implements KafkaSender.Outcome {
  private final PredictionJournal.Bounds bounds;
  private final LogMeters meters;
  private final CrashLedger ledger;
  private final AtomicInteger records = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean stopping;

  LogBooks(PredictionJournal.Bounds bounds, LogMeters meters, CrashLedger ledger) {
    this.bounds = bounds;
    this.meters = meters;
    this.ledger = ledger;
  }

  int records() {
    return records.get();
  }

  long bytes() {
    return bytes.get();
  }

  /** Whether more than one part of so many is in use. */
  boolean isOver(int parts) {
    return (long) records.get() * parts > bounds.records() || bytes.get() > bounds.bytes() / parts;
  }

  /** Takes a new record in; false: there is no room, and nothing is owed. */
  boolean take(Entry entry) {
    if (records.incrementAndGet() > bounds.records()) {
      records.decrementAndGet();
      return false;
    }
    if (bytes.addAndGet(entry.size()) > bounds.bytes()) {
      release(entry);
      return false;
    }
    ledger.taken(kind(entry));
    return true;
  }

  /** A record of the spool is in memory again. */
  void readBack(Entry entry) {
    records.incrementAndGet();
    bytes.addAndGet(entry.size());
  }

  /** Kafka's client does not have it, and the disk does: it will come back as another entry. */
  void stored(Entry entry) {
    release(entry);
    ledger.safe(kind(entry));
    complete(entry, true);
  }

  /** Kafka's client has it, and now the disk too. */
  void copied(Entry entry, Segment segment) {
    if (entry.copied(segment)) {
      ledger.safe(kind(entry));
      complete(entry, true);
    }
  }

  @Override
  public void acknowledged(Entry entry) {
    settle(entry);
    meters.logged(kind(entry));
    complete(entry, true);
  }

  @Override
  public void refused(Entry entry, String cause) {
    if (!stopping) {
      dropped(entry, cause);
    } else if (entry.isUnsaved()) {
      dropped(entry, "stopped");
    }
    // Else it is on disk, and the next start sends it.
  }

  void dropped(Entry entry, String cause) {
    settle(entry);
    meters.dropped(kind(entry), cause);
    complete(entry, false);
  }

  /** From now on what Kafka's client gives back was given up by us. */
  void stop() {
    stopping = true;
  }

  private void settle(Entry entry) {
    boolean unsaved = entry.settle();
    release(entry);
    if (unsaved) {
      ledger.safe(kind(entry));
    }
  }

  private void release(Entry entry) {
    bytes.addAndGet(-entry.size());
    records.decrementAndGet();
  }

  private static void complete(Entry entry, boolean safe) {
    @Nullable CompletableFuture<Boolean> waiting = entry.safe();
    if (waiting != null) {
      waiting.complete(safe);
    }
  }

  private static LogRecord.Kind kind(Entry entry) {
    return entry.record().kind();
  }
}
