package dev.understudy.gateway;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.understudy.contracts.v1.CandidateShare;
import dev.understudy.contracts.v1.Fallback;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Segment;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.contracts.v1.StatedAnswer;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.gateway.hotswap.Published;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.KafkaResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who answers whom, over HTTP and a real broker. It boots Quarkus because the header has to find
 * its way from the wire to the assignment, and the assignment to the log.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
class RoutingQuarkusTest {
  private static final String PROJECT = "routed";

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @ConfigProperty(name = "understudy.registry-url")
  URI registry;

  private GatewayTopics topics;
  private VersionRef one;
  private VersionRef two;

  @BeforeEach
  void open() throws Exception {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    topics = new GatewayTopics(kafka, registry);
    one = topics.upload("1", Graphs.sigmoid(1));
    two = topics.upload("2", Graphs.sigmoid(2));
  }

  /**
   * The expected arms are computed by Python's hashlib from the salt and the customers' names, so
   * every gateway, and each after every restart, has to give the same.
   */
  @Test
  void aCustomerKeepsItsArmForEver() throws Exception {
    serve("sticky", split(0.5).setSalt("6f1c").setUnitKey("header:X-Customer").build());

    for (int round = 0; round < 2; round++) {
      assertThat(IntStream.rangeClosed(1, 12).mapToObj(i -> arm("sticky", "customer-" + i)))
          .containsExactly("1", "2", "1", "2", "2", "1", "1", "2", "2", "1", "1", "2");
    }
    PredictionLogged first = logged(customer("customer-1"), "sticky");
    PredictionLogged again = logged(customer("customer-1"), "sticky");
    PredictionLogged other = logged(customer("customer-2"), "sticky");
    assertThat(first.getUnitHash()).isEqualTo(again.getUnitHash());
    assertThat(first.getUnitHash()).isNotEqualTo(other.getUnitHash());
    assertThat(first.getTestId()).isEqualTo("r1-test");
  }

  @Test
  void severalCandidatesShareASplitAndEveryProbabilityIsLogged() throws Exception {
    VersionRef three = topics.upload("3", Graphs.sigmoid(3));
    serve("contest", split(0.3).addCandidates(share(three, 0.25)).build());

    PredictionLogged logged = logged(given(), "contest");

    assertThat(logged.getProbabilitiesList())
        .extracting(arm -> "%s %.2f".formatted(arm.getVersion(), arm.getProbability()))
        .containsExactly("1 0.45", "2 0.30", "3 0.25");
  }

  @Test
  void everyShadowIsSampledByItsOwnFraction() throws Exception {
    VersionRef three = topics.upload("3", Graphs.sigmoid(3));
    serve(
        "rehearsal",
        Published.shadow(1, one, two).toBuilder().addCandidates(share(three, 0)).build());

    PredictionLogged logged = logged(given(), "rehearsal");

    assertThat(logged.getScoresList())
        .extracting(score -> score.getVersion() + " " + score.getStatus())
        .containsExactlyInAnyOrder("1 ANSWERED", "2 EXPECTED", "3 NOT_SAMPLED");
  }

  private static CandidateShare share(VersionRef version, double share) {
    return CandidateShare.newBuilder().setVersion(version).setShare(share).build();
  }

  @Test
  void aRequestWithoutTheKeyCountsForNoTestAndIsCounted() throws Exception {
    serve("anonymous", split(1).setUnitKey("header:X-Customer").build());

    PredictionLogged logged = logged(given(), "anonymous");

    assertThat(logged.getArm()).isEqualTo("1");
    assertThat(logged.getTestId()).isEmpty();
    assertThat(logged.getUnitHash().isEmpty()).isTrue();
    assertThat(logged.getMode()).isEqualTo(RouteMode.SINGLE);
    given()
        .get("/q/metrics")
        .then()
        .body(
            containsString(
                "gateway_untested_total{model=\"anonymous\"," + "reason=\"no_unit\"} 1.0"));
  }

  @Test
  void segmentsAndTheHoldOutAreLoggedAndCountForNoTest() throws Exception {
    serve(
        "fenced",
        split(1)
            .setSalt("6f1c")
            .setUnitKey("header:X-Customer")
            .setHoldOut(0.1)
            .addSegments(
                Segment.newBuilder()
                    .setName("staff")
                    .setSource("header:X-Staff")
                    .addValues("yes")
                    .setVersion(one))
            .build());

    PredictionLogged staff = logged(customer("customer-1").header("X-Staff", "yes"), "fenced");
    PredictionLogged heldOut = logged(customer("customer-13"), "fenced");
    PredictionLogged tested = logged(customer("customer-1"), "fenced");

    assertThat(staff.getSegment()).isEqualTo("staff");
    assertThat(staff.getArm()).isEqualTo("1");
    assertThat(staff.getTestId()).isEmpty();
    assertThat(heldOut.getHeldOut()).isTrue();
    assertThat(heldOut.getArm()).isEqualTo("1");
    assertThat(heldOut.getTestId()).isEmpty();
    assertThat(tested.getArm()).isEqualTo("2");
    assertThat(tested.getTestId()).isEqualTo("r1-test");
    assertThat(tested.getHeldOut()).isFalse();
  }

  @Test
  void theRowsOfARequestMustBelongToOneUnit() throws Exception {
    serve("torn", split(0.5).setUnitKey("input:x").build());

    infer(given(), "torn", "[1, 2]")
        .statusCode(400)
        .body("error", containsString("input:x"))
        .header("Understudy-Prediction-Id", nullValue());
    infer(given(), "torn", "[1, 1]").statusCode(200);
  }

  @Test
  void theFallbackVersionAnswersMarkedAsSuch() throws Exception {
    VersionRef broken = topics.upload("3", Graphs.failsOutsideZeroAndOne());
    topics.publish(
        Published.model(PROJECT, "helped")
            .setCommitted(Published.single(1, broken))
            .setServing(
                ServingPolicy.newBuilder().setFallback(Fallback.newBuilder().setVersion(one)))
            .build());
    topics.awaitLive("helped", 1);

    PredictionLogged logged =
        topics.logged(
            infer(given(), "helped", "[7]")
                .statusCode(200)
                .body("model_version", equalTo("1"))
                .body("parameters.fallback", equalTo("previous version 1"))
                .extract()
                .path("parameters.prediction_id"));

    assertThat(logged.getFallback()).isTrue();
    assertThat(logged.getArm()).isEqualTo("3");
    assertThat(logged.getAnsweredBy()).isEqualTo("1");
    assertThat(logged.getScoresList())
        .extracting(VersionScore::getStatus)
        .containsExactly(ScoreStatus.FAILED, ScoreStatus.ANSWERED);
  }

  @Test
  void theStatedAnswerIsMarkedAsSuch() throws Exception {
    VersionRef broken = topics.upload("3", Graphs.failsOutsideZeroAndOne());
    topics.publish(
        Published.model(PROJECT, "stated")
            .setCommitted(Published.single(1, broken))
            .setServing(
                ServingPolicy.newBuilder()
                    .setFallback(
                        Fallback.newBuilder()
                            .setStated(
                                StatedAnswer.newBuilder()
                                    .addOutputs(
                                        TensorValue.newBuilder()
                                            .setName("p")
                                            .setDatatype("FP32")
                                            .addShape(1)
                                            .addNumbers(0.25)))))
            .build());
    topics.awaitLive("stated", 1);

    PredictionLogged logged =
        topics.logged(
            infer(given(), "stated", "[7, 8]")
                .statusCode(200)
                .body("outputs[0].data", equalTo(List.of(0.25f, 0.25f)))
                .body("parameters.fallback", equalTo("stated answer"))
                .body("model_version", nullValue())
                .extract()
                .path("parameters.prediction_id"));

    assertThat(logged.getFallback()).isTrue();
    assertThat(logged.getAnsweredBy()).isEmpty();
    assertThat(logged.getScores(0).getStatus()).isEqualTo(ScoreStatus.FAILED);
  }

  private Route.Builder split(double share) {
    return Published.split(1, one, two, share).toBuilder();
  }

  private void serve(String model, Route route) throws Exception {
    topics.publish(Published.model(PROJECT, model).setCommitted(route).build());
    topics.awaitLive(model, route.getRevision());
  }

  private static RequestSpecification customer(String name) {
    return given().header("X-Customer", name);
  }

  private String arm(String model, String customer) {
    return infer(customer(customer), model, "[0]").statusCode(200).extract().path("parameters.arm");
  }

  private PredictionLogged logged(RequestSpecification request, String model) throws Exception {
    return topics.logged(
        infer(request, model, "[0]").statusCode(200).extract().path("parameters.prediction_id"));
  }

  private static ValidatableResponse infer(
      RequestSpecification request, String model, String data) {
    return request
        .body(
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[%d],\"datatype\":\"FP32\",\"data\":%s}]}"
                .formatted(data.split(",").length, data))
        .post("/v2/models/" + model + "/infer")
        .then();
  }
}
