package dev.understudy.collector;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.Signature;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.ShadowScored;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The whole service with a real broker: definition, predictions and outcomes in, verdict out. */
@QuarkusTest
@TestProfile(CollectorProfile.class)
@QuarkusTestResource(KafkaResource.class)
class CollectorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int REQUESTS = 400;

  @Test
  void aBetterCandidateIsPromotedBySignedEvaluations() throws Exception {
    String testId = "t-" + UUID.randomUUID();
    var test = Plans.shadow(testId).setHorizonMs(4_000).setShadowDeadlineMs(4_000);
    test.getGuardsBuilder(0).setAbsoluteMargin(0.05);
    test.getGuardsBuilder(1).setAbsoluteMargin(0.05);
    test.getPolicyBuilder().setMinimumDurationMs(1_000);
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));

    String labelled = "";
    try (var producer = producer()) {
      producer.send(record(Topic.TESTS, testId, Plans.defined(test).toByteArray())).get();
      StringBuilder csv = new StringBuilder("prediction_id,name,value\n");
      for (int i = 0; i < REQUESTS; i++) {
        String id = UUID.randomUUID().toString();
        labelled = id;
        boolean bad = i % 3 == 0;
        producer.send(record(Topic.PREDICTIONS, id, logged(id, testId, 0.2)));
        producer.send(record(Topic.PREDICTIONS, id, shadow(id, testId, bad ? 0.9 : 0.2)));
        csv.append(id).append(",status,").append(bad ? "bad" : "good").append('\n');
      }
      producer.flush();
      given()
          .contentType("text/csv")
          .body(csv.toString())
          .post("/v1/outcomes")
          .then()
          .statusCode(202);
    }

    whatWasSentCanBeAskedFor(labelled);
    List<RolloutEvaluated> evaluations = evaluationsUntilTheEnd(testId);

    RolloutEvaluated last = evaluations.getLast();
    assertThat(last.getVerdict()).as(last.getReason()).isEqualTo(Verdict.PROMOTE);
    assertThat(last.getEvidence().getUnits()).isGreaterThan(200);
    assertThat(last.getRolloutId()).isEqualTo("rollout-" + testId);
    for (int i = 1; i < evaluations.size(); i++) {
      assertThat(evaluations.get(i).getNumber()).isEqualTo(evaluations.get(i - 1).getNumber() + 1);
    }
    given()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("collector_evaluations_total{verdict=\"promote\"}"))
        .body(containsString("collector_outcomes_total{status=\"matched\"}"))
        .body(containsString("collector_log_time_seconds{partition=\"0\"}"))
        .body(containsString("collector_ticks_total{result=\"written\"}"));
  }

  private static void whatWasSentCanBeAskedFor(String predictionId) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                given()
                    .get("/v1/predictions/{id}/outcome", predictionId)
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("matched"))
                    .body("prediction_id", equalTo(predictionId))
                    .body("last_outcome.name", equalTo("status")));
    given()
        .get("/v1/predictions/{id}/outcome", UUID.randomUUID().toString())
        .then()
        .statusCode(200)
        .body("status", equalTo("unknown"));
    given()
        .get("/v1/projects/demo/models/credit-risk/label-queue?limit=5")
        .then()
        .statusCode(200)
        .body("partitions", hasSize(greaterThan(0)))
        .body("wanted.size()", lessThanOrEqualTo(5));
  }

  private static List<RolloutEvaluated> evaluationsUntilTheEnd(String testId) {
    TopicPartition evaluations = new TopicPartition(Topic.EVALUATIONS.topicName(), 0);
    Signature signature = new Signature(CollectorProfile.KEY);
    List<RolloutEvaluated> read = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                "bootstrap.servers",
                TestKafka.bootstrapServers(),
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(evaluations));
      consumer.seekToBeginning(List.of(evaluations));
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> record :
                    consumer.poll(Duration.ofMillis(100)).records(evaluations)) {
                  RolloutEvaluated evaluation = RolloutEvaluated.parseFrom(record.value());
                  if (evaluation.getTestId().equals(testId)) {
                    assertThat(
                            signature.matches(
                                record.value(),
                                record.headers().lastHeader(Signature.HEADER).value()))
                        .isTrue();
                    assertThat(new String(record.key(), UTF_8))
                        .isEqualTo(evaluation.getRolloutId());
                    read.add(evaluation);
                  }
                }
                return !read.isEmpty()
                    && read.getLast().getVerdict() != Verdict.CONTINUE
                    && read.getLast().getVerdict() != Verdict.HOLD;
              });
    }
    return read;
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", TestKafka.bootstrapServers()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static ProducerRecord<byte[], byte[]> record(Topic topic, String key, byte[] value) {
    return new ProducerRecord<>(topic.topicName(), key.getBytes(UTF_8), value);
  }

  private static byte[] logged(String id, String testId, double current) {
    return PredictionEvent.newBuilder()
        .setLogged(
            PredictionLogged.newBuilder()
                .setPredictionId(id)
                .setProject("demo")
                .setModel("credit-risk")
                .setTestId(testId)
                .setMode(RouteMode.SHADOW)
                .setArm("1")
                .setAnsweredBy("1")
                .setRows(1)
                .addProbabilities(ArmProbability.newBuilder().setVersion("1").setProbability(1))
                .addScores(score("1", current))
                .addScores(
                    VersionScore.newBuilder().setVersion("2").setStatus(ScoreStatus.EXPECTED)))
        .build()
        .toByteArray();
  }

  private static byte[] shadow(String id, String testId, double candidate) {
    return PredictionEvent.newBuilder()
        .setShadow(
            ShadowScored.newBuilder()
                .setPredictionId(id)
                .setTestId(testId)
                .setScore(score("2", candidate)))
        .build()
        .toByteArray();
  }

  private static VersionScore score(String version, double probability) {
    return VersionScore.newBuilder()
        .setVersion(version)
        .setStatus(ScoreStatus.ANSWERED)
        .setLatencyUs(1_000)
        .addOutputs(
            TensorValue.newBuilder()
                .setName("probability")
                .setDatatype("FP32")
                .addShape(1)
                .addNumbers(probability))
        .build();
  }
}
