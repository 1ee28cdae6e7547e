package dev.understudy.gateway.journal;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be logged, bounded in records and bytes, and the thread that writes it. Nobody who
 * offers a record ever waits. Thread-safe.
 */
final class JournalBuffer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(JournalBuffer.class);
  static final CompletableFuture<Boolean> TAKEN = CompletableFuture.completedFuture(true);
  static final CompletableFuture<Boolean> DROPPED = CompletableFuture.completedFuture(false);

  // A thread that is woken for each record costs more than the record: so it looks by itself.
  private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(16);
  private static final int CLOSED = Integer.MIN_VALUE;
  private static final Duration BEYOND_FLUSH = Duration.ofSeconds(10);

  private final PredictionJournal.Bounds bounds;
  private final LogMeters meters;
  private final LogBooks books;
  private final CrashLedger ledger;
  private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();

  /** Offers under way or queued; once nothing more is accepted, {@link #CLOSED} more. */
  private final AtomicInteger offered = new AtomicInteger();

  private final Thread writer;
  private volatile long end;

  JournalBuffer(
      String source,
      PredictionJournal.Bounds bounds,
      PredictionJournal.Spooling spooling,
      Map<String, Object> producerSettings,
      LogMeters meters)
      throws IOException {
    this.bounds = bounds;
    this.meters = meters;
    this.ledger = CrashLedger.open(spooling.directory());
    for (LogRecord.Kind kind : LogRecord.Kind.values()) {
      long lost = ledger.lost(kind);
      meters.lost(kind, "crash", lost);
      if (lost > 0) {
        LOG.warnf("the gateway was killed: up to %d records are lost (%s)", lost, kind.label);
      }
    }
    Spool spool = Spool.open(spooling.directory(), spooling.bytes(), ledger.mark(), meters::torn);
    this.books = new LogBooks(bounds, meters, ledger);
    meters.watch(books, spool);
    KafkaSender kafka = new KafkaSender(source, bounds.bytes(), producerSettings, books);
    LogWriter log = new LogWriter(this::poll, books, spool, kafka, ledger, spooling.after());
    this.writer = Thread.ofPlatform().daemon().name("journal").start(() -> run(log));
  }

  /**
   * A record will be offered or counted as dropped: until {@link #withdraw}, a kill counts it as
   * lost, and a stop waits for it.
   *
   * @return false: too late, nothing more is accepted, and there is nothing to withdraw
   */
  boolean announce(LogRecord.Kind kind) {
    if (offered.getAndIncrement() < 0) {
      offered.decrementAndGet();
      return false;
    }
    ledger.taken(kind);
    return true;
  }

  /** What was announced has been offered or counted. */
  void withdraw(LogRecord.Kind kind) {
    ledger.safe(kind);
    offered.decrementAndGet();
  }

  /**
   * Takes the record or drops it, at once.
   *
   * @return of a durable record, whether it is safe, once that is known; else whether it was taken
   */
  CompletableFuture<Boolean> offer(LogRecord record, boolean durable) {
    if (offered.getAndIncrement() < 0) {
      offered.decrementAndGet();
      meters.dropped(record.kind(), "closed");
      return DROPPED;
    }
    Entry entry = Entry.taken(record, durable);
    if (!books.take(entry)) {
      offered.decrementAndGet();
      meters.dropped(record.kind(), "buffer_full");
      return DROPPED;
    }
    queue.add(entry);
    CompletableFuture<Boolean> safe = entry.safe();
    if (safe == null) {
      return TAKEN;
    }
    LockSupport.unpark(writer);
    return safe;
  }

  private @Nullable Entry poll() {
    Entry entry = queue.poll();
    if (entry != null) {
      offered.decrementAndGet();
    }
    return entry;
  }

  private void run(LogWriter log) {
    long pause = SHORTEST_PAUSE;
    while (!isOver(log)) {
      boolean more = false;
      try {
        more = log.step();
      } catch (RuntimeException e) {
        LOG.error("the log's writer stumbled and goes on", e);
      }
      if (!more) {
        pause = books.records() > 0 ? SHORTEST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
        LockSupport.parkNanos(this, pause);
      }
    }
    try {
      log.close();
    } catch (IOException e) {
      LOG.error("the log did not end in order", e);
    }
  }

  private boolean isOver(LogWriter log) {
    int state = offered.get();
    if (state >= 0) {
      return false;
    }
    // Offers that were under way when the door was closed are still let in.
    return state == CLOSED && (log.isIdle() || System.nanoTime() - end > 0);
  }

  @Override
  public synchronized void close() {
    if (offered.get() >= 0) {
      end = System.nanoTime() + bounds.flush().toNanos();
      offered.addAndGet(CLOSED);
      LockSupport.unpark(writer);
    }
    try {
      if (!writer.join(bounds.flush().plus(BEYOND_FLUSH))) {
        LOG.errorf("%d records could not be written in time", books.records());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
