package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Digest;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Boots the registry with a real broker and a real database: the story is about all three. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class RolloutStoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

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
  void aCandidateThatWinsBothTestsBecomesCurrentAndIsWatchedBesideTheOldOne() throws Exception {
    Api api = Api.withTwoVersions();
    api.deploy("1").then().statusCode(202).header("ETag", startsWith("\""));
    awaitCommitted(api, "1");

    String id =
        api.start("2", Api.SHADOW, Api.SPLIT)
            .then()
            .statusCode(201)
            .header("Location", startsWith("http"))
            .body("state", equalTo("PREPARING_SHADOW"))
            .extract()
            .path("id");
    awaitState(api, id, "SHADOW");
    judge.says(FakeJudge.about(api, id, "SHADOW").build());
    awaitState(api, id, "SPLIT");
    judge.says(FakeJudge.about(api, id, "SPLIT").build());
    awaitState(api, id, "WATCHING");

    assertThat((String) api.route().path("committed.current.version")).isEqualTo("2");
    assertThat((String) api.route().path("standby.version")).isEqualTo("1");
    assertThat(routes(api))
        .extracting(RolloutStoryTest::inWords)
        .containsExactly(
            "- / SINGLE 1 r1",
            "SINGLE 1 r1 / -",
            "SINGLE 1 r1 / SHADOW 1+2 r2",
            "SHADOW 1+2 r2 / -",
            "SHADOW 1+2 r2 / SPLIT 1+2 r3",
            "SPLIT 1+2 r3 / -",
            "SPLIT 1+2 r3 / SHADOW 2+1 r4",
            "SHADOW 2+1 r4 / - standby 1");
    assertThatTestsAreAnnouncedBeforeTheirRoutes(api, id);
    assertThat(api.rollout(id).jsonPath().getList("history.action", String.class))
        .containsExactly(
            "rollout.started",
            "rollout.test_begun",
            "rollout.test_won",
            "rollout.test_begun",
            "rollout.test_won",
            "rollout.promoted");
    assertThat(api.evaluations(id).jsonPath().getList("items.evaluation.verdict", String.class))
        .containsExactly("PROMOTE", "PROMOTE");
  }

  @Test
  void aCandidateThatDoesHarmIsRolledBackAtOnceWithoutAnAcknowledgement() {
    Api api = Api.withTwoVersions();
    String id = inShadow(api);
    gateway.becomes(FakeGateway.Manner.NEVER_READY);

    judge.says(FakeJudge.about(api, id, "SHADOW").setVerdict(Verdict.ROLLBACK).build());

    awaitState(api, id, "ROLLED_BACK");
    Route committed = routes(api).getLast().getCommitted();
    assertThat(committed.getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(committed.getCurrent().getVersion()).isEqualTo("1");
  }

  @Test
  void aRollbackActsWhileTheSplitIsStillBeingPrepared() {
    Api api = Api.withTwoVersions();
    String id = inShadow(api);
    gateway.becomes(FakeGateway.Manner.NEVER_READY);
    judge.says(FakeJudge.about(api, id, "SHADOW").build());
    awaitState(api, id, "PREPARING_SPLIT");

    judge.says(
        FakeJudge.about(api, id, "SHADOW")
            .setNumber(11)
            .setEpoch(7)
            .setVerdict(Verdict.ROLLBACK)
            .build());

    awaitState(api, id, "ROLLED_BACK");
    assertThat(inWords(routes(api).getLast())).isEqualTo("SINGLE 1 r4 / -");
  }

  @Test
  void aFutileTestEndsTheRolloutWithTheReasonAndTheNextOneMayBegin() {
    Api api = Api.withTwoVersions();
    String id = inShadow(api);

    judge.says(FakeJudge.about(api, id, "SHADOW").setVerdict(Verdict.STOP_FUTILE).build());

    awaitState(api, id, "STOPPED");
    assertThat((String) api.rollout(id).path("reason")).contains("STOP_FUTILE", "better");
    api.start("2", Api.SHADOW, "null").then().statusCode(201);
  }

  @Test
  void aVerdictThatComesTwiceActsOnce() {
    Api api = Api.withTwoVersions();
    String id = inShadow(api);
    var promote = FakeJudge.about(api, id, "SHADOW").build();

    judge.says(promote);
    judge.says(promote);
    awaitState(api, id, "SPLIT");
    judge.says(promote);
    judge.says(FakeJudge.about(api, id, "SPLIT").setNumber(1).setVerdict(Verdict.CONTINUE).build());

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(api.evaluations(id).jsonPath().getList("items.evaluation.test_id"))
                    .containsExactly(id + "-shadow", id + "-split"));
    assertThat(api.state(id)).isEqualTo("SPLIT");
    assertThat(routes(api)).hasSize(6);
  }

  @Test
  void anEvaluationThatDecidesNothingIsKeptAndShown() {
    Api api = Api.withTwoVersions();
    String id = inShadow(api);

    judge.says(
        FakeJudge.about(api, id, "SHADOW").setNumber(3).setVerdict(Verdict.CONTINUE).build());

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat((Integer) api.rollout(id).path("tests[0].latest.number")).isEqualTo(3));
    assertThat(api.state(id)).isEqualTo("SHADOW");
  }

  @Test
  void aSplitThatHarmsNobodyIsWidenedShareByShareAndPromotedInTheLast() throws Exception {
    Api api = Api.withTwoVersions();
    String id = inRamp(api, Api.RAMP);
    api.rollout(id)
        .then()
        .body("tests[0].epoch", equalTo(0))
        .body("tests[0].share", equalTo(0.05f))
        .body("tests[0].definition.epochs.share", equalTo(List.of(0.05f, 0.25f, 0.5f)));
    String hash = api.rollout(id).path("tests[0].definition_sha256");

    // Too early, then in time: the clock of an evaluation is that of the log.
    judge.says(FakeJudge.goesOn(api, id, 0, 1).setLogTimeMs(1_700_000_000_000L).build());
    awaitLatest(api, id, 1);
    assertThat((Integer) api.rollout(id).path("tests[0].epoch")).isZero();
    judge.says(FakeJudge.goesOn(api, id, 0, 2).setLogTimeMs(4_000_000_000_000L).build());
    awaitLatest(api, id, 2);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () -> {
              long number = 3 + (Integer) api.rollout(id).path("tests[0].latest.number");
              judge.says(
                  FakeJudge.goesOn(api, id, 0, number).setLogTimeMs(4_000_000_000_000L).build());
              assertThat((Integer) api.rollout(id).path("tests[0].epoch")).isEqualTo(1);
            });

    // The second share would stay for a day; a person may shorten that, and nothing else.
    judge.says(FakeJudge.goesOn(api, id, 1, 1_000).build());
    awaitLatest(api, id, 1_000);
    assertThat(api.state(id)).isEqualTo("SPLIT");
    api.widen(id, "*", 0.5).then().statusCode(200).body("state", equalTo("WIDENING"));
    awaitState(api, id, "SPLIT");
    judge.says(FakeJudge.about(api, id, "SPLIT").setEpoch(1).setNumber(1_001).build());
    judge.says(FakeJudge.goesOn(api, id, 2, 1_002).build());
    awaitLatest(api, id, 1_002);
    assertThat(api.state(id)).isEqualTo("SPLIT");
    judge.says(FakeJudge.about(api, id, "SPLIT").setEpoch(2).setNumber(1_003).build());
    awaitState(api, id, "WATCHING");

    assertThat(routes(api))
        .filteredOn(one -> !one.hasPrepared() && one.getCommitted().getMode() == RouteMode.SPLIT)
        .extracting(
            one -> one.getCommitted().getEpoch(),
            one -> one.getCommitted().getCandidates(0).getShare(),
            one -> one.getCommitted().getTestId(),
            one -> one.getCommitted().getSalt().length())
        .containsExactly(
            tuple(0, 0.05, id + "-split", 32),
            tuple(1, 0.25, id + "-split", 32),
            tuple(2, 0.5, id + "-split", 32));
    assertThat(routes(api))
        .filteredOn(one -> one.getCommitted().getMode() == RouteMode.SPLIT)
        .extracting(one -> one.getCommitted().getSalt())
        .containsOnly(routes(api).get(3).getCommitted().getSalt());
    assertThat((String) api.rollout(id).path("tests[0].definition_sha256")).isEqualTo(hash);
    assertThat(TopicReader.all(Topic.TESTS, TestDefined.parser(), key -> key.startsWith(id)))
        .extracting(TopicReader.Seen::key)
        .containsExactly(id + "-split", id + "-watch");
    assertThat(api.rollout(id).jsonPath().getList("history.action", String.class))
        .containsExactly(
            "rollout.started",
            "rollout.test_begun",
            "rollout.widening",
            "rollout.widened",
            "rollout.widening",
            "rollout.widened",
            "evaluation.refused",
            "rollout.test_won",
            "rollout.promoted");
  }

  @Test
  void aShareThatNobodyPreparesLeavesTheSplitAsItIs() {
    Api api = Api.withTwoVersions();
    String id = inRamp(api, Api.RAMP.replace("PT0.5S", "P1D"));
    judge.says(FakeJudge.goesOn(api, id, 0, 1).build());
    awaitLatest(api, id, 1);
    gateway.becomes(FakeGateway.Manner.CANNOT_LOAD);

    api.widen(id, "*", 0.25).then().statusCode(200);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(api.rollout(id).jsonPath().getList("history.action", String.class))
                    .contains("rollout.widening_given_up"));
    api.rollout(id)
        .then()
        .body("state", equalTo("SPLIT"))
        .body("reason", containsString("no such operator"))
        .body("tests[0].epoch", equalTo(0));
    Route committed = routes(api).getLast().getCommitted();
    assertThat(routes(api).getLast().hasPrepared()).isFalse();
    assertThat(committed.getCandidates(0).getShare()).isEqualTo(0.05);
  }

  @Test
  void theSecondTestOfAnArtefactIsItsSecondAttempt() {
    Api api = Api.withTwoVersions();
    String first = inShadow(api);
    api.rollout(first).then().body("attempt", equalTo(1));
    api.stop(first, "*").then().statusCode(200);
    String strict = Api.SHADOW.replace("\"policy\": {", "\"policy\": {\"strict_attempts\": true, ");

    api.start("2", strict, "null")
        .then()
        .statusCode(201)
        .body("attempt", equalTo(2))
        .body("tests[0].definition.attempt", equalTo(2))
        .body("tests[0].definition.policy.alpha_promote", equalTo(0.025f));
  }

  private String inRamp(Api api, String split) {
    api.deploy("1").then().statusCode(202);
    awaitCommitted(api, "1");
    String id = api.start("2", "null", split).then().statusCode(201).extract().path("id");
    awaitState(api, id, "SPLIT");
    return id;
  }

  private static void awaitLatest(Api api, String id, int number) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat((Integer) api.rollout(id).path("tests[0].latest.number"))
                    .isEqualTo(number));
  }

  private String inShadow(Api api) {
    api.deploy("1").then().statusCode(202);
    awaitCommitted(api, "1");
    String id = api.start("2", Api.SHADOW, Api.SPLIT).then().statusCode(201).extract().path("id");
    awaitState(api, id, "SHADOW");
    return id;
  }

  private static void awaitState(Api api, String id, String state) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo(state));
  }

  private static void awaitCommitted(Api api, String version) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat((String) api.route().path("committed.current.version"))
                    .isEqualTo(version));
  }

  private static List<RoutePublished> routes(Api api) {
    return TopicReader.all(
            Topic.ROUTES,
            RoutePublished.parser(),
            key -> key.equals(Topic.modelKey(api.project, "credit-risk")))
        .stream()
        .map(TopicReader.Seen::event)
        .toList();
  }

  private static String inWords(RoutePublished published) {
    String words =
        (published.hasCommitted() ? inWords(published.getCommitted()) : "-")
            + " / "
            + (published.hasPrepared() ? inWords(published.getPrepared()) : "-");
    return published.getStandbyCount() == 0
        ? words
        : words + " standby " + published.getStandby(0).getVersion();
  }

  private static String inWords(Route route) {
    StringBuilder versions = new StringBuilder(route.getCurrent().getVersion());
    route
        .getCandidatesList()
        .forEach(one -> versions.append('+').append(one.getVersion().getVersion()));
    return "%s %s r%d".formatted(route.getMode(), versions, route.getRevision());
  }

  private static void assertThatTestsAreAnnouncedBeforeTheirRoutes(Api api, String id)
      throws InvalidProtocolBufferException {
    var tests = TopicReader.all(Topic.TESTS, TestDefined.parser(), key -> key.startsWith(id));
    var routes =
        TopicReader.all(
            Topic.ROUTES, RoutePublished.parser(), key -> key.startsWith(api.project + "/"));
    assertThat(tests)
        .extracting(TopicReader.Seen::key)
        .containsExactly(id + "-shadow", id + "-split", id + "-watch");
    for (var test : tests) {
      byte[] definition = test.event().getDefinition().toByteArray();
      assertThat(Digest.of(definition)).isEqualTo(test.event().getDefinitionSha256());
      assertThat(TestDefinition.parseFrom(definition).getTestId()).isEqualTo(test.key());
      assertThat(routes)
          .filteredOn(one -> one.event().getCommitted().getTestId().equals(test.key()))
          .isNotEmpty()
          .allSatisfy(one -> assertThat(one.timestamp()).isGreaterThanOrEqualTo(test.timestamp()));
    }
  }
}
