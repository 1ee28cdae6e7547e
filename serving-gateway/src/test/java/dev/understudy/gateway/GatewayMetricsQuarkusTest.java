package dev.understudy.gateway;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.gateway.hotswap.Published;
import dev.understudy.gateway.meters.GatewayMetric;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.KafkaResource;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What Prometheus sees after real requests of every kind. It boots Quarkus because the exposition,
 * with what the registry makes of names, is what is tested.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
class GatewayMetricsQuarkusTest {
  private static final String PROJECT = "measured";
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @ConfigProperty(name = "understudy.registry-url")
  URI registry;

  @Inject Gateway gateway;

  @BeforeEach
  void patience() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
  }

  /** One line of the exposition. */
  private record Sample(String name, Map<String, String> labels, double value) {
    static Sample of(String line) {
      int value = line.lastIndexOf(' ');
      int brace = line.indexOf('{');
      Map<String, String> labels = new HashMap<>();
      if (brace >= 0) {
        Matcher label = LABEL.matcher(line.substring(brace, value));
        while (label.find()) {
          labels.put(label.group(1), label.group(2));
        }
      }
      return new Sample(
          line.substring(0, brace >= 0 ? brace : value),
          labels,
          Double.parseDouble(line.substring(value + 1).replace("Inf", "Infinity")));
    }
  }

  @Test
  void everyMetricOfTheListIsExposedWithItsLabelsAndNoOtherIs() throws Exception {
    VersionRef one = topics().upload("1", Graphs.sigmoid(1));
    VersionRef two = topics().upload("2", Graphs.sigmoid(2));
    topics()
        .publish(
            Published.model(PROJECT, "seen").setCommitted(Published.shadow(1, one, two)).build());
    topics().awaitLive("seen", 1);
    String id = infer("seen", "[1]").statusCode(200).extract().path("parameters.prediction_id");
    infer("seen/versions/1", "[1]").statusCode(200);
    infer("seen", "[\"no number\"]").statusCode(400);
    given().body(body("[1]")).post("/v2/models/seen/explain").then().statusCode(200);
    inferOverGrpc("seen");
    VersionRef nowhere = Published.version("1", "nowhere".getBytes(UTF_8));
    topics()
        .publish(
            Published.model(PROJECT, "lost").setCommitted(Published.single(1, nowhere)).build());
    await()
        .untilAsserted(
            () ->
                given()
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body(containsString("lost (artefact_unavailable)")));
    infer("lost", "[1]").statusCode(503).header("Retry-After", "1");
    await().untilAsserted(() -> assertThat(topics().events(id)).hasSize(2));

    List<Sample> samples = scrape();

    Map<String, GatewayMetric> known = new TreeMap<>();
    for (GatewayMetric metric : GatewayMetric.values()) {
      if (metric != GatewayMetric.TRACE_SPANS) {
        metric.samples().forEach(name -> known.put(name, metric));
      }
    }
    assertThat(samples.stream().map(Sample::name).collect(toSet()))
        .containsExactlyInAnyOrderElementsOf(known.keySet());
    for (Sample sample : samples) {
      Set<String> labels = new TreeSet<>(known.get(sample.name()).labels());
      if (sample.name().endsWith("_bucket")) {
        labels.add("le");
      }
      assertThat(sample.labels().keySet()).as(sample.name()).isEqualTo(labels);
      assertThat(sample.labels().values()).as(sample.name()).doesNotContain(id);
    }
  }

  @Test
  void everyStageOfEveryAnswerIsTimedOverBothProtocols() throws Exception {
    // Nobody else's, since versions with the same artefact share their runs.
    VersionRef one = topics().upload("1", Graphs.sigmoid(17));
    topics()
        .publish(Published.model(PROJECT, "staged").setCommitted(Published.single(1, one)).build());
    topics().awaitLive("staged", 1);

    infer("staged", "[1]").statusCode(200);
    infer("staged", "[2]").statusCode(200);
    inferOverGrpc("staged");

    await()
        .untilAsserted(
            () -> {
              List<Sample> stages =
                  scrape().stream()
                      .filter(sample -> sample.name().equals("gateway_stage_seconds_count"))
                      .filter(sample -> sample.labels().get("model").equals("staged"))
                      .toList();
              assertThat(stages)
                  .extracting(sample -> sample.labels().get("stage"))
                  .containsExactlyInAnyOrder("parse", "queue", "compute", "serialise");
              assertThat(stages).extracting(Sample::value).containsOnly(3.0);
            });
    assertThat(value("gateway_batch_rows_count", "staged", "1")).isEqualTo(3);
    assertThat(value("gateway_batch_rows_sum", "staged", "1")).isEqualTo(3);
    assertThat(value("gateway_run_seconds_total", "staged", "1")).isPositive();
    assertThat(value("gateway_model_memory_bytes", "staged", "1")).isPositive();
    assertThat(value("gateway_loaded_model_info", "staged", "1")).isOne();
  }

  @Test
  void aVersionThatIsNotLoadedAnyMoreHasNoSeries() throws Exception {
    VersionRef one = topics().upload("1", Graphs.sigmoid(3));
    VersionRef two = topics().upload("2", Graphs.sigmoid(4));
    topics()
        .publish(
            Published.model(PROJECT, "gone").setCommitted(Published.shadow(1, one, two)).build());
    topics().awaitLive("gone", 1);
    infer("gone", "[1]").statusCode(200);
    await()
        .untilAsserted(
            () -> assertThat(value("gateway_shadow_lag_seconds_count", "gone", "2")).isOne());

    topics()
        .publish(Published.model(PROJECT, "gone").setCommitted(Published.single(2, one)).build());

    await()
        .untilAsserted(
            () ->
                assertThat(scrape())
                    .filteredOn(sample -> "gone".equals(sample.labels().get("model")))
                    .noneMatch(sample -> "2".equals(sample.labels().get("version"))));
  }

  private double value(String name, String model, String version) {
    return scrape().stream()
        .filter(sample -> sample.name().equals(name))
        .filter(sample -> model.equals(sample.labels().get("model")))
        .filter(sample -> version.equals(sample.labels().get("version")))
        .mapToDouble(Sample::value)
        .sum();
  }

  private static List<Sample> scrape() {
    String exposed = given().get("/q/metrics").then().statusCode(200).extract().asString();
    return Arrays.stream(exposed.split("\n"))
        .filter(line -> line.startsWith("gateway_"))
        .map(Sample::of)
        .toList();
  }

  private void inferOverGrpc(String model) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();
    try {
      GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .modelInfer(
              ModelInferRequest.newBuilder()
                  .setModelName(model)
                  .addInputs(
                      ModelInferRequest.InferInputTensor.newBuilder()
                          .setName("x")
                          .setDatatype("FP32")
                          .addShape(1))
                  .addRawInputContents(ByteString.copyFrom(new byte[4]))
                  .build());
    } finally {
      channel.shutdownNow();
    }
  }

  private static ValidatableResponse infer(String path, String data) {
    return given().body(body(data)).post("/v2/models/" + path + "/infer").then();
  }

  private static String body(String data) {
    return "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":%s}]}"
        .formatted(data);
  }

  private GatewayTopics topics() {
    return new GatewayTopics(kafka, registry);
  }
}
