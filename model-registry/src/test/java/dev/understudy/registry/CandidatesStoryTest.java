package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two candidates in one rollout, with a real broker and a real database. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class CandidatesStoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String SPLIT = Api.SPLIT.replace("\"share\": 0.5", "\"share\": 0.3");

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

  private static Api deployed() {
    Api api = Api.withTwoVersions();
    api.register("third");
    api.deploy("1").then().statusCode(202);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat((String) api.route().path("committed.current.version")).isEqualTo("1"));
    return api;
  }

  private static void awaitState(Api api, String id, String state) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo(state));
  }

  private static void awaitStandings(Api api, String id, String... standings) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(api.rollout(id).jsonPath().getList("candidates.standing", String.class))
                    .containsExactly(standings));
  }

  @Test
  void theWorseLeavesTheBetterGoesOnAndIsPromoted() {
    Api api = deployed();
    String id =
        api.startAll("[\"2\", \"3\"]", Api.SHADOW, SPLIT)
            .then()
            .statusCode(201)
            .body("candidates.version", contains("2", "3"))
            .body("candidates.attempt", contains(1, 1))
            .extract()
            .path("id");
    awaitState(api, id, "SHADOW");
    api.startAll("[\"3\", \"1\"]", Api.SHADOW, SPLIT)
        .then()
        .statusCode(400)
        .body("field", equalTo("candidates[1]"));

    judge.says(FakeJudge.about(api, id, "SHADOW", "2").setVerdict(Verdict.ROLLBACK).build());
    awaitStandings(api, id, "ROLLED_BACK", "TESTED");
    assertThat(api.state(id)).isEqualTo("SHADOW");
    assertThat(api.route().jsonPath().getList("committed.candidates.version.version"))
        .isEqualTo(java.util.List.of("3"));

    judge.says(FakeJudge.about(api, id, "SHADOW", "3").build());
    awaitState(api, id, "SPLIT");
    judge.says(FakeJudge.about(api, id, "SPLIT", "3").build());
    awaitState(api, id, "WATCHING");

    assertThat((String) api.route().path("committed.current.version")).isEqualTo("3");
    api.rollout(id).then().body("candidate", equalTo("3"));
    awaitStandings(api, id, "ROLLED_BACK", "CHOSEN");
    assertThat(api.rollout(id).jsonPath().getList("history.action", String.class))
        .containsExactly(
            "rollout.started",
            "rollout.test_begun",
            "rollout.candidate_left",
            "rollout.test_won",
            "rollout.test_begun",
            "rollout.test_won",
            "rollout.promoted");
    api.rollout(id)
        .then()
        .body(
            "history.findAll { it.action == 'rollout.test_begun' }.detail.tests.test",
            hasItem(contains(id + "-shadow-2", id + "-shadow-3")))
        .body(
            "history.findAll { it.action == 'rollout.test_begun' }.detail.test",
            hasItem(id + "-split-3"));
    assertThat(TopicReader.all(Topic.TESTS, TestDefined.parser(), key -> key.startsWith(id)))
        .extracting(TopicReader.Seen::key)
        .containsExactlyInAnyOrder(
            id + "-shadow-2", id + "-shadow-3", id + "-split-3", id + "-watch-3");
  }

  @Test
  void evidenceForOneIsNoneForTheOtherAndAloneNotEnoughOfIt() {
    Api api = deployed();
    String id =
        api.startAll("[\"2\", \"3\"]", Api.SHADOW, "null")
            .then()
            .statusCode(201)
            .extract()
            .path("id");
    awaitState(api, id, "SHADOW");

    var weak = FakeJudge.about(api, id, "SHADOW", "2");
    weak.getEvidenceBuilder().getPrimaryBuilder().getBetterBuilder().setValue(3.1);
    judge.says(weak.build());
    judge.says(FakeJudge.about(api, id, "SHADOW", "2").setCandidate("3").build());
    judge.says(FakeJudge.about(api, id, "SHADOW", "3").setVerdict(Verdict.STOP_FUTILE).build());

    awaitStandings(api, id, "TESTED", "STOPPED");
    judge.says(
        FakeJudge.about(api, id, "SHADOW", "2")
            .setVerdict(Verdict.STOP_FUTILE)
            .setNumber(11)
            .build());
    awaitState(api, id, "STOPPED");
  }

  @Test
  void whoeverWasACandidateHasHadAnAttempt() {
    Api api = deployed();
    String id =
        api.startAll("[\"2\", \"3\"]", Api.SHADOW, "null")
            .then()
            .statusCode(201)
            .extract()
            .path("id");
    awaitState(api, id, "SHADOW");
    String tag = api.rollout(id).getHeader("ETag");
    api.stop(id, tag)
        .then()
        .statusCode(200)
        .body("candidates.standing", contains("STOPPED", "STOPPED"));

    api.start("3", Api.SHADOW, "null").then().statusCode(201).body("attempt", equalTo(2));
  }

  @Test
  void whatCannotBeTestedTogetherIsRefusedByItsField() {
    Api api = deployed();

    api.startAll("[\"2\", \"1\"]", Api.SHADOW, "null")
        .then()
        .statusCode(400)
        .body("field", equalTo("candidates[1]"));
    api.startAll("[\"2\", \"9\"]", Api.SHADOW, "null")
        .then()
        .statusCode(400)
        .body("field", equalTo("candidates[1]"));
    api.startAll("[\"2\", \"3\"]", "null", Api.SPLIT)
        .then()
        .statusCode(400)
        .body("field", equalTo("split.share"));
  }
}
