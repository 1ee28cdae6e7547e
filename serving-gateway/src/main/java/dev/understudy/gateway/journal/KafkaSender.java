package dev.understudy.gateway.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.EventHeaders;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.AttributesGiven;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.gateway.tracing.TraceContext;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way to Kafka. Its producer never gives a record up by itself: one given up in doubt could be
 * in the log and counted as dropped, or be there twice. For one thread, but for the callbacks.
 */
final class KafkaSender implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KafkaSender.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int ATTEMPTS_FOR_OTHER_TOPICS = 5;

  /** How a record that was taken ends, told by Kafka's own thread or by the caller's. */
  interface Outcome {
    void acknowledged(Entry entry);

    /** Kafka does not want it, or the producer was closed before it could tell. */
    void refused(Entry entry, String cause);
  }

  private final Map<String, Object> settings;
  private final Outcome outcome;
  private final EventTime eventTime = new EventTime();
  private final Map<LogRecord.Kind, List<Header>> constant = new EnumMap<>(LogRecord.Kind.class);
  private final Thread connector;
  private volatile @Nullable Producer<byte[], byte[]> producer;
  private volatile boolean closed;
  private volatile Set<Topic> known = EnumSet.noneOf(Topic.class);

  /**
   * A sender that begins to connect.
   *
   * @param bytes the most that is sent and not acknowledged
   */
  KafkaSender(String source, long bytes, Map<String, Object> given, Outcome outcome) {
    this.settings = settings(bytes, given);
    this.outcome = outcome;
    for (LogRecord.Kind kind : LogRecord.Kind.values()) {
      constant.put(
          kind,
          List.of(
              header("ce_specversion", "1.0"),
              header("ce_source", source),
              header("ce_type", type(kind)),
              header("content-type", EventHeaders.CONTENT_TYPE)));
    }
    // A name that does not resolve yet can hold its thread for long; the log goes on meanwhile.
    this.connector = Thread.ofPlatform().daemon().name("journal-connect").start(this::connect);
  }

  private static Map<String, Object> settings(long bytes, Map<String, Object> given) {
    Map<String, Object> settings = new HashMap<>(given);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    settings.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 500);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 100);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 64 << 10);
    // Numbers take more room in the log than in the shortest request for them.
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topic.LARGEST_RECORD);
    // Twice the bound, so that our own bound is the one that is met first.
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * bytes + (8 << 20));
    return settings;
  }

  private static String type(LogRecord.Kind kind) {
    return switch (kind) {
      case PREDICTION, SHADOW -> PredictionEvent.getDescriptor().getFullName();
      case ATTRIBUTES -> AttributesGiven.getDescriptor().getFullName();
    };
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(UTF_8));
  }

  private void connect() {
    try {
      Producer<byte[], byte[]> fresh = create();
      while (!knows(fresh, Topic.PREDICTIONS)) {
        Thread.sleep(RETRY);
      }
      for (int i = 0; i < ATTEMPTS_FOR_OTHER_TOPICS && !knows(fresh, Topic.ATTRIBUTES); i++) {
        Thread.sleep(RETRY.dividedBy(10));
      }
      while (!known.contains(Topic.ATTRIBUTES)) {
        known = EnumSet.of(Topic.PREDICTIONS);
        if (knows(fresh, Topic.ATTRIBUTES)) {
          known = EnumSet.of(Topic.PREDICTIONS, Topic.ATTRIBUTES);
        } else {
          LOG.warn("Kafka has no topic for attributes, so those that come are dropped");
          Thread.sleep(RETRY.multipliedBy(10));
        }
      }
    } catch (InterruptedException | InterruptException e) {
      // Closed before it was connected.
    }
  }

  private Producer<byte[], byte[]> create() throws InterruptedException {
    while (true) {
      try {
        Producer<byte[], byte[]> fresh =
            new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        producer = fresh;
        if (closed) {
          fresh.close(Duration.ZERO);
        }
        return fresh;
      } catch (KafkaException e) {
        LOG.warnf("Kafka's client cannot start, so the log waits: %s", e.getMessage());
        Thread.sleep(RETRY);
      }
    }
  }

  private static boolean knows(Producer<byte[], byte[]> producer, Topic topic) {
    try {
      return !producer.partitionsFor(topic.topicName()).isEmpty();
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      return false;
    }
  }

  /** Whether Kafka has been reached. */
  boolean isConnected() {
    return !known.isEmpty();
  }

  /**
   * Hands a record to Kafka's client, whose answer comes later; false: it has not taken the record,
   * and it may be sent again.
   */
  boolean send(Entry entry) {
    Producer<byte[], byte[]> to = producer;
    if (to == null || known.isEmpty()) {
      return false;
    }
    Topic topic = entry.record().kind().topic;
    if (!known.contains(topic)) {
      outcome.refused(entry, "no_topic");
      return true;
    }
    Attempt attempt = new Attempt(entry);
    try {
      to.send(record(entry.record()), (metadata, failure) -> attempt.done(failure));
      attempt.returned = true;
      return !attempt.notTaken;
    } catch (RuntimeException e) {
      // Thrown instead of told to the callback: the producer has not taken it and never will.
      LOG.error("Kafka's client refuses a record", e);
      outcome.refused(entry, "refused");
      return true;
    }
  }

  private ProducerRecord<byte[], byte[]> record(LogRecord record) {
    ProducerRecord<byte[], byte[]> sent =
        new ProducerRecord<>(
            record.kind().topicName,
            null,
            null,
            record.key(),
            record.value(),
            constant.get(record.kind()));
    sent.headers().add("ce_id", record.eventId());
    sent.headers().add("ce_time", eventTime.of(record.timeMs()));
    if (record.trace().length > 0) {
      TraceContext.of(record.trace())
          .headers()
          .forEach((name, value) -> sent.headers().add(header(name, value)));
    }
    return sent;
  }

  /** One record on its way into the producer. */
  private final class Attempt {
    private final Entry entry;
    private final Thread sender = Thread.currentThread();
    private boolean notTaken;
    private volatile boolean returned;

    Attempt(Entry entry) {
      this.entry = entry;
    }

    void done(@Nullable Exception failure) {
      if (failure == null) {
        outcome.acknowledged(entry);
      } else if (failure instanceof TimeoutException
          && Thread.currentThread() == sender
          && !returned) {
        // Without metadata or memory the producer refuses on this very thread, before it has taken
        // the record: then sending it again cannot write it twice.
        notTaken = true;
      } else {
        LOG.debug("a record was not logged", failure);
        outcome.refused(
            entry, failure instanceof RecordTooLargeException ? "too_large" : "refused");
      }
    }
  }

  /** Fails what is not acknowledged. */
  @Override
  public void close() {
    closed = true;
    connector.interrupt();
    Producer<byte[], byte[]> connected = producer;
    if (connected != null) {
      connected.close(Duration.ZERO);
    }
  }
}
