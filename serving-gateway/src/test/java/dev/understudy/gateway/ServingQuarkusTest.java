package dev.understudy.gateway;

import static io.restassured.RestAssured.given;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.notNullValue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.v1.ModelState;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TensorValues;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.gateway.hotswap.Published;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.KafkaResource;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The whole gateway over HTTP, gRPC and a real broker. It boots Quarkus because the routes, the
 * context of the answer and the wiring are what is tested.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
class ServingQuarkusTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String PROJECT = "served";

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @ConfigProperty(name = "understudy.registry-url")
  URI registry;

  @Inject Gateway gateway;

  @TestHTTPResource("/")
  URI self;

  @BeforeEach
  void patience() {
    Awaitility.setDefaultTimeout(PATIENCE);
  }

  @Test
  void theBenchmarksEchoIsNotThereUnlessAskedFor() {
    given().body("x").post("/bench/echo").then().statusCode(404);
  }

  @Test
  void aRouteIsPreparedThenCommittedThenServed() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(1));
    RoutePublished.Builder model = Published.model(PROJECT, "first");

    publish(model.clone().setPrepared(Published.single(1, one)).build());
    await().untilAsserted(() -> assertThat(state("first").getPreparedRevision()).isEqualTo(1));
    infer("first", "[0]").statusCode(404);
    publish(model.clone().setCommitted(Published.single(1, one)).build());
    awaitLive("first", 1);

    ValidatableResponse answered =
        infer("first", "[0]")
            .statusCode(200)
            .body("model_name", equalTo("first"))
            .body("model_version", equalTo("1"))
            .body("outputs[0].name", equalTo("p"))
            .body("outputs[0].data", equalTo(List.of(0.5f)));
    String id = answered.extract().path("parameters.prediction_id");
    answered.header("Understudy-Prediction-Id", equalTo(id)).body("id", equalTo(id));

    PredictionLogged logged = logged(id);
    assertThat(logged.getModel()).isEqualTo("first");
    assertThat(logged.getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(logged.getArm()).isEqualTo("1");
    assertThat(logged.getAnsweredBy()).isEqualTo("1");
    assertThat(logged.getRouteRevision()).isEqualTo(1);
    assertThat(logged.getRows()).isEqualTo(1);
    assertThat(logged.getUnitHash().size()).isEqualTo(16);
    assertThat(logged.getProbabilities(0).getProbability()).isEqualTo(1);
    assertThat(TensorValues.parseFrom(logged.getInputs()).getTensors(0).getNumbers(0)).isZero();
    assertThat(logged.getScores(0).getStatus()).isEqualTo(ScoreStatus.ANSWERED);
    assertThat(logged.getScores(0).getOutputs(0).getNumbers(0)).isEqualTo(0.5);
  }

  @Test
  void aShadowIsLoggedAsExpectedAndItsScoreFollows() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(1));
    VersionRef two = upload("2", Graphs.sigmoid(2));
    publish(
        Published.model(PROJECT, "shadowed").setCommitted(Published.shadow(3, one, two)).build());
    awaitLive("shadowed", 3);

    String id =
        infer("shadowed", "[1]")
            .statusCode(200)
            .body("model_version", equalTo("1"))
            .extract()
            .path("parameters.prediction_id");

    await().untilAsserted(() -> assertThat(events(id)).hasSize(2));
    List<PredictionEvent> events = events(id);
    PredictionLogged logged = events.getFirst().getLogged();
    assertThat(logged.getMode()).isEqualTo(RouteMode.SHADOW);
    assertThat(logged.getTestId()).isEqualTo("r1-test");
    assertThat(logged.getScoresList())
        .extracting(VersionScore::getStatus)
        .containsExactly(ScoreStatus.ANSWERED, ScoreStatus.EXPECTED);
    VersionScore shadow = events.getLast().getShadow().getScore();
    assertThat(shadow.getVersion()).isEqualTo("2");
    assertThat(shadow.getStatus()).isEqualTo(ScoreStatus.ANSWERED);
    assertThat(shadow.getOutputs(0).getNumbers(0)).isGreaterThan(0.85);
  }

  @Test
  void aFailingCandidateOfASplitIsReplacedByTheCurrentVersion() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(1));
    VersionRef two = upload("2", Graphs.failsOutsideZeroAndOne());
    publish(
        Published.model(PROJECT, "split").setCommitted(Published.split(4, one, two, 1.0)).build());
    awaitLive("split", 4);

    infer("split", "[1]").statusCode(200).body("model_version", equalTo("2"));
    String id =
        infer("split", "[7]")
            .statusCode(200)
            .body("model_version", equalTo("1"))
            .body("parameters.arm", equalTo("2"))
            .extract()
            .path("parameters.prediction_id");

    PredictionLogged logged = logged(id);
    assertThat(logged.getArm()).isEqualTo("2");
    assertThat(logged.getAnsweredBy()).isEqualTo("1");
    assertThat(logged.getScoresList())
        .extracting(score -> score.getVersion() + " " + score.getStatus())
        .containsExactly("2 FAILED", "1 ANSWERED");
    assertThat(logged.getScores(0).getErrorClass()).isEqualTo("runtime");
  }

  @Test
  void aFailureOfTheOnlyVersionIsToldAndLogged() throws Exception {
    VersionRef one = upload("1", Graphs.failsOutsideZeroAndOne());
    publish(Published.model(PROJECT, "failing").setCommitted(Published.single(1, one)).build());
    awaitLive("failing", 1);

    Response failed =
        infer("failing", "[7]")
            .statusCode(500)
            .body("error", containsString("failed"))
            .extract()
            .response();

    PredictionLogged logged = logged(failed.header("Understudy-Prediction-Id"));
    assertThat(logged.getAnsweredBy()).isEmpty();
    assertThat(logged.getScores(0).getStatus()).isEqualTo(ScoreStatus.FAILED);
  }

  @Test
  void aCandidateThatCannotBeLoadedIsReportedAndTheOldRouteStays() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(1));
    VersionRef broken = upload("2", "no model at all".getBytes(UTF_8));
    RoutePublished.Builder model =
        Published.model(PROJECT, "guarded").setCommitted(Published.single(1, one));
    publish(model.build());
    awaitLive("guarded", 1);

    publish(model.setPrepared(Published.shadow(2, one, broken)).build());

    await().untilAsserted(() -> assertThat(state("guarded").getFailuresList()).hasSize(1));
    assertThat(state("guarded").getFailures(0).getRevision()).isEqualTo(2);
    assertThat(state("guarded").getFailures(0).getVersion()).isEqualTo("2");
    assertThat(state("guarded").getFailures(0).getReason()).contains("format");
    assertThat(state("guarded").getPreparedRevision()).isZero();
    infer("guarded", "[0]").statusCode(200).body("model_version", equalTo("1"));
  }

  @Test
  void theProtocolsOtherPathsAnswer() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(1));
    publish(Published.model(PROJECT, "described").setCommitted(Published.single(1, one)).build());
    awaitLive("described", 1);

    given().get("/v2").then().statusCode(200).body("name", equalTo("understudy"));
    given().get("/v2/").then().statusCode(200);
    given().get("/v2/health/live").then().statusCode(200).body("live", equalTo(true));
    given().get("/v2/health/ready").then().statusCode(200).body("ready", equalTo(true));
    given().get("/q/health/ready").then().statusCode(200);
    given()
        .get("/v2/models/described")
        .then()
        .statusCode(200)
        .body("platform", equalTo("onnx_onnxv1"))
        .body("versions", hasItem("1"))
        .body("inputs[0].name", equalTo("x"))
        .body("inputs[0].shape", hasItems(-1))
        .body("outputs[0].datatype", equalTo("FP32"));
    given().get("/v2/models/described/versions/1").then().statusCode(200);
    given().get("/v2/models/described/versions/9").then().statusCode(404);
    given()
        .get("/v2/models/described/ready/")
        .then()
        .statusCode(200)
        .body("name", equalTo("described"))
        .body("ready", equalTo(true));
    given()
        .get("/v2/models/nobody/ready")
        .then()
        .statusCode(404)
        .body("error", containsString("nobody"));
    given().get("/v2/elsewhere").then().statusCode(404).body("error", containsString("nothing"));
    given()
        .get("/v2/models/described/infer")
        .then()
        .statusCode(405)
        .header("Allow", "POST")
        .body("error", containsString("POST"));
  }

  @Test
  void aVersionInThePathIsPinnedAndCountsForNoTest() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(1));
    VersionRef two = upload("2", Graphs.sigmoid(2));
    publish(Published.model(PROJECT, "pinned").setCommitted(Published.shadow(2, one, two)).build());
    awaitLive("pinned", 2);

    String id =
        infer("pinned/versions/2", "[0]")
            .statusCode(200)
            .body("model_version", equalTo("2"))
            .extract()
            .path("parameters.prediction_id");
    infer("pinned/versions/3", "[0]").statusCode(404).body("error", containsString("'3'"));

    PredictionLogged logged = logged(id);
    assertThat(logged.getPinned()).isTrue();
    assertThat(logged.getTestId()).isEmpty();
    assertThat(logged.getScoresCount()).isEqualTo(1);
  }

  @Test
  void aPmmlDocumentIsServedLikeAnyVersion() throws Exception {
    VersionRef one = upload("1", Documents.pmml(2).getBytes(UTF_8));
    publish(Published.model(PROJECT, "pmml").setCommitted(Published.single(1, one)).build());
    awaitLive("pmml", 1);

    given().get("/v2/models/pmml").then().body("platform", equalTo("pmml_pmml4s"));
    infer("pmml", "[1]").statusCode(200).body("outputs[0].data", equalTo(List.of(0.8807971f)));
  }

  @Test
  void theModelOfAnotherServerIsServedAsAVersion() throws Exception {
    VersionRef there = upload("7", Graphs.sigmoid(2));
    publish(Published.model(PROJECT, "far").setCommitted(Published.single(1, there)).build());
    awaitLive("far", 1);
    VersionRef here = upload("1", Documents.remote(self, "far", "7").getBytes(UTF_8));

    publish(Published.model(PROJECT, "near").setCommitted(Published.single(1, here)).build());
    awaitLive("near", 1);

    given().get("/v2/models/near").then().body("platform", equalTo("remote_openinference"));
    infer("near", "[1]")
        .statusCode(200)
        .body("model_version", equalTo("1"))
        .body("outputs[0].data", equalTo(List.of(0.8807971f)));
  }

  @Test
  void theModelOfAnotherServerIsCalledOverGrpcToo() throws Exception {
    VersionRef there = upload("7", Graphs.sigmoid(2));
    publish(Published.model(PROJECT, "far-grpc").setCommitted(Published.single(1, there)).build());
    awaitLive("far-grpc", 1);
    URI grpc = URI.create("grpc://" + self.getHost() + ":" + gateway.grpcPort());
    VersionRef here = upload("1", Documents.remote(grpc, "far-grpc", "7").getBytes(UTF_8));

    publish(Published.model(PROJECT, "near-grpc").setCommitted(Published.single(1, here)).build());
    awaitLive("near-grpc", 1);

    infer("near-grpc", "[1]")
        .statusCode(200)
        .body("model_version", equalTo("1"))
        .body("outputs[0].data", equalTo(List.of(0.8807971f)));
  }

  @Test
  void aScoreIsExplainedByItsInputsAndNotLogged() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(2));
    publish(Published.model(PROJECT, "explained").setCommitted(Published.single(1, one)).build());
    awaitLive("explained", 1);
    String rows =
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[%d],\"datatype\":\"FP32\",\"data\":%s}]}";

    explain("explained", rows.formatted(1, "[1]"))
        .statusCode(200)
        .body("model_version", equalTo("1"))
        .body("output", equalTo("p"))
        .body("method", equalTo("exact"))
        .body("base", equalTo(0.5f))
        .body("score", equalTo(0.8807971f))
        .body("contributions.input", equalTo(List.of("x")))
        .body("contributions[0].value", equalTo(0.3807971f));
    explain("explained/versions/1", rows.formatted(2, "[0, 1]"))
        .statusCode(200)
        .body("base", equalTo(0.8807971f))
        .body("score", equalTo(0.5f));
    explain("explained", rows.formatted(3, "[0, 1, 2]"))
        .statusCode(400)
        .body("error", containsString("3 rows"));
    explain("explained", "{\"parameters\":{\"timeout\":1}," + rows.formatted(1, "[1]").substring(1))
        .statusCode(504)
        .body("error", containsString("the time that the request gives"));
    explain(
            "explained",
            "{\"parameters\":{\"timeout\":2000000}," + rows.formatted(1, "[1]").substring(1))
        .statusCode(200);
    explain(
            "explained",
            "{\"outputs\":[{\"name\":\"p\",\"parameters\":{\"classification\":1}}],"
                + rows.formatted(1, "[1]").substring(1))
        .statusCode(400)
        .body("error", containsString("classes are not explained"));
    String binary =
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\","
            + "\"parameters\":{\"binary_data_size\":4}}]}";
    given()
        .header("Inference-Header-Content-Length", binary.length())
        .contentType("application/octet-stream")
        .body((binary + "\0\0\u0080\u003f").getBytes(ISO_8859_1))
        .post("/v2/models/explained/explain")
        .then()
        .statusCode(200)
        .body("contributions[0].value", equalTo(0.3807971f));
    explain("explained/versions/9", rows.formatted(1, "[1]")).statusCode(404);
    explain("nobody", rows.formatted(1, "[1]")).statusCode(404);
    given().get("/v2/models/explained/explain").then().statusCode(405).header("Allow", "POST");
    assertThat(topics().read(Topic.PREDICTIONS, null))
        .noneMatch(record -> new String(record, UTF_8).contains("explained"));
  }

  private static ValidatableResponse explain(String path, String body) {
    return given().body(body).post("/v2/models/" + path + "/explain").then();
  }

  @Test
  void badRequestsAreRefusedInTheProtocolsForm() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(1));
    publish(Published.model(PROJECT, "strict").setCommitted(Published.single(1, one)).build());
    awaitLive("strict", 1);

    post("nobody", body("[0]")).statusCode(404).body("error", containsString("'nobody'"));
    post("strict", "{").statusCode(400).body("error", containsString("JSON"));
    post("strict", "[".repeat(50)).statusCode(400).body("error", containsString("JSON object"));
    post("strict", "{\"deep\":" + "[".repeat(50))
        .statusCode(400)
        .body("error", containsString("deeper than 16"));
    post("strict", body("[\"ten\"]")).statusCode(400).body("error", containsString("x[0]"));
    post("strict", body("[0]") + " ".repeat(2 << 20))
        .statusCode(413)
        .body("error", containsString("1048576"));
    given()
        .header("Content-Encoding", "br")
        .body(body("[0]"))
        .post("/v2/models/strict/infer")
        .then()
        .statusCode(415)
        .body("error", containsString("encoding"));
    post("strict", body("[0]")).statusCode(200);
  }

  @Test
  void whatWasAnsweredIsCountedAndLogged() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(1));
    publish(Published.model(PROJECT, "counted").setCommitted(Published.single(7, one)).build());
    awaitLive("counted", 7);

    for (int i = 0; i < 5; i++) {
      post(
              "counted",
              "{\"id\":\"mine\",\"inputs\":[{\"name\":\"x\",\"shape\":[2],"
                  + "\"datatype\":\"FP32\",\"data\":[0,1]}]}")
          .statusCode(200)
          .body("id", equalTo("mine"));
    }

    await()
        .untilAsserted(
            () ->
                given()
                    .get("/q/metrics")
                    .then()
                    .statusCode(200)
                    .body(
                        containsString(
                            "gateway_inference_total{code=\"answered\",mode=\"single\","
                                + "model=\"counted\",protocol=\"rest\",role=\"current\","
                                + "version=\"1\"} 5.0"))
                    .body(
                        containsString(
                            "gateway_inference_seconds_bucket{mode=\"single\",model=\"counted\""))
                    .body(
                        containsString(
                            "gateway_assignment_total{mode=\"single\",model=\"counted\""))
                    .body(
                        containsString(
                            "gateway_log_events_total{event=\"prediction\",result=\"logged\"}"))
                    .body(containsString("gateway_route_generation{model=\"counted\"} 7.0")));
  }

  @Test
  void nobodysTraceIsPassedOnWhereTracingIsOff() throws Exception {
    try (FarServer far = new FarServer()) {
      far.answers();
      VersionRef one = upload("1", Documents.remote(far.address(), "m", "1").getBytes(UTF_8));
      publish(Published.model(PROJECT, "untraced").setCommitted(Published.single(1, one)).build());
      awaitLive("untraced", 1);

      String id =
          given()
              .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
              .body(body("[1]"))
              .post("/v2/models/untraced/infer")
              .then()
              .statusCode(200)
              .extract()
              .path("parameters.prediction_id");

      assertThat(far.headers()).isNotEmpty().allMatch(Map::isEmpty);
      await().untilAsserted(() -> assertThat(events(id)).isNotEmpty());
      assertThat(topics().headers(Topic.PREDICTIONS, id).getFirst().lastHeader("traceparent"))
          .isNull();
    }
  }

  @Test
  void whileTheOtherServerIsAwayCallersAreToldToTryAgain() throws Exception {
    try (FarServer far = new FarServer()) {
      far.answers();
      VersionRef one = upload("1", Documents.remote(far.address(), "m", "1").getBytes(UTF_8));
      publish(Published.model(PROJECT, "away").setCommitted(Published.single(1, one)).build());
      awaitLive("away", 1);
    }

    infer("away", "[1]")
        .statusCode(503)
        .header("Retry-After", notNullValue())
        .body("error", containsString("cannot be reached now"));
  }

  @Test
  void aRequestOverGrpcIsAnsweredAndLoggedAsOneOverHttpIs() throws Exception {
    VersionRef one = upload("1", Graphs.sigmoid(1));
    publish(Published.model(PROJECT, "called").setCommitted(Published.single(1, one)).build());
    awaitLive("called", 1);
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();

    ModelInferResponse answered;
    try {
      answered =
          GRPCInferenceServiceGrpc.newBlockingStub(channel)
              .modelInfer(
                  ModelInferRequest.newBuilder()
                      .setModelName("called")
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

    assertThat(answered.getRawOutputContents(0).asReadOnlyByteBuffer().order(LITTLE_ENDIAN))
        .returns(0.5f, ByteBuffer::getFloat);
    String id = answered.getParametersOrThrow("prediction_id").getStringParam();
    PredictionLogged logged = logged(id);
    assertThat(logged.getModel()).isEqualTo("called");
    assertThat(logged.getAnsweredBy()).isEqualTo("1");
    assertThat(TensorValues.parseFrom(logged.getInputs()).getTensors(0).getNumbers(0)).isZero();
  }

  private ValidatableResponse infer(String path, String data) {
    return post(path, body(data));
  }

  private static ValidatableResponse post(String path, String body) {
    return given().body(body).post("/v2/models/" + path + "/infer").then();
  }

  private static String body(String data) {
    return "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":%s}]}"
        .formatted(data);
  }

  private GatewayTopics topics() {
    return new GatewayTopics(kafka, registry);
  }

  private VersionRef upload(String version, byte[] content) throws Exception {
    return topics().upload(version, content);
  }

  private void publish(RoutePublished route) throws Exception {
    topics().publish(route);
  }

  private void awaitLive(String model, long revision) {
    topics().awaitLive(model, revision);
  }

  private ModelState state(String model) throws InvalidProtocolBufferException {
    return topics().state(model);
  }

  private PredictionLogged logged(String id) throws InvalidProtocolBufferException {
    return topics().logged(id);
  }

  private List<PredictionEvent> events(String id) throws InvalidProtocolBufferException {
    return topics().events(id);
  }
}
