package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Boots the registry with a real broker and a real database: what comes after a promotion. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class WatchStoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String WEEK = "null";

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

  @Test
  void aPromotionThatDoesHarmIsUndoneAtOnceAndItsArtefactIsBlockedUntilAPersonClearsIt() {
    Api api = Api.withTwoVersions();
    String id = watched(api, WEEK);
    api.route()
        .then()
        .body("committed.mode", equalTo("SHADOW"))
        .body("committed.current.version", equalTo("2"))
        .body("committed.candidates[0].version.version", equalTo("1"))
        .body("standby.version", equalTo("1"));
    gateway.becomes(FakeGateway.Manner.NEVER_READY);

    judge.says(about(api, id, Verdict.ROLLBACK).setReason("errors doubled").build());

    awaitState(api, id, "ROLLED_BACK");
    api.route()
        .then()
        .body("committed.mode", equalTo("SINGLE"))
        .body("committed.current.version", equalTo("1"))
        .body("prepared", nullValue());
    gateway.becomes(FakeGateway.Manner.PREPARES);
    String sha256 =
        api.blocks()
            .then()
            .statusCode(200)
            .body("items.size()", equalTo(1))
            .body("items[0].rollout", equalTo(id))
            .body("items[0].version", equalTo("2"))
            .body("items[0].reason", equalTo("errors doubled"))
            .body("items[0].cleared_at", nullValue())
            .extract()
            .path("items[0].sha256");
    api.start("2", Api.SHADOW, "null")
        .then()
        .statusCode(409)
        .body("field", equalTo("candidate"))
        .body("detail", containsString("errors doubled"));
    assertThat((Integer) api.list().path("items.size()")).isEqualTo(1);

    api.clear(sha256, "{}").then().statusCode(400).body("field", equalTo("reason"));
    api.clear("0".repeat(64), "{\"reason\": \"x\"}").then().statusCode(404);
    api.clear(sha256, "{\"reason\": \"the network was down\"}")
        .then()
        .statusCode(200)
        .body("items[0].cleared_at", notNullValue())
        .body("items[0].cleared_reason", equalTo("the network was down"));
    api.clear(sha256, "{\"reason\": \"again\"}").then().statusCode(404);

    api.start("2", Api.SHADOW, "null").then().statusCode(201).body("attempt", equalTo(2));
    RestAssured.given()
        .queryParam("project", api.project)
        .get("/v1/audit")
        .then()
        .statusCode(200)
        .body("items.action", hasItems("artefact.blocked", "artefact.cleared"))
        .body(
            "items.find { it.action == 'artefact.blocked' }.entity", equalTo("artefact/" + sha256))
        .body("items.find { it.action == 'artefact.cleared' }.actor", equalTo("api"));
  }

  @Test
  void aWatchThatHoldsLeavesThePromotedVersionAloneAndLateHarmStillUndoesIt() {
    Api api = Api.withTwoVersions();
    String id = watched(api, "{\"duration\": \"PT6S\", \"slot\": \"PT1S\"}");

    judge.says(about(api, id, Verdict.WATCHED_OK).build());

    awaitState(api, id, "PROMOTED");
    api.route()
        .then()
        .body("committed.mode", equalTo("SINGLE"))
        .body("committed.current.version", equalTo("2"))
        .body("standby.version", equalTo("1"));
    judge.says(about(api, id, Verdict.ROLLBACK).setNumber(11).build());
    awaitState(api, id, "ROLLED_BACK");
    assertThat((String) api.route().path("committed.current.version")).isEqualTo("1");
    assertThat((Integer) api.blocks().path("items.size()")).isEqualTo(1);
  }

  @Test
  void aHoldBackByUnitIsRoutedByTheKeyOfTheSplitAndUndoneWhenItDoesHarm() {
    Api api = Api.withTwoVersions();
    api.deploy("1").then().statusCode(202);
    awaitCommitted(api);
    String split = Api.SPLIT.replace("{\"share\"", "{\"unit_key\": \"header:Customer\", \"share\"");
    api.start("2", "null", split, "{\"mode\": \"HOLD_BACK\", \"slot\": \"PT1H\"}")
        .then()
        .statusCode(400)
        .body("field", equalTo("watch.slot"));
    String id =
        api.start("2", "null", split, "{\"mode\": \"HOLD_BACK\"}")
            .then()
            .statusCode(201)
            .extract()
            .path("id");
    awaitState(api, id, "SPLIT");

    judge.says(FakeJudge.about(api, id, "SPLIT").build());

    awaitState(api, id, "WATCHING");
    api.route()
        .then()
        .body("committed.mode", equalTo("SPLIT"))
        .body("committed.unit_key", equalTo("header:customer"))
        .body("committed.current.version", equalTo("2"))
        .body("committed.candidates[0].version.version", equalTo("1"))
        .body("committed.candidates[0].share", equalTo(0.05f))
        .body("committed.candidates[0].begins", equalTo(0.95f));
    judge.says(about(api, id, Verdict.ROLLBACK).setReason("units left").build());
    awaitState(api, id, "ROLLED_BACK");
    assertThat((String) api.route().path("committed.current.version")).isEqualTo("1");
    assertThat((Integer) api.blocks().path("items.size()")).isEqualTo(1);
  }

  @Test
  void aWatchThatNobodyJudgesEndsAfterItsTimeAndSaysSo() {
    Api api = Api.withTwoVersions();
    String id = watched(api, "{\"duration\": \"PT1S\", \"slot\": \"PT1S\"}");

    awaitState(api, id, "PROMOTED");

    api.rollout(id)
        .then()
        .body(
            "reason",
            containsString("no verdict within PT1S after the end of test %s-watch".formatted(id)));
    api.route()
        .then()
        .body("committed.mode", equalTo("SINGLE"))
        .body("committed.current.version", equalTo("2"));
    assertThat((Integer) api.blocks().path("items.size()")).isZero();
  }

  @Test
  void aWatchThatIsTooShortOrPromotesIsRefused() {
    Api api = Api.withTwoVersions();
    String id = watched(api, WEEK);

    judge.says(about(api, id, Verdict.WATCHED_OK).build());
    judge.says(about(api, id, Verdict.PROMOTE).setNumber(11).build());
    judge.says(about(api, id, Verdict.CONTINUE).setNumber(12).build());

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        (Integer)
                            api.rollout(id)
                                .path("tests.find { it.stage == 'WATCH' }.latest.number"))
                    .isEqualTo(12));
    assertThat(api.state(id)).isEqualTo("WATCHING");
    assertThat(api.rollout(id).jsonPath().getList("history.action", String.class))
        .contains("evaluation.refused");
  }

  @Test
  void theNextRolloutEndsTheWatch() {
    Api api = Api.withTwoVersions();
    String id = watched(api, WEEK);

    api.start("2", Api.SHADOW, "null").then().statusCode(400).body("field", equalTo("candidate"));
    assertThat(api.state(id)).isEqualTo("WATCHING");
    String next = api.start("1", Api.SHADOW, "null").then().statusCode(201).extract().path("id");

    awaitState(api, next, "SHADOW");
    api.rollout(id)
        .then()
        .body("state", equalTo("PROMOTED"))
        .body("reason", containsString("next rollout"));
    judge.says(about(api, id, Verdict.ROLLBACK).build());
    judge.says(
        FakeJudge.about(api, next, "SHADOW")
            .setCandidate("1")
            .setVerdict(Verdict.CONTINUE)
            .build());
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat((Integer) api.rollout(next).path("tests[0].latest.number"))
                    .isEqualTo(10));
    assertThat(api.state(id)).isEqualTo("PROMOTED");
    assertThat((String) api.route().path("committed.current.version")).isEqualTo("2");
  }

  @Test
  void aPersonRollsBackWhatIsWatchedAndBlocksNothing() {
    Api api = Api.withTwoVersions();
    String id = watched(api, WEEK);

    api.stop(id, "*").then().statusCode(409).body("detail", containsString("roll it back"));
    api.rollBack(id, "\"0\"").then().statusCode(412);
    api.rollBack(id, "*")
        .then()
        .statusCode(200)
        .body("state", equalTo("ROLLED_BACK"))
        .body("reason", equalTo("customers complain"));

    assertThat((String) api.route().path("committed.current.version")).isEqualTo("1");
    assertThat((Integer) api.blocks().path("items.size()")).isZero();
    api.rollBack(id, "*").then().statusCode(409);
    api.start("2", Api.SHADOW, "null").then().statusCode(201);
  }

  @Test
  void whatIsWrongWithAWatchIsRefusedByItsField() {
    Api api = Api.withTwoVersions();
    api.deploy("1").then().statusCode(202);
    awaitCommitted(api);

    api.start("2", Api.SHADOW, "null", "{\"mode\": \"SOMETIMES\"}")
        .then()
        .statusCode(400)
        .body("field", equalTo("watch.mode"));
    api.start("2", Api.SHADOW, "null", "{\"hours\": 3}")
        .then()
        .statusCode(400)
        .body("field", equalTo("watch.hours"));
    assertThat((Integer) api.list().path("items.size()")).isZero();
  }

  private static RolloutEvaluated.Builder about(Api api, String id, Verdict verdict) {
    return FakeJudge.about(api, id, "WATCH").setVerdict(verdict);
  }

  private String watched(Api api, String watch) {
    api.deploy("1").then().statusCode(202);
    awaitCommitted(api);
    String id =
        api.start("2", Api.SHADOW, "null", watch).then().statusCode(201).extract().path("id");
    awaitState(api, id, "SHADOW");
    judge.says(FakeJudge.about(api, id, "SHADOW").build());
    awaitState(api, id, "WATCHING");
    return id;
  }

  private static void awaitState(Api api, String id, String state) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo(state));
  }

  private static void awaitCommitted(Api api) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat((String) api.route().path("committed.mode")).isEqualTo("SINGLE"));
  }
}
