package dev.understudy.gateway.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import dev.understudy.contracts.Digest;
import dev.understudy.contracts.EventHeaders;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.AttributesGiven;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.TensorValues;
import dev.understudy.gateway.Contracts;
import dev.understudy.gateway.inference.InferenceRequest;
import dev.understudy.gateway.inference.RequestTraits;
import dev.understudy.gateway.routing.Eligibility;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.ServingPolicy;
import dev.understudy.gateway.routing.ServingPolicy.LogPolicy;
import dev.understudy.gateway.tracing.TraceContext;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.TestKafka;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a prediction arrives at a real broker, and where. */
class PredictionJournalTest {
  private static final LogPolicy HIDING =
      new LogPolicy(LogPolicy.Mode.DURABLE, 1, Map.of("x", LogPolicy.Treatment.HASHED));

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ModelPool pool = new ModelPool(1, 1);
  private final ServedModel model = model();
  @TempDir private Path directory;

  @AfterEach
  void close() {
    model.retire();
  }

  @Test
  void aPredictionAndWhatWasSaidBesideItArriveApartWithTheirHeaders() throws Exception {
    PredictionId id = PredictionId.next();
    try (PredictionJournal journal =
        new PredictionJournal(
            "gw",
            new byte[16],
            true,
            new PredictionJournal.Bounds(10, 1 << 20, Duration.ofSeconds(30)),
            spooling(Duration.ofSeconds(1), Duration.ofSeconds(30)),
            Map.of("bootstrap.servers", TestKafka.bootstrapServers()),
            meters)) {
      assertThat(journal.predicted(prediction(id)).join()).isTrue();
      journal.shadowScored(id, model, VersionScores.expected("2"), TraceContext.NONE);
      await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(logged()).isEqualTo(3));
    }

    List<ConsumerRecord<String, byte[]>> predictions = records(Topic.PREDICTIONS, id);
    PredictionEvent logged = PredictionEvent.parseFrom(predictions.getFirst().value());
    PredictionEvent shadow = PredictionEvent.parseFrom(predictions.getLast().value());
    assertThat(predictions).hasSize(2);
    assertThat(logged.getLogged().getClientId()).isEqualTo("mine");
    assertThat(shadow.getShadow().getPredictionId()).isEqualTo(id.value());
    assertThat(headers(predictions.getFirst())).isEqualTo(expected(logged, id.value()));
    assertThat(headers(predictions.getLast())).isEqualTo(expected(shadow, id.value() + "/2"));

    TensorValue input =
        TensorValues.parseFrom(logged.getLogged().getInputs()).getTensorsList().getFirst();
    assertThat(input.getNumbersList()).isEmpty();
    assertThat(input.getTexts(0).toStringUtf8()).matches("[0-9a-f]{32}");

    ConsumerRecord<String, byte[]> attributes = records(Topic.ATTRIBUTES, id).getFirst();
    AttributesGiven given = AttributesGiven.parseFrom(attributes.value());
    assertThat(given.getAttributesMap()).isEqualTo(Map.of("sex", "undisclosed"));
    assertThat(headers(attributes)).isEqualTo(expected(given, id.value()));
    assertThat(predictions)
        .allSatisfy(
            record -> assertThat(new String(record.value(), UTF_8)).doesNotContain("undisclosed"));
  }

  @Test
  void aDurableAnswerMustBeAbleToWaitForTheDisk() {
    assertThatThrownBy(() -> spooling(Duration.ofSeconds(2), Duration.ofSeconds(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("durable-deadline")
        .hasMessageContaining("spool-after");
  }

  private double logged() {
    return meters.get("gateway.log.events").tag("result", "logged").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private PredictionJournal.Spooling spooling(Duration after, Duration durableDeadline) {
    return new PredictionJournal.Spooling(directory, 1 << 20, after, durableDeadline);
  }

  private Prediction prediction(PredictionId id) {
    return new Prediction(
        id,
        "mine",
        model,
        plan(id),
        Instant.now(),
        List.of(Tensor.ofFloats("x", new long[] {1}, 42)),
        1,
        Optional.of("1"),
        false,
        () -> List.of(),
        Map.of("sex", "undisclosed"));
  }

  private RoutePlan plan(PredictionId id) {
    InferenceRequest request =
        new InferenceRequest(
            "m",
            Optional.empty(),
            "mine",
            Map.of(),
            1,
            Instant.now(),
            RequestTraits.plain(RequestTraits.Protocol.REST));
    return (RoutePlan) model.plan(id, Optional.empty(), request);
  }

  private ServedModel model() {
    byte[] content = Graphs.sigmoid(1);
    try {
      return new ServedModel(
          "p",
          "m",
          new Route.Single(1, "1"),
          Eligibility.EVERYBODY,
          Contracts.number(),
          new ServingPolicy(
              ServingPolicy.Batching.DEFAULT,
              ServingPolicy.Capacity.DEFAULT,
              HIDING,
              Optional.empty(),
              Set.of("sex")),
          Map.of("1", pool.lease(Digest.of(content), Contracts.number(), () -> content)));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, String> expected(Message event, String id) {
    return texts(EventHeaders.of(event, id, "understudy/gateway/gw", Instant.EPOCH));
  }

  /** Without the time, which is only checked to be one. */
  private static Map<String, String> headers(ConsumerRecord<String, byte[]> record) {
    Map<String, byte[]> headers = new HashMap<>();
    StreamSupport.stream(record.headers().spliterator(), false)
        .map(Header.class::cast)
        .forEach(header -> headers.put(header.key(), header.value()));
    assertThat(Instant.parse(new String(headers.get("ce_time"), UTF_8))).isAfter(Instant.EPOCH);
    return texts(headers);
  }

  private static Map<String, String> texts(Map<String, byte[]> headers) {
    Map<String, String> texts = new TreeMap<>();
    headers.forEach((name, value) -> texts.put(name, new String(value, UTF_8)));
    texts.put("ce_time", "some time");
    return texts;
  }

  private static List<ConsumerRecord<String, byte[]>> records(Topic topic, PredictionId id) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", TestKafka.bootstrapServers()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records.stream().filter(record -> record.key().equals(id.value())).toList();
    }
  }
}
