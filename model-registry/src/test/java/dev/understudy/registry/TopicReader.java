package dev.understudy.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.understudy.contracts.Topic;
import dev.understudy.testkit.TestKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Everything that a topic of one partition holds now, oldest first. */
final class TopicReader {
  /** One record. */
  record Seen<M extends Message>(String key, M event, long offset, long timestamp) {}

  private TopicReader() {}

  static <M extends Message> List<Seen<M>> all(
      Topic topic, Parser<M> parser, Predicate<String> key) {
    TopicPartition partition = new TopicPartition(topic.topicName(), 0);
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", TestKafka.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      List<Seen<M>> seen = new ArrayList<>();
      while (consumer.position(partition) < end) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          String name = new String(record.key(), UTF_8);
          if (key.test(name)) {
            seen.add(
                new Seen<>(
                    name, parser.parseFrom(record.value()), record.offset(), record.timestamp()));
          }
        }
      }
      return seen;
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("a record of %s is not readable".formatted(topic), e);
    }
  }
}
