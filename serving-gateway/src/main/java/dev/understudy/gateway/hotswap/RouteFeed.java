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
 * again at every start. Of what was there at the start only the newest record of each model is
 * handed on: an older one, which compaction has not removed yet, must not serve again, not even for
 * a moment. Everything later is handed on in order, by one thread.
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
    NewestRoutes newest = new NewestRoutes();
    while (!closed && !isAt(from, ends)) {
      from.poll(POLL).forEach(record -> read(record, newest::take));
    }
    if (closed) {
      return;
    }
    newest.all().forEach(this::handOn);
    caughtUp.run();
    while (!closed) {
      from.poll(POLL).forEach(record -> read(record, this::handOn));
    }
  }

  private static boolean isAt(KafkaConsumer<String, byte[]> from, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> from.position(end.getKey(), ANSWER) >= end.getValue());
  }

  private static void read(ConsumerRecord<String, byte[]> record, Consumer<RoutePublished> taker) {
    if (record.value() == null) {
      return;
    }
    try {
      RoutePublished published = RoutePublished.parseFrom(record.value());
      if (!Topic.modelKey(published.getProject(), published.getModel()).equals(record.key())) {
        LOG.warnf("the route at offset %d has another model's key", record.offset());
        return;
      }
      taker.accept(published);
    } catch (InvalidProtocolBufferException e) {
      LOG.warnf(e, "the record at offset %d of the routes is no route", record.offset());
    }
  }

  private void handOn(RoutePublished published) {
    try {
      accept.accept(published);
    } catch (RuntimeException e) {
      LOG.errorf(
          e, "the route of %s/%s could not be taken", published.getProject(), published.getModel());
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
