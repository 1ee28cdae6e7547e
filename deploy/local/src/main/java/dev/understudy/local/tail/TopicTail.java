package dev.understudy.local.tail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.AuditCheckpointed;
import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.contracts.v1.ModelReported;
import dev.understudy.contracts.v1.OutcomeEvent;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads one topic, committed records only, and prints each record as a line of JSON. */
public final class TopicTail {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().omittingInsignificantWhitespace().preservingProtoFieldNames();

  private final Topic topic;
  private final boolean ticks;

  /** For one topic; {@code ticks} are left out unless asked for. */
  public TopicTail(Topic topic, boolean ticks) {
    this.topic = topic;
    this.ticks = ticks;
  }

  /**
   * Prints records until the limit is reached or, without {@code follow}, the end of the topic.
   *
   * @param limit at most so many; 0: no limit
   */
  public void run(
      String bootstrapServers,
      boolean fromStart,
      boolean follow,
      long limit,
      Consumer<String> out) {
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                "bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      if (fromStart || !follow) {
        consumer.seekToBeginning(partitions);
      } else {
        consumer.seekToEnd(partitions);
      }
      long printed = 0;
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          String line = line(record);
          if (!line.isEmpty()) {
            out.accept(line);
            printed++;
          }
          if (limit > 0 && printed >= limit) {
            return;
          }
        }
        if (!follow
            && partitions.stream()
                .allMatch(it -> consumer.position(it) >= ends.getOrDefault(it, 0L))) {
          return;
        }
      }
    }
  }

  /** The record as one line of JSON; empty for a tick that nobody asked for. */
  String line(ConsumerRecord<byte[], byte[]> record) {
    ObjectNode line = JSON.createObjectNode();
    line.put("time", Instant.ofEpochMilli(record.timestamp()).toString());
    line.put("partition", record.partition());
    line.put("offset", record.offset());
    if (record.key() != null) {
      line.put("key", new String(record.key(), StandardCharsets.UTF_8));
    }
    try {
      if (record.value() == null) {
        line.putNull("value");
      } else {
        Message message = parse(record.value());
        if (!ticks && isTick(message)) {
          return "";
        }
        line.set("value", JSON.readTree(PRINTER.print(message)));
        if (message instanceof TestDefined test) {
          TestDefinition definition = TestDefinition.parseFrom(test.getDefinition());
          line.set("definition", JSON.readTree(PRINTER.print(definition)));
        }
      }
    } catch (InvalidProtocolBufferException
        | com.fasterxml.jackson.core.JsonProcessingException e) {
      line.put("unreadable", e.getMessage());
      line.put("bytes", HexFormat.of().formatHex(record.value()));
    }
    return line.toString();
  }

  private static boolean isTick(Message message) {
    return switch (message) {
      case PredictionEvent event -> event.hasTick();
      case OutcomeEvent event -> event.hasTick();
      default -> false;
    };
  }

  private Message parse(byte[] value) throws InvalidProtocolBufferException {
    return switch (topic) {
      case PREDICTIONS -> PredictionEvent.parseFrom(value);
      case OUTCOMES -> OutcomeEvent.parseFrom(value);
      case TESTS -> TestDefined.parseFrom(value);
      case EVALUATIONS -> RolloutEvaluated.parseFrom(value);
      case REPORTS -> ModelReported.parseFrom(value);
      case ROUTES -> RoutePublished.parseFrom(value);
      case GATEWAYS -> GatewayState.parseFrom(value);
      case CHECKPOINTS -> AuditCheckpointed.parseFrom(value);
      case ATTRIBUTES ->
          throw new InvalidProtocolBufferException("sensitive attributes are not printed");
    };
  }
}
