package dev.understudy.gateway.journal;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one hand that writes the log. While Kafka acknowledges, records go to it. When it has not for
 * a while, or half of the memory is in use, they go to the spool; what Kafka's client holds then is
 * copied there too, in case of a crash, and is not sent again by this process. The spool is read
 * back while Kafka acknowledges again, and records go to Kafka at once only when it is empty: so
 * they are sent in the order of time. For one thread.
 */
final class LogWriter implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LogWriter.class);
  private static final int RECORDS_AT_ONCE = 1_000;
  private static final int BYTES_AT_ONCE = 256 << 10;
  private static final long PROBE_NANOS = Duration.ofSeconds(1).toNanos();

  private final Source source;
  private final LogBooks books;
  private final Spool spool;
  private final KafkaSender kafka;
  private final CrashLedger ledger;
  private final long patienceNanos;

  /** Where new records come from. */
  interface Source {
    /** The next one; null: there is none now. */
    @Nullable Entry poll();
  }

  /** Sent by this process and not settled, in the order of sending. */
  private final Deque<Entry> inFlight = new ArrayDeque<>();

  private final List<Entry> batch = new ArrayList<>();
  private long batchBytes;
  private boolean spooling;
  private @Nullable Entry readBack;
  private long nextAttempt;

  /**
   * A writer that first sends what the spool holds.
   *
   * @param patience with Kafka, before the disk is used
   */
  LogWriter(
      Source source,
      LogBooks books,
      Spool spool,
      KafkaSender kafka,
      CrashLedger ledger,
      Duration patience) {
    this.source = source;
    this.books = books;
    this.spool = spool;
    this.kafka = kafka;
    this.ledger = ledger;
    this.patienceNanos = patience.toNanos();
    this.spooling = spool.hasUnread();
    this.nextAttempt = System.nanoTime();
  }

  /**
   * Does what can be done now.
   *
   * @return whether more can be done at once
   */
  boolean step() {
    if (!spooling && (isStalled() || books.isOver(2))) {
      beginSpooling();
    }
    boolean more = takeNew();
    if (spooling) {
      more |= sendSpooled();
    }
    if (!spool.isEmpty()) {
      spool.sweep();
    }
    return more;
  }

  private boolean takeNew() {
    long now = System.nanoTime();
    int taken = 0;
    for (; taken < RECORDS_AT_ONCE; taken++) {
      Entry entry = source.poll();
      if (entry == null) {
        break;
      }
      if (spooling) {
        spool(entry);
      } else if (!send(entry, now)) {
        beginSpooling();
        spool(entry);
      }
    }
    write(true);
    return taken == RECORDS_AT_ONCE;
  }

  private boolean send(Entry entry, long now) {
    entry.sentAt(now);
    if (!kafka.send(entry)) {
      return false;
    }
    inFlight.add(entry);
    return true;
  }

  /** Whether Kafka owes an acknowledgement for too long. */
  private boolean isStalled() {
    for (Entry first = inFlight.peek(); first != null; first = inFlight.peek()) {
      if (!first.isSettled()) {
        return System.nanoTime() - first.sentAt() > patienceNanos;
      }
      SpoolMark end = first.end();
      if (end != null) {
        ledger.mark(end);
      }
      inFlight.remove();
    }
    return false;
  }

  private void beginSpooling() {
    LOG.info("Kafka does not keep up, so the log goes to the spool");
    spooling = true;
    copyInFlight();
  }

  private void copyInFlight() {
    for (Entry entry : inFlight) {
      // What does not fit stays where it is, with Kafka's client.
      if (entry.isUnsaved() && spool.hasRoomFor(batchBytes + SpoolFrame.size(entry.record()))) {
        add(entry, false);
      }
    }
    write(false);
  }

  private void spool(Entry entry) {
    if (spool.hasRoomFor(batchBytes + SpoolFrame.size(entry.record()))) {
      add(entry, true);
    } else {
      books.dropped(entry, "spool_full");
    }
  }

  private void add(Entry entry, boolean replayed) {
    batch.add(entry);
    batchBytes += SpoolFrame.size(entry.record());
    if (batchBytes > BYTES_AT_ONCE) {
      write(replayed);
    }
  }

  private void write(boolean replayed) {
    if (batch.isEmpty()) {
      return;
    }
    List<Entry> written = List.copyOf(batch);
    batch.clear();
    batchBytes = 0;
    Segment segment;
    try {
      segment =
          spool.write(
              written.stream().map(Entry::record).toList(),
              replayed,
              written.stream().anyMatch(Entry::durable));
    } catch (IOException e) {
      LOG.errorf("%d records cannot be spooled: %s", written.size(), e);
      if (replayed) {
        written.forEach(entry -> books.dropped(entry, "spool_failed"));
      }
      return;
    }
    for (Entry entry : written) {
      if (replayed) {
        books.stored(entry);
      } else {
        books.copied(entry, segment);
      }
    }
  }

  private boolean sendSpooled() {
    long now = System.nanoTime();
    if (isStalled() || now < nextAttempt) {
      return false;
    }
    for (int i = 0; i < RECORDS_AT_ONCE; i++) {
      // Room is left for what callers bring meanwhile.
      if (books.isOver(4)) {
        return false;
      }
      Entry entry = readBack != null ? readBack : readBack();
      if (entry == null) {
        spooling = false;
        LOG.info("the spool is sent");
        return false;
      }
      if (!send(entry, now)) {
        readBack = entry;
        nextAttempt = now + PROBE_NANOS;
        return false;
      }
      readBack = null;
    }
    return true;
  }

  private @Nullable Entry readBack() {
    Spool.Spooled next = spool.next();
    if (next == null) {
      return null;
    }
    Entry entry = Entry.spooled(next);
    books.readBack(entry);
    return entry;
  }

  /** Whether a stop need not wait for anything more: all is logged, or Kafka is away. */
  boolean isIdle() {
    boolean stalled = isStalled();
    if (spooling) {
      return stalled || System.nanoTime() < nextAttempt || !kafka.isConnected();
    }
    return inFlight.isEmpty();
  }

  /** Leaves on disk what is not settled; nothing is written afterwards. */
  @Override
  public void close() throws IOException {
    copyInFlight();
    books.stop();
    kafka.close();
    isStalled();
    spool.close();
    ledger.close();
  }
}
