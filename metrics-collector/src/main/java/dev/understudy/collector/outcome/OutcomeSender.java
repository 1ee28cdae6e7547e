package dev.understudy.collector.outcome;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.collector.config.CollectorConfig;
import dev.understudy.contracts.EventHeaders;
import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.OutcomeEvent;
import dev.understudy.contracts.v1.OutcomeObserved;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes outcomes and waits until the broker has all of them. The id of each event is that of what
 * it says, so sending a batch again repeats and does no harm. Thread-safe.
 */
@ApplicationScoped
class OutcomeSender {
  private static final Logger LOG = Logger.getLogger(OutcomeSender.class);

  private final Map<String, Object> settings;
  private final long withinMs;
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  OutcomeSender(
      CollectorConfig config, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
    withinMs = config.outcomes().sendTimeout().toMillis();
    int within = Math.toIntExact(withinMs);
    settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, within);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, within);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, within);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, config.applicationId() + "-outcomes");
  }

  /**
   * Writes all of them.
   *
   * @throws OutcomeProblem when the broker did not acknowledge all in time
   */
  void send(List<OutcomeObserved> outcomes) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
    try {
      List<Future<?>> sent = new ArrayList<>(outcomes.size());
      for (OutcomeObserved outcome : outcomes) {
        if (System.nanoTime() > deadline) {
          throw unavailable("in time");
        }
        sent.add(producer().send(record(outcome)));
      }
      for (Future<?> one : sent) {
        one.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      LOG.warnf("a batch of %d outcomes was not acknowledged: %s", outcomes.size(), e);
      throw unavailable("all of them");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable("all of them before the service stopped");
    }
  }

  @PreDestroy
  synchronized void close() {
    if (producer != null) {
      producer.close(Duration.ofMillis(withinMs));
    }
  }

  private static OutcomeProblem unavailable(String what) {
    return OutcomeProblem.of(
        ProblemType.UNAVAILABLE,
        "Kafka has not acknowledged %s; send the same batch again, repetitions do no harm"
            .formatted(what));
  }

  private static ProducerRecord<byte[], byte[]> record(OutcomeObserved outcome) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topic.OUTCOMES.topicName(),
            outcome.getPredictionId().getBytes(UTF_8),
            OutcomeEvent.newBuilder().setObserved(outcome).build().toByteArray());
    String id =
        "%s/%d/%s/%d"
            .formatted(
                outcome.getPredictionId(),
                outcome.getRow(),
                outcome.getName(),
                outcome.getRevision());
    EventHeaders.of(outcome, id, "understudy/collector", Instant.now())
        .forEach(record.headers()::add);
    return record;
  }

  private synchronized KafkaProducer<byte[], byte[]> producer() {
    KafkaProducer<byte[], byte[]> made = producer;
    if (made == null) {
      made = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
      producer = made;
    }
    return made;
  }
}
