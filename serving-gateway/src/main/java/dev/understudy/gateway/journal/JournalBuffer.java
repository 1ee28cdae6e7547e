package dev.understudy.gateway.journal;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What waits for Kafka. A record counts against the bounds from the offer until Kafka has
 * acknowledged it, and ends in exactly one counter: logged, or dropped with a cause. The producer
 * never gives up by itself: a record given up in doubt could be in the log and counted as dropped.
 */
final class JournalBuffer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(JournalBuffer.class);

  /** What Kafka's client adds to a record in its own buffer, generously. */
  private static final int RECORD_OVERHEAD = 128;

  private static final Duration RETRY = Duration.ofSeconds(1);

  /** The two kinds of record, which are counted apart. */
  enum Kind {
    PREDICTION,
    SHADOW;

    final String label = name().toLowerCase(Locale.ROOT);
  }

  private record Entry(Kind kind, ProducerRecord<String, byte[]> record, int size) {}

  private final PredictionJournal.Bounds bounds;
  private final MeterRegistry meters;
  private final BlockingQueue<Entry> queue;
  private final AtomicInteger records = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  /** Offers share it; the stop takes it alone, so that no offer can slip in behind the count. */
  private final ReadWriteLock door = new ReentrantReadWriteLock();

  private boolean closed;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Map<String, Object> settings;
  private volatile @Nullable Producer<String, byte[]> producer;
  private final Thread sender;

  JournalBuffer(
      PredictionJournal.Bounds bounds, Map<String, Object> producerSettings, MeterRegistry meters) {
    this.bounds = bounds;
    this.meters = meters;
    this.queue = new ArrayBlockingQueue<>(bounds.records());
    this.settings = settings(bounds, producerSettings);
    meters.gauge("gateway.log.buffer.bytes", bytes);
    meters.gauge("gateway.log.buffer.records", records);
    this.sender = Thread.ofPlatform().daemon().name("journal").start(this::send);
  }

  private static Map<String, Object> settings(
      PredictionJournal.Bounds bounds, Map<String, Object> given) {
    Map<String, Object> settings = new HashMap<>(given);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    settings.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 500);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    // Twice the bound, so that our own bound is the one that is met first.
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * bounds.bytes() + (8 << 20));
    return settings;
  }

  /** Takes the record or drops it, at once. */
  boolean offer(Kind kind, ProducerRecord<String, byte[]> record) {
    Entry entry = new Entry(kind, record, size(record));
    door.readLock().lock();
    try {
      if (closed) {
        drop(kind, "closed");
        return false;
      }
      if (!reserve(entry)) {
        drop(kind, "buffer_full");
        return false;
      }
      // The reservation holds a place in the queue, so this cannot fail.
      queue.add(entry);
      return true;
    } finally {
      door.readLock().unlock();
    }
  }

  private boolean reserve(Entry entry) {
    if (records.incrementAndGet() > bounds.records()) {
      records.decrementAndGet();
      return false;
    }
    if (bytes.addAndGet(entry.size) > bounds.bytes()) {
      release(entry);
      return false;
    }
    return true;
  }

  private void release(Entry entry) {
    bytes.addAndGet(-entry.size);
    records.decrementAndGet();
  }

  private static int size(ProducerRecord<String, byte[]> record) {
    int size = RECORD_OVERHEAD + record.key().length() + record.value().length;
    for (Header header : record.headers()) {
      size += header.key().length() + header.value().length;
    }
    return size;
  }

  private void send() {
    try {
      Producer<String, byte[]> connected = connect();
      while (true) {
        Entry entry = stopping.get() ? queue.poll() : queue.poll(100, TimeUnit.MILLISECONDS);
        if (entry != null) {
          sendUntilTaken(connected, entry);
        } else if (stopping.get()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      // The time to flush is over; close() counts what is left.
    }
  }

  // A broker whose name does not resolve yet must not keep the gateway from answering.
  private Producer<String, byte[]> connect() throws InterruptedException {
    while (true) {
      try {
        Producer<String, byte[]> fresh =
            new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
        producer = fresh;
        return fresh;
      } catch (KafkaException e) {
        LOG.warnf("Kafka's client cannot start, so the log waits: %s", e.getMessage());
        Thread.sleep(RETRY);
      }
    }
  }

  private void sendUntilTaken(Producer<String, byte[]> to, Entry entry) {
    Attempt attempt = new Attempt(entry);
    try {
      do {
        attempt.refused = false;
        to.send(entry.record, (metadata, failure) -> attempt.done(failure));
        attempt.taken = !attempt.refused;
      } while (attempt.refused && !sender.isInterrupted());
    } catch (InterruptException e) {
      attempt.refused = true;
    } catch (RuntimeException e) {
      // Thrown instead of told to the callback: the producer has not taken it and never will.
      LOG.error("Kafka's client refuses a record", e);
      finish(entry, "refused");
      return;
    }
    if (attempt.refused) {
      finish(entry, "stopped");
    }
  }

  /** One record on its way into the producer. */
  private final class Attempt {
    private final Entry entry;
    private boolean refused;
    private volatile boolean taken;

    Attempt(Entry entry) {
      this.entry = entry;
    }

    void done(@Nullable Exception failure) {
      // Without metadata or memory the producer refuses on this very thread, before it has taken
      // the record: then sending it again cannot write it twice.
      if (failure instanceof TimeoutException && Thread.currentThread() == sender && !taken) {
        refused = true;
        return;
      }
      if (failure == null) {
        release(entry);
        meters
            .counter("gateway.log.events", "event", entry.kind.label, "result", "logged")
            .increment();
      } else {
        LOG.debug("a record was not logged", failure);
        finish(entry, stopping.get() ? "stopped" : "refused");
      }
    }
  }

  private void finish(Entry entry, String cause) {
    release(entry);
    drop(entry.kind, cause);
  }

  void drop(Kind kind, String cause) {
    meters.counter("gateway.log.events", "event", kind.label, "result", "dropped").increment();
    meters.counter("gateway.log.dropped", "event", kind.label, "cause", cause).increment();
  }

  @Override
  public void close() {
    door.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      door.writeLock().unlock();
    }
    long end = System.nanoTime() + bounds.flush().toNanos();
    stopping.set(true);
    awaitSender(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    // Fails what was not acknowledged in time, whose callbacks count it.
    Producer<String, byte[]> connected = producer;
    if (connected != null) {
      connected.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    }
    for (Entry left = queue.poll(); left != null; left = queue.poll()) {
      finish(left, "stopped");
    }
  }

  private void awaitSender(Duration limit) {
    try {
      if (!sender.join(limit)) {
        sender.interrupt();
        sender.join();
      }
    } catch (InterruptedException e) {
      sender.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
