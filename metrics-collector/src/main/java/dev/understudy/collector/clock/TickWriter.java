package dev.understudy.collector.clock;

import dev.understudy.collector.config.CollectorConfig;
import dev.understudy.contracts.EventHeaders;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.OutcomeEvent;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.Tick;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes a tick into every partition of <em>predictions</em> and <em>outcomes</em>, once per
 * interval. A tick's only meaning is its append time: missing, late and repeated ones change no
 * evaluation, only when it comes. Not transactional on purpose: a tick must be seen at once.
 */
@ApplicationScoped
public class TickWriter {
  private static final Logger LOG = Logger.getLogger(TickWriter.class);
  private static final Duration GIVE_UP_AFTER = Duration.ofSeconds(5);

  private final CollectorConfig config;
  private final Map<String, Object> kafka;
  private final Counter written;
  private final Counter failed;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("tick-writer").daemon().unstarted(task));
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  TickWriter(
      CollectorConfig config,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      MeterRegistry registry) {
    this.config = config;
    this.kafka = Map.copyOf(kafka);
    this.written = registry.counter("collector.ticks", "result", "written");
    this.failed = registry.counter("collector.ticks", "result", "failed");
  }

  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the executor
  void start(@Observes StartupEvent started) {
    long every = config.tickInterval().toMillis();
    executor.scheduleWithFixedDelay(this::tick, 0, every, TimeUnit.MILLISECONDS);
  }

  void stop(@Observes ShutdownEvent stopped) throws InterruptedException {
    // A tick that waits for a broker may be left: ticks decide nothing.
    executor.shutdownNow();
    if (executor.awaitTermination(GIVE_UP_AFTER.toMillis(), TimeUnit.MILLISECONDS)
        && producer != null) {
      producer.close(Duration.ofSeconds(1));
    }
  }

  private void tick() {
    try {
      Tick tick = Tick.newBuilder().setSource(config.applicationId()).build();
      PredictionEvent prediction = PredictionEvent.newBuilder().setTick(tick).build();
      OutcomeEvent outcome = OutcomeEvent.newBuilder().setTick(tick).build();
      Map<String, byte[]> headers =
          EventHeaders.of(
              tick, UUID.randomUUID().toString(), "understudy/collector", Instant.now());
      send(Topic.PREDICTIONS.topicName(), prediction.toByteArray(), headers);
      send(Topic.OUTCOMES.topicName(), outcome.toByteArray(), headers);
    } catch (KafkaException e) {
      failed.increment();
      LOG.debug("no tick", e);
    } catch (RuntimeException e) {
      // The schedule must survive whatever happens to one tick.
      failed.increment();
      LOG.warn("no tick", e);
    }
  }

  private void send(String topic, byte[] value, Map<String, byte[]> headers) {
    KafkaProducer<byte[], byte[]> to = producer();
    for (PartitionInfo partition : to.partitionsFor(topic)) {
      ProducerRecord<byte[], byte[]> tick =
          new ProducerRecord<>(topic, partition.partition(), null, value);
      headers.forEach(tick.headers()::add);
      var unused = to.send(tick, (at, failure) -> (failure == null ? written : failed).increment());
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    KafkaProducer<byte[], byte[]> made = producer;
    if (made == null) {
      Map<String, Object> settings = new HashMap<>(kafka);
      int giveUp = Math.toIntExact(GIVE_UP_AFTER.toMillis());
      settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, giveUp);
      settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, giveUp);
      settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, giveUp);
      settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
      settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 4L << 20);
      settings.put(ProducerConfig.CLIENT_ID_CONFIG, config.applicationId() + "-ticks");
      made = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
      producer = made;
    }
    return made;
  }
}
