package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;

import dev.understudy.contracts.Digest;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.CalibratedTest;
import dev.understudy.contracts.v1.Calibration;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Boots the registry with a real broker and a real database: figures pass through both. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class CalibrationStoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String OPEN_SHADOW =
      Api.SHADOW.replace(", \"slow_threshold\": \"PT0.05S\"", "");
  private static final String OPEN_SPLIT = Api.SPLIT.replace(", \"centre\": 0.7", "");

  private FakeGateway gateway;
  private FakeJudge judge;

  @BeforeEach
  void open() {
    gateway = FakeGateway.that(FakeGateway.Manner.PREPARES);
    judge = new FakeJudge();
  }

  @AfterEach
  void close() throws InterruptedException {
    judge.close();
    gateway.close();
  }

  private static RolloutEvaluated.Builder measured(Api api, String id) {
    RolloutEvaluated.Builder said =
        FakeJudge.about(api, id, "CALIBRATION").clearEvidence().setVerdict(Verdict.CONTINUE);
    Calibration.Builder figures = Calibration.newBuilder().setUnits(5_000).setElapsedMs(3_600_000);
    for (String test : List.of("-shadow", "-split", "-watch")) {
      figures.addTests(
          CalibratedTest.newBuilder()
              .setTestId(id + test)
              .setKnownUnits(1_000)
              .setMean(0.82)
              .setCap(1)
              .setSlowThresholdUs(42_000)
              .setExpectedUnits(9_000)
              .setExpectedMs(90_000_000)
              .addWords("accuracy of version 1 is 0.8200"));
    }
    return said.setCalibration(figures);
  }

  private String calibrating(Api api) {
    api.deploy("1").then().statusCode(202);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat((String) api.route().path("committed.mode")).isEqualTo("SINGLE"));
    String id =
        api.start("2", OPEN_SHADOW, OPEN_SPLIT)
            .then()
            .statusCode(201)
            .body("state", equalTo("PREPARING_CALIBRATION"))
            .extract()
            .path("id");
    awaitState(api, id, "CALIBRATING");
    return id;
  }

  private static void awaitState(Api api, String id, String state) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo(state));
  }

  @Test
  void figuresThatAreLeftOutAreMeasuredFrozenAndHashedBeforeTheFirstTest() throws Exception {
    Api api = Api.withTwoVersions();
    String id = calibrating(api);
    api.rollout(id)
        .then()
        .body("tests.stage", contains("CALIBRATION"))
        .body("calibration.words[0]", startsWith("version 1 is measured before the tests"));
    Route route = committed(api);
    assertThat(route.getTestId()).isEqualTo(id + "-calibration");
    assertThat(route.getCandidatesList()).isEmpty();

    judge.says(measured(api, id).build());

    awaitState(api, id, "SHADOW");
    api.rollout(id)
        .then()
        .body("tests.stage", contains("CALIBRATION", "SHADOW", "SPLIT", "WATCH"))
        .body("tests[1].definition.guards[1].slow_threshold_us", equalTo(42_000))
        .body("tests[2].definition.primary.centre", equalTo(0.82f))
        .body("tests[3].definition.primary.centre", equalTo(0.82f))
        .body("calibration.measured.tests[0].known_units", equalTo(1_000))
        .body("calibration.words", hasItem(id + "-shadow: accuracy of version 1 is 0.8200"))
        .body(
            "history.action",
            contains(
                "rollout.started",
                "rollout.test_begun",
                "rollout.calibrated",
                "rollout.test_begun"));
    assertThat(committed(api).getTestId()).isEqualTo(id + "-shadow");
    for (var test : TopicReader.all(Topic.TESTS, TestDefined.parser(), key -> key.startsWith(id))) {
      byte[] definition = test.event().getDefinition().toByteArray();
      assertThat(Digest.of(definition)).isEqualTo(test.event().getDefinitionSha256());
      assertThat(TestDefinition.parseFrom(definition).hasCalibration())
          .isEqualTo(test.key().endsWith("-calibration"));
    }
    judge.says(FakeJudge.about(api, id, "SHADOW").build());
    awaitState(api, id, "SPLIT");
  }

  @Test
  void aCalibrationThatIsForgedOrUnfitChangesNothing() {
    Api api = Api.withTwoVersions();
    String id = calibrating(api);

    judge.forges(measured(api, id).build());
    RolloutEvaluated.Builder unfit = measured(api, id).setNumber(11);
    unfit.getCalibrationBuilder().getTestsBuilder(1).setMean(7);
    judge.says(unfit.build());
    judge.says(measured(api, id).setNumber(12).setVerdict(Verdict.PROMOTE).build());

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        api.rollout(id)
                            .jsonPath()
                            .getList(
                                "history.findAll { it.action == 'evaluation.refused' }.detail.result"))
                    .isEqualTo(List.of("bad_signature", "bad_calibration", "unsupported")));
    api.rollout(id)
        .then()
        .body("state", equalTo("CALIBRATING"))
        .body("tests.stage", contains("CALIBRATION"));
  }

  @Test
  void aTestThatIsExpectedToTakeTooLongBeginsOnlyWhenAPersonSaysSo() {
    Api api = Api.withTwoVersions();
    String id = calibrating(api);
    RolloutEvaluated.Builder slow = measured(api, id);
    slow.getCalibrationBuilder().getTestsBuilder(1).setExpectedMs(Duration.ofDays(99).toMillis());

    judge.says(slow.build());
    judge.says(slow.build());

    awaitState(api, id, "CALIBRATED");
    api.rollout(id)
        .then()
        .body("reason", containsString("split is expected to take 99 days"))
        .body("tests.stage", contains("CALIBRATION", "SHADOW", "SPLIT", "WATCH"));
    assertThat(committed(api).getTestId()).isEmpty();
    api.start("2", Api.SHADOW, "null").then().statusCode(409);

    api.confirm(id, "*").then().statusCode(200).body("state", equalTo("PREPARING_SHADOW"));

    awaitState(api, id, "SHADOW");
    assertThat(api.rollout(id).jsonPath().getList("history.action", String.class))
        .contains("rollout.calibrated", "rollout.confirmed");
  }

  @Test
  void aCandidateThatIsInNoRouteYetCannotBecomeTheFallback() {
    Api api = Api.withTwoVersions();
    calibrating(api);

    RestAssured.given()
        .contentType("application/json")
        .header("If-Match", "*")
        .body("{\"fallback\": {\"version\": \"2\"}}")
        .put(api.model() + "/serving")
        .then()
        .statusCode(400)
        .body("field", equalTo("fallback.version"));
  }

  @Test
  void aCalibrationAloneIsNoAttempt() {
    Api api = Api.withTwoVersions();
    String id = calibrating(api);
    judge.says(
        measured(api, id)
            .clearCalibration()
            .setVerdict(Verdict.STOP_INCONCLUSIVE)
            .setReason("1,000 requests with a known outcome are needed, there are 12")
            .build());
    awaitState(api, id, "STOPPED");
    api.rollout(id).then().body("reason", containsString("there are 12"));

    api.start("2", Api.SHADOW, "null").then().statusCode(201).body("attempt", equalTo(1));
  }

  private static Route committed(Api api) {
    return TopicReader.all(
            Topic.ROUTES,
            RoutePublished.parser(),
            key -> key.equals(Topic.modelKey(api.project, "credit-risk")))
        .getLast()
        .event()
        .getCommitted();
  }
}
