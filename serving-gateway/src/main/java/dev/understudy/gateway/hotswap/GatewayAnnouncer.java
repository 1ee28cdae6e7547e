package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.EventHeaders;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.GatewayState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Says on <em>gateways</em> how this one is, at every change and at every heartbeat. */
final class GatewayAnnouncer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(GatewayAnnouncer.class);
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final String gatewayId;
  private final Supplier<GatewayState> state;
  private final Map<String, Object> settings;

  // Made on the announcer's thread, again and again until the broker's name resolves.
  private volatile @Nullable KafkaProducer<String, byte[]> producer;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("gateway-announcer").factory());

  GatewayAnnouncer(
      Map<String, Object> kafka,
      String gatewayId,
      Duration heartbeat,
      Supplier<GatewayState> state) {
    this.gatewayId = gatewayId;
    this.state = state;
    this.settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
    // An old heartbeat is worth nothing.
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 4_000);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    thread.scheduleAtFixedRate(this::send, 0, heartbeat.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Something has changed. Does not block. */
  void announce() {
    try {
      thread.execute(this::send);
    } catch (RejectedExecutionException e) {
      LOG.debug("no more announcements: the gateway is leaving");
    }
  }

  private void send() {
    try {
      GatewayState now = state.get();
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>(Topic.GATEWAYS.topicName(), gatewayId, now.toByteArray());
      EventHeaders.of(
              now, UUID.randomUUID().toString(), "understudy/gateway/" + gatewayId, Instant.now())
          .forEach((name, value) -> record.headers().add(name, value));
      connected().send(record);
    } catch (KafkaException e) {
      LOG.debug("a heartbeat could not be sent", e);
    } catch (RuntimeException e) {
      // A scheduled task that throws is never run again, and this gateway would look dead.
      LOG.error("a heartbeat failed unexpectedly", e);
    }
  }

  private KafkaProducer<String, byte[]> connected() {
    KafkaProducer<String, byte[]> present = producer;
    if (present == null) {
      present = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
      producer = present;
    }
    return present;
  }

  /** Sends the state once more, if Kafka is there, and stops. */
  @Override
  public void close() {
    if (thread.isShutdown()) {
      return;
    }
    announce();
    thread.shutdown();
    try {
      if (!thread.awaitTermination(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    KafkaProducer<String, byte[]> present = producer;
    if (present != null) {
      present.close(GOODBYE);
    }
  }
}
