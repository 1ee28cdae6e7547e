package dev.understudy.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Topic;
import dev.understudy.testkit.LocalBroker;
import dev.understudy.testkit.TestKafka;
import dev.understudy.testkit.TopicSetup;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was offered is logged or counted as dropped, whatever Kafka does. */
class JournalBufferTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @Test
  void moreRecordsThanTheBoundAreDroppedWithTheirCause() {
    try (JournalBuffer buffer = buffer(nobody(), 3, 1 << 20, Duration.ZERO)) {
      for (int i = 0; i < 5; i++) {
        assertThat(offer(buffer, i, 10)).isEqualTo(i < 3);
      }
      assertThat(dropped("buffer_full")).isEqualTo(2);
    }
    assertThat(dropped("stopped")).isEqualTo(3);
    assertThat(result("dropped")).isEqualTo(5);
  }

  @Test
  void moreBytesThanTheBoundAreDroppedWithTheirCause() {
    try (JournalBuffer buffer = buffer(nobody(), 100, 2_000, Duration.ZERO)) {
      assertThat(offer(buffer, 0, 1_500)).isTrue();
      assertThat(offer(buffer, 1, 1_500)).isFalse();
      assertThat(offer(buffer, 2, 100)).isTrue();
    }
    assertThat(dropped("buffer_full")).isOne();
  }

  @Test
  void whatComesAfterTheStopIsCounted() {
    JournalBuffer buffer = buffer(nobody(), 3, 1 << 20, Duration.ZERO);
    buffer.close();

    assertThat(offer(buffer, 1, 10)).isFalse();
    assertThat(dropped("closed")).isOne();
  }

  @Test
  void aBrokerWhoseNameDoesNotResolveOnlyMakesTheLogWait() {
    try (JournalBuffer buffer = buffer("kafka.invalid:9092", 3, 1 << 20, Duration.ZERO)) {
      assertThat(offer(buffer, 1, 10)).isTrue();
    }
    assertThat(dropped("stopped")).isOne();
  }

  @Test
  void nothingIsLostOrDoubledWhileKafkaIsAway(@TempDir Path directory) throws IOException {
    int port = TestKafka.freePort();
    int controllerPort = TestKafka.freePort();
    String servers = "127.0.0.1:" + port;
    JournalBuffer buffer = buffer(servers, 150, 1 << 20, Duration.ofSeconds(30));
    try (LocalBroker broker = LocalBroker.start(directory, port, controllerPort)) {
      TopicSetup.ensure(broker.bootstrapServers());
      IntStream.range(0, 100).forEach(i -> offer(buffer, i, 100));
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(result("logged")).isEqualTo(100));
    }

    IntStream.range(100, 300).forEach(i -> offer(buffer, i, 100));
    assertThat(dropped("buffer_full")).isEqualTo(50);

    try (LocalBroker broker = LocalBroker.start(directory, port, controllerPort)) {
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(result("logged")).isEqualTo(250));
      buffer.close();

      List<String> keys = keys(broker.bootstrapServers());
      Set<String> distinct = new HashSet<>(keys);
      assertThat(keys).hasSameSizeAs(distinct);
      assertThat(distinct).hasSize(250);
      assertThat(result("logged") + result("dropped")).isEqualTo(300);
    }
  }

  private JournalBuffer buffer(String servers, int records, long bytes, Duration flush) {
    return new JournalBuffer(
        new PredictionJournal.Bounds(records, bytes, flush),
        Map.of("bootstrap.servers", servers),
        meters);
  }

  private static String nobody() {
    return "127.0.0.1:" + TestKafka.freePort();
  }

  private static boolean offer(JournalBuffer buffer, int number, int bytes) {
    return buffer.offer(
        JournalBuffer.Kind.PREDICTION,
        new ProducerRecord<>(Topic.PREDICTIONS.topicName(), "key-" + number, new byte[bytes]));
  }

  private double dropped(String cause) {
    return count(
        meters
            .find("gateway.log.dropped")
            .tag("cause", cause)
            .tag("event", "prediction")
            .counter());
  }

  private double result(String result) {
    return count(meters.find("gateway.log.events").tag("result", result).counter());
  }

  private static double count(@Nullable Counter counter) {
    return counter == null ? 0 : counter.count();
  }

  private static List<String> keys(String servers) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topic.PREDICTIONS.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<String> keys = new ArrayList<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          keys.add(record.key());
        }
      }
      return keys;
    }
  }
}
