package dev.understudy.gateway.hotswap;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RoutePublished;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows <em>routes</em> from its beginning, without a group: every gateway reads every route, and
 * again at every start. Its one thread hands each record on in order.
 */
final class RouteFeed implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(RouteFeed.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Map<String, Object> settings;
  private final Consumer<RoutePublished> accept;
  private final Runnable caughtUp;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean closed;
  private volatile @Nullable KafkaConsumer<String, byte[]> consumer;

  /**
   * Starts to follow.
   *
   * @param caughtUp told when everything that was there at the start has been handed on
   */
  RouteFeed(Map<String, Object> kafka, Consumer<RoutePublished> accept, Runnable caughtUp) {
    this.settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    this.accept = accept;
    this.caughtUp = caughtUp;
    Thread.ofPlatform().daemon().name("route-feed").start(this::run);
  }

  private void run() {
    while (!closed) {
      try (KafkaConsumer<String, byte[]> fresh =
          new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
        consumer = fresh;
        follow(fresh);
      } catch (WakeupException e) {
        return;
      } catch (KafkaException e) {
        LOG.debug("Kafka does not answer; the routes stay as they are", e);
      }
      if (!closed && !pause()) {
        return;
      }
    }
  }

  private void follow(KafkaConsumer<String, byte[]> from) {
    List<TopicPartition> partitions =
        from.partitionsFor(Topic.ROUTES.topicName(), ANSWER).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      return;
    }
    from.assign(partitions);
    from.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = from.endOffsets(partitions, ANSWER);
    boolean behind = true;
    while (!closed) {
      from.poll(POLL).forEach(this::handOn);
      if (behind && isAt(from, ends)) {
        behind = false;
        caughtUp.run();
      }
    }
  }

  private static boolean isAt(KafkaConsumer<String, byte[]> from, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> from.position(end.getKey(), ANSWER) >= end.getValue());
  }

  private void handOn(ConsumerRecord<String, byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      RoutePublished published = RoutePublished.parseFrom(record.value());
      if (!Topic.modelKey(published.getProject(), published.getModel()).equals(record.key())) {
        LOG.warnf("the route at offset %d has another model's key", record.offset());
        return;
      }
      accept.accept(published);
    } catch (InvalidProtocolBufferException e) {
      LOG.warnf(e, "the record at offset %d of the routes is no route", record.offset());
    } catch (RuntimeException e) {
      LOG.errorf(e, "the route at offset %d could not be taken", record.offset());
    }
  }

  private boolean pause() {
    try {
      return !closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    closing.countDown();
    KafkaConsumer<String, byte[]> current = consumer;
    if (current != null) {
      current.wakeup();
    }
  }
}
