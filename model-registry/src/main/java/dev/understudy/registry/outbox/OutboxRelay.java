package dev.understudy.registry.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.registry.background.BackgroundLoop;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.registry.wire.KafkaConnection;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sends the outbox to Kafka: in order, one record after the acknowledgement of the one before, and
 * by one replica at a time. A record is marked after its acknowledgement, so a crash in between
 * sends it twice; readers ignore what they have seen. One thread of its own.
 */
@ApplicationScoped
class OutboxRelay {
  private static final int BATCH = 50;
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final Duration KEEP_SENT = Duration.ofDays(7);
  private static final Duration CLEAR_EVERY = Duration.ofHours(1);

  private final OutboxRows rows;
  private final KafkaConnection kafka;
  private final ObjectMapper json;
  private final Clock clock;
  private final Duration rest;
  private final Counter sent;
  private final AtomicLong pending;
  private volatile @Nullable BackgroundLoop loop;
  // Only the loop's thread touches it.
  private @Nullable Producer<byte[], byte[]> producer;
  private Instant nextClearing = Instant.MIN;

  OutboxRelay(
      OutboxRows rows,
      KafkaConnection kafka,
      ObjectMapper json,
      Clock clock,
      RegistryConfig config,
      MeterRegistry meters) {
    this.rows = rows;
    this.kafka = kafka;
    this.json = json;
    this.clock = clock;
    this.rest = config.outboxCheckEvery();
    this.sent = meters.counter("registry.outbox.sent");
    this.pending = meters.gauge("registry.outbox.pending", new AtomicLong());
  }

  void start(@Observes StartupEvent event) {
    loop = BackgroundLoop.start("outbox-relay", this::relay, this::closeProducer);
  }

  void stop(@Observes ShutdownEvent event) {
    BackgroundLoop running = loop;
    if (running != null) {
      running.close();
    }
  }

  void filled(@Observes(during = TransactionPhase.AFTER_SUCCESS) Outbox.Filled event) {
    BackgroundLoop running = loop;
    if (running != null) {
      running.wake();
    }
  }

  private Duration relay() throws Exception {
    Batch batch = QuarkusTransaction.requiringNew().call(this::sendOldest);
    pending.set(QuarkusTransaction.requiringNew().call(rows::pending));
    clear();
    if (batch.failure() != null) {
      // What was acknowledged before is marked and stays so; the rest keeps its place in the order.
      closeProducer();
      throw batch.failure();
    }
    return batch.sent() == BATCH ? AT_ONCE : rest;
  }

  private void clear() {
    Instant now = clock.instant();
    if (now.isAfter(nextClearing)) {
      QuarkusTransaction.requiringNew().call(() -> rows.forgetSentBefore(now.minus(KEEP_SENT)));
      nextClearing = now.plus(CLEAR_EVERY);
    }
  }

  private record Batch(int sent, @Nullable Exception failure) {}

  private Batch sendOldest() throws InterruptedException {
    if (!rows.lockForRelay()) {
      return new Batch(0, null);
    }
    List<OutboxRow> unsent = rows.oldestUnsent(BATCH);
    int done = 0;
    for (OutboxRow row : unsent) {
      try {
        producer().send(record(row)).get();
      } catch (ExecutionException | RuntimeException | JsonProcessingException e) {
        return new Batch(done, e);
      }
      row.sentAt = clock.instant();
      sent.increment();
      done++;
    }
    return new Batch(done, null);
  }

  private ProducerRecord<byte[], byte[]> record(OutboxRow row) throws JsonProcessingException {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(row.topic, row.key.getBytes(UTF_8), row.value);
    Map<String, String> headers = json.readValue(row.headers, new TypeReference<>() {});
    headers.forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
    return record;
  }

  private Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> one = producer;
    if (one == null) {
      one = kafka.producer();
      producer = one;
    }
    return one;
  }

  private void closeProducer() {
    Producer<byte[], byte[]> one = producer;
    producer = null;
    if (one != null) {
      one.close(Duration.ofSeconds(1));
    }
  }
}
