package dev.understudy.local.replay;

import dev.understudy.contracts.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Both inputs of the join, from their first records to what is their end now, as one sequence in
 * the order of effective time (decision 0002). Each partition is read a few megabytes ahead and no
 * further, so the log may be larger than the memory.
 */
final class InputLog {
  private static final int AHEAD_BYTES = 2 << 20;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Comparator<Lane> BY_TIME =
      Comparator.comparingLong(Lane::headMs).thenComparing(lane -> lane.number);

  private InputLog() {}

  /**
   * A record of the log.
   *
   * @param partition that it stands in
   * @param partitions that its topic has
   * @param appendedMs as the broker says
   * @param effectiveMs the largest append time in its input's partition so far
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Entry(
      boolean ofPredictions,
      int partition,
      int partitions,
      byte @Nullable [] key,
      byte @Nullable [] value,
      long appendedMs,
      long effectiveMs) {}

  /** One partition of one input, as far as it was read. */
  private static final class Lane {
    final int number;
    final TopicPartition at;
    final boolean ofPredictions;
    final Deque<ConsumerRecord<byte[], byte[]>> ahead = new ArrayDeque<>();
    long end;
    int bytes;
    long effectiveMs;
    boolean paused;

    Lane(int number, TopicPartition at, boolean ofPredictions) {
      this.number = number;
      this.at = at;
      this.ofPredictions = ofPredictions;
    }

    void add(ConsumerRecord<byte[], byte[]> record) {
      if (record.offset() < end) {
        ahead.add(record);
        bytes += size(record);
      }
    }

    long headMs() {
      return Math.max(effectiveMs, ahead.element().timestamp());
    }

    Entry take(int partitions) {
      effectiveMs = headMs();
      ConsumerRecord<byte[], byte[]> record = ahead.remove();
      bytes -= size(record);
      return new Entry(
          ofPredictions,
          at.partition(),
          partitions,
          record.key(),
          record.value(),
          record.timestamp(),
          effectiveMs);
    }

    private static int size(ConsumerRecord<byte[], byte[]> record) {
      return 100
          + Math.max(0, record.serializedKeySize())
          + Math.max(0, record.serializedValueSize());
    }
  }

  /** Hands over every record until the ends, or until somebody has had enough. */
  static void read(String bootstrapServers, Predicate<Entry> wantsMore) {
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                "read_committed",
                "fetch.max.bytes",
                16 << 20,
                "max.poll.records",
                2_000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<Lane> lanes = lanes(consumer);
      int partitions = lanes.size() / 2;
      while (true) {
        fill(consumer, lanes);
        List<Lane> left = lanes.stream().filter(lane -> !lane.ahead.isEmpty()).toList();
        if (left.isEmpty()) {
          return;
        }
        // Until one of them runs dry, the earliest head is the next record of all.
        Lane next = earliest(left);
        do {
          if (!wantsMore.test(next.take(partitions))) {
            return;
          }
          if (next.ahead.isEmpty()) {
            break;
          }
          next = earliest(left);
        } while (true);
      }
    }
  }

  private static Lane earliest(List<Lane> lanes) {
    Lane earliest = lanes.getFirst();
    for (Lane lane : lanes) {
      if (BY_TIME.compare(lane, earliest) < 0) {
        earliest = lane;
      }
    }
    return earliest;
  }

  private static List<Lane> lanes(KafkaConsumer<byte[], byte[]> consumer) {
    List<Lane> lanes = new ArrayList<>();
    for (Topic topic : List.of(Topic.PREDICTIONS, Topic.OUTCOMES)) {
      consumer.partitionsFor(topic.topicName()).stream()
          .map(info -> new TopicPartition(info.topic(), info.partition()))
          .sorted(Comparator.comparingInt(TopicPartition::partition))
          .forEach(at -> lanes.add(new Lane(lanes.size(), at, topic == Topic.PREDICTIONS)));
    }
    List<TopicPartition> all = lanes.stream().map(lane -> lane.at).toList();
    consumer.assign(all);
    consumer.seekToBeginning(all);
    Map<TopicPartition, Long> ends = consumer.endOffsets(all);
    lanes.forEach(lane -> lane.end = ends.getOrDefault(lane.at, 0L));
    return lanes;
  }

  /** Until every partition that is not at its end has a record ahead. */
  private static void fill(KafkaConsumer<byte[], byte[]> consumer, List<Lane> lanes) {
    while (lanes.stream()
        .anyMatch(lane -> lane.ahead.isEmpty() && consumer.position(lane.at) < lane.end)) {
      for (Lane lane : lanes) {
        boolean enough = lane.bytes > AHEAD_BYTES || consumer.position(lane.at) >= lane.end;
        if (enough != lane.paused) {
          lane.paused = enough;
          if (enough) {
            consumer.pause(List.of(lane.at));
          } else {
            consumer.resume(List.of(lane.at));
          }
        }
      }
      var polled = consumer.poll(POLL);
      for (Lane lane : lanes) {
        polled.records(lane.at).forEach(lane::add);
      }
    }
  }
}
