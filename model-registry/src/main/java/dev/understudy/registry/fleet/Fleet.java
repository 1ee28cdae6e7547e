package dev.understudy.registry.fleet;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Names;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.registry.background.BackgroundLoop;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.registry.fleet.FleetView.Heard;
import dev.understudy.registry.wire.KafkaConnection;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads *gateways* from its beginning, without a group, so that every replica knows the whole
 * fleet. One thread reads; the answers are thread-safe.
 *
 * <p>A gateway that is silent and a Kafka that is away look alike from here, so the broker is asked
 * for the end of the topic each second: without its answer nothing is said about anybody.
 */
@ApplicationScoped
public class Fleet {
  private static final Logger LOG = Logger.getLogger(Fleet.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration CHECK_EVERY = Duration.ofSeconds(1);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);
  private static final Duration FORGET_AFTER = Duration.ofHours(1);
  private static final int MOST_GATEWAYS = 10_000;

  private final KafkaConnection kafka;
  private final Clock clock;
  private final Duration liveWithin;
  private final Counter refused;
  private final Map<String, Heard> heard = new ConcurrentHashMap<>();
  private volatile @Nullable Instant readableSince;
  private volatile @Nullable BackgroundLoop loop;
  // Only the loop's thread touches these.
  private @Nullable Consumer<byte[], byte[]> consumer;
  private List<TopicPartition> partitions = List.of();
  private Map<TopicPartition, Long> endsAtFirst = Map.of();
  private Instant nextCheck = Instant.MIN;

  Fleet(KafkaConnection kafka, Clock clock, RegistryConfig config, MeterRegistry meters) {
    this.kafka = kafka;
    this.clock = clock;
    this.liveWithin = config.gatewayLiveWithin();
    this.refused = meters.counter("registry.gateway.records.refused");
    meters.gauge("registry.gateways.live", this, fleet -> fleet.live(clock.instant()));
  }

  void start(@Observes StartupEvent event) {
    loop = BackgroundLoop.start("gateways-reader", this::read, this::closeConsumer);
  }

  void stop(@Observes ShutdownEvent event) {
    BackgroundLoop running = loop;
    if (running != null) {
      running.close();
    }
  }

  /** How far the live gateways are with preparing a model's route since that moment. */
  public Progress progress(String project, String model, long revision, Instant since) {
    return view().progress(project, model, revision, since, clock.instant());
  }

  /** Whether the fleet is known now. */
  boolean isReadable() {
    return readableSince != null;
  }

  FleetView view() {
    return new FleetView(readableSince, liveWithin, List.copyOf(heard.values()));
  }

  private long live(Instant now) {
    FleetView view = view();
    return view.heard().stream().filter(one -> view.isLive(one, now)).count();
  }

  private Duration read() {
    try {
      Consumer<byte[], byte[]> reader = consumer();
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
        take(record);
      }
      Instant now = clock.instant();
      if (!now.isBefore(nextCheck)) {
        checkThatAllIsRead(reader, now);
        nextCheck = now.plus(CHECK_EVERY);
      }
      return Duration.ZERO;
    } catch (RuntimeException e) {
      readableSince = null;
      closeConsumer();
      throw e;
    }
  }

  private Consumer<byte[], byte[]> consumer() {
    Consumer<byte[], byte[]> one = consumer;
    if (one == null) {
      one = kafka.consumer(Map.of());
      consumer = one;
      String topic = Topic.GATEWAYS.topicName();
      partitions =
          one.partitionsFor(topic, ANSWER_WITHIN).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new IllegalStateException("the topic " + topic + " is missing");
      }
      one.assign(partitions);
      one.seekToBeginning(partitions);
    }
    return one;
  }

  private void checkThatAllIsRead(Consumer<byte[], byte[]> reader, Instant now) {
    Map<TopicPartition, Long> ends = reader.endOffsets(partitions, ANSWER_WITHIN);
    // Heartbeats never stop, so the end is always a little ahead: what was there at first is read.
    if (endsAtFirst.isEmpty()) {
      endsAtFirst = ends;
    }
    boolean allRead =
        endsAtFirst.entrySet().stream()
            .allMatch(end -> reader.position(end.getKey(), ANSWER_WITHIN) >= end.getValue());
    if (allRead && readableSince == null) {
      readableSince = now;
    }
    heard.values().removeIf(one -> one.at().plus(FORGET_AFTER).isBefore(now));
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    byte[] key = record.key();
    if (key == null) {
      refuse(record, "it has no key");
      return;
    }
    String gateway = new String(key, StandardCharsets.UTF_8);
    if (record.value() == null) {
      heard.remove(gateway);
      return;
    }
    try {
      GatewayState state = GatewayState.parseFrom(record.value());
      if (!Names.allowed(gateway) || !state.getGatewayId().equals(gateway)) {
        refuse(record, "its key is not the gateway's id");
      } else if (heard.size() >= MOST_GATEWAYS && !heard.containsKey(gateway)) {
        refuse(record, "there are too many gateways");
      } else {
        heard.put(gateway, new Heard(state, heardAt(record)));
      }
    } catch (InvalidProtocolBufferException e) {
      refuse(record, "it is not a gateway's state");
    }
  }

  /**
   * What comes while everything older is read was said just now, whatever the broker's clock says:
   * clocks that differ must not make a gateway look dead. Only for what was there before is its
   * append time all that is known.
   */
  private Instant heardAt(ConsumerRecord<byte[], byte[]> record) {
    Instant appended = Instant.ofEpochMilli(record.timestamp());
    Instant now = clock.instant();
    return readableSince != null && now.isAfter(appended) ? now : appended;
  }

  private void refuse(ConsumerRecord<byte[], byte[]> record, String why) {
    refused.increment();
    LOG.warnf(
        "a record of %s-%d at %d is skipped: %s",
        record.topic(), record.partition(), record.offset(), why);
  }

  private void closeConsumer() {
    Consumer<byte[], byte[]> one = consumer;
    consumer = null;
    endsAtFirst = Map.of();
    if (one != null) {
      one.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }
}
