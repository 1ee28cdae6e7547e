package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Boots the registry with real parts: what people ask of routes and rollouts, and may not. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class RolloutApiTest {
  private FakeGateway gateway;

  @BeforeEach
  void open() {
    gateway = FakeGateway.that(FakeGateway.Manner.PREPARES);
  }

  @AfterEach
  void close() throws InterruptedException {
    gateway.close();
  }

  @Test
  void aModelIsDeployedOnceByHand() {
    Api api = deployed();

    problem(api.deploy("2"), 409, "conflict");
    problem(api.deploy("1"), 409, "conflict");
  }

  @Test
  void anUnknownVersionIsNotDeployed() {
    problem(Api.withTwoVersions().deploy("3"), 400, "invalid-request")
        .then()
        .body("field", equalTo("version"));
  }

  @Test
  void aRolloutNeedsAModelThatIsServed() {
    problem(Api.withTwoVersions().start("2", Api.SHADOW, "null"), 409, "conflict");
  }

  @Test
  void aModelHasOneLiveRollout() {
    Api api = deployed();
    api.start("2", Api.SHADOW, Api.SPLIT).then().statusCode(201);

    problem(api.start("2", Api.SHADOW, Api.SPLIT), 409, "live-rollout");
  }

  @Test
  void ofManyRolloutsThatAreStartedAtOnceOneLives() throws Exception {
    Api api = deployed();
    Callable<Integer> start = () -> api.start("2", Api.SHADOW, "null").statusCode();

    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> answers =
          threads.invokeAll(IntStream.range(0, 4).mapToObj(i -> start).toList());

      assertThat(answers).extracting(Future::get).containsExactlyInAnyOrder(201, 409, 409, 409);
    }
    api.list().then().body("items", hasSize(1));
  }

  @Test
  void theCurrentVersionIsNoCandidateAndAnUnknownOneNeither() {
    Api api = deployed();

    problem(api.start("1", Api.SHADOW, "null"), 400, "invalid-request")
        .then()
        .body("field", equalTo("candidate"));
    problem(api.start("9", Api.SHADOW, "null"), 400, "invalid-request")
        .then()
        .body("field", equalTo("candidate"));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "-0.5", "1.5", "1e999"})
  void aShareOutsideOfItsRangeIsRefused(String share) {
    Api api = deployed();
    String split = Api.SPLIT.replace("0.5", share);

    problem(api.start("2", "null", split), 400, "invalid-request")
        .then()
        .body("field", equalTo("split.share"));
    api.list().then().body("items", hasSize(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "customer | null | split.unit_key",
        "input:Nothing | null | split.unit_key",
        "header:X-Customer | \"Nothing\" | split.kpi.covariate",
        "header:X-Customer | \"Home\" | split.kpi.covariate"
      })
  void aUnitKeyAndACovariateAreThoseOfARequest(String unitKey, String covariate, String field) {
    Api api = deployed();

    problem(api.start("2", "null", sticky(unitKey, covariate)), 400, "invalid-request")
        .then()
        .body("field", equalTo(field));
    api.list().then().body("items", hasSize(0));
  }

  @Test
  void aCovariateThatTheLogHidesIsRefused() {
    Api api = deployed();
    Api.json("{\"log\": {\"fields\": [{\"input\": \"Amount\", \"treatment\": \"REDACTED\"}]}}")
        .header("If-Match", "*")
        .put(api.model() + "/serving")
        .then()
        .statusCode(200);

    problem(
            api.start("2", "null", sticky("header:X-Customer", "\"Amount\"")),
            400,
            "invalid-request")
        .then()
        .body("field", equalTo("split.kpi.covariate"))
        .body("detail", containsString("log.fields"));
  }

  @Test
  void aShadowGoesBeforeASplitByUnitAndOnlyTheSplitsRouteHasItsKey() {
    Api api = deployed();
    String id =
        api.start("2", Api.SHADOW, sticky("header:X-Customer", "\"Amount\""))
            .then()
            .statusCode(201)
            .body("unit_key", equalTo("header:x-customer"))
            .body("tests[1].definition.by_unit", equalTo(true))
            .body("tests[1].definition.primary.covariate", equalTo("Amount"))
            .extract()
            .path("id");
    await().untilAsserted(() -> assertThat(api.state(id)).isEqualTo("SHADOW"));
    assertThat(lastRoute(api).getUnitKey()).isEmpty();

    try (FakeJudge judge = new FakeJudge()) {
      judge.says(FakeJudge.about(api, id, "SHADOW").build());
    }

    await().untilAsserted(() -> assertThat(api.state(id)).isEqualTo("SPLIT"));
    assertThat(lastRoute(api).getUnitKey()).isEqualTo("header:x-customer");
    assertThat(lastRoute(api).getMode()).isEqualTo(RouteMode.SPLIT);
  }

  private static Route lastRoute(Api api) {
    return TopicReader.all(
            Topic.ROUTES,
            RoutePublished.parser(),
            key -> key.equals(Topic.modelKey(api.project, "credit-risk")))
        .getLast()
        .event()
        .getCommitted();
  }

  private static String sticky(String unitKey, String covariate) {
    return Api.SPLIT
        .replace("\"share\"", "\"unit_key\": \"%s\", \"share\"".formatted(unitKey))
        .replace("\"centre\"", "\"covariate\": %s, \"centre\"".formatted(covariate));
  }

  @Test
  void aPersonWidensOnlyARunningSplitByTheNextShareAndOnFreshEvidence() {
    Api api = deployed();
    // Nobody but the person may widen it within a day.
    String ramp = Api.RAMP.replace("PT0.5S", "P1D");
    String id = api.start("2", "null", ramp).then().statusCode(201).extract().path("id");
    await().untilAsserted(() -> assertThat(api.state(id)).isEqualTo("SPLIT"));

    problem(api.widen(id, null, 0.25), 428, "precondition-required");
    problem(api.widen(id, "\"0\"", 0.25), 412, "stale");
    problem(api.widen(id, "*", 0.25), 409, "conflict")
        .then()
        .body("detail", containsString("no evaluation"));
    problem(api.widen(id, "*", 0.5), 400, "invalid-request").then().body("field", equalTo("share"));
    problem(api.widen(id, "*", 0.01), 400, "invalid-request")
        .then()
        .body("detail", containsString("stop the rollout"));
    try (FakeJudge judge = new FakeJudge()) {
      judge.says(FakeJudge.goesOn(api, id, 0, 1).setLogTimeMs(1_700_000_000_000L).build());
      awaitLatest(api, id, 1);
      problem(api.widen(id, "*", 0.25), 409, "conflict")
          .then()
          .body("detail", containsString("2023-11-14"));
      judge.says(FakeJudge.goesOn(api, id, 0, 2).setVerdict(Verdict.HOLD).build());
      awaitLatest(api, id, 2);
      problem(api.widen(id, "*", 0.25), 409, "conflict")
          .then()
          .body("detail", containsString("HOLD"));
      judge.says(FakeJudge.goesOn(api, id, 0, 3).build());
      awaitLatest(api, id, 3);
      api.rollout(id).then().body("tests[0]", hasKey("widens_from"));
      api.widen(id, "*", 0.25).then().statusCode(200);
    }
    await()
        .untilAsserted(
            () -> assertThat((Float) api.rollout(id).path("tests[0].share")).isEqualTo(0.25f));
  }

  private static void awaitLatest(Api api, String id, int number) {
    await()
        .untilAsserted(
            () ->
                assertThat((Integer) api.rollout(id).path("tests[0].latest.number"))
                    .isEqualTo(number));
  }

  @Test
  void onlyARolloutThatWaitsAfterItsCalibrationIsConfirmed() {
    Api api = deployed();
    String id = api.start("2", Api.SHADOW, "null").then().statusCode(201).extract().path("id");

    problem(api.confirm(id, null), 428, "precondition-required");
    problem(api.confirm(id, "\"0\""), 412, "stale");
    problem(api.confirm(id, "*"), 409, "conflict")
        .then()
        .body("detail", containsString("only one that is CALIBRATED waits"));
  }

  @Test
  void aCalibrationThatCannotBeIsRefusedByItsField() {
    Api api = deployed();

    problem(
            api.start("2", Api.SHADOW, "null, \"calibration\": {\"units\": 5}"),
            400,
            "invalid-request")
        .then()
        .body("field", equalTo("calibration.units"));
    problem(
            api.start("2", Api.SHADOW, "null, \"calibration\": {\"minimum_units\": 99}"),
            400,
            "invalid-request")
        .then()
        .body("field", equalTo("calibration.minimum_units"));
  }

  @Test
  void aPlanWithoutAStageIsRefused() {
    problem(deployed().start("2", "null", "null"), 400, "invalid-request");
  }

  @Test
  void aFieldThatIsNotKnownIsNamed() {
    Api api = deployed();
    String shadow = Api.SHADOW.replace("\"minimum_effect\"", "\"minimal_effect\"");

    problem(api.start("2", shadow, "null"), 400, "invalid-request")
        .then()
        .body("field", equalTo("shadow.kpi.minimal_effect"));
  }

  @Test
  void aPersonStopsTheStateThatTheySaw() {
    Api api = deployed();
    String id = api.start("2", Api.SHADOW, Api.SPLIT).then().statusCode(201).extract().path("id");
    await().untilAsserted(() -> assertThat(api.state(id)).isEqualTo("SHADOW"));
    String before = api.rollout(id).header("ETag");
    // Shadow and split are the states that stay until somebody speaks.
    try (FakeJudge judge = new FakeJudge()) {
      judge.says(FakeJudge.about(api, id, "SHADOW").build());
    }
    await().untilAsserted(() -> assertThat(api.state(id)).isEqualTo("SPLIT"));
    String now = api.rollout(id).header("ETag");

    problem(api.stop(id, null), 428, "precondition-required");
    problem(api.stop(id, "\"0\""), 412, "stale");
    problem(api.stop(id, before), 412, "stale");
    api.stop(id, now).then().statusCode(200).body("state", equalTo("STOPPED"));

    api.rollout(id).then().body("reason", equalTo("seen enough"));
    problem(api.stop(id, "*"), 409, "conflict");
    api.route()
        .then()
        .body("committed.mode", equalTo("SINGLE"))
        .body("committed.current.version", equalTo("1"));
  }

  @Test
  void stoppingNeedsAReasonAndARolloutOfThisModel() {
    Api api = deployed();
    Api other = deployed();
    String id = other.start("2", Api.SHADOW, "null").then().statusCode(201).extract().path("id");

    problem(api.stop(id, "*"), 404, "not-found");
    problem(
        Api.json("{\"reason\": \" \"}")
            .header("If-Match", "*")
            .post(other.model() + "/rollouts/{id}/stop", id),
        400,
        "invalid-request");
  }

  @Test
  void gatewaysAreShownAsTheyReport() {
    Api api = deployed();

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                io.restassured.RestAssured.given()
                    .get("/v1/gateways")
                    .then()
                    .body(
                        "items.find { it.gateway_id == '%s' }.live".formatted(gateway.id()),
                        equalTo(true))
                    .body(
                        ("items.find { it.gateway_id == '%s' }"
                                + ".models.find { it.project == '%s' }.live_revision")
                            .formatted(gateway.id(), api.project),
                        equalTo(1)));
  }

  private static Api deployed() {
    Api api = Api.withTwoVersions();
    api.deploy("1").then().statusCode(202);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> assertThat((String) api.route().path("committed.mode")).isEqualTo("SINGLE"));
    return api;
  }

  private static Response problem(Response answer, int status, String type) {
    answer.then().statusCode(status).body("type", equalTo("urn:understudy:problem:" + type));
    return answer;
  }
}
