package dev.understudy.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.BatchingMode;
import dev.understudy.contracts.v1.LogMode;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.Segment;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
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

/** Boots the registry with real parts: how a model is served, and who takes part in its tests. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class ServingApiTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String FULL =
      """
      {"batching": {"mode": "ON", "most_rows": 32, "longest_delay": "PT0.002S"},
       "capacity": {"concurrency": 2, "queue": 64},
       "log": {"mode": "DURABLE", "sample": 0.25,
         "fields": [{"input": "Income", "treatment": "HASHED"}]},
       "fallback": {"answer": [
         {"name": "probability", "datatype": "FP32", "shape": [1], "data": [0.5]}]},
       "attributes": ["sex"]}
      """;

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
  void aModelIsCreatedWithAWayOfServingItAndTheGatewaysGetIt() {
    Api api = new Api();
    Api.json("{\"name\": \"%s\"}".formatted(api.project)).post("/v1/projects");
    Api.json(Api.MODEL.replaceFirst("\\{", "{\"serving\": " + FULL + ", "))
        .post("/v1/projects/{p}/models", api.project)
        .then()
        .statusCode(201)
        .body("serving.batching.most_rows", equalTo(32))
        .body("serving.batching.longest_delay", equalTo("PT0.002S"));
    api.register("first");

    deploy(api);

    RoutePublished last = last(api);
    assertThat(last.getServing().getBatching().getMode()).isEqualTo(BatchingMode.ON);
    assertThat(last.getServing().getBatching().getLongestDelayUs()).isEqualTo(2_000);
    assertThat(last.getServing().getCapacity().getQueue()).isEqualTo(64);
    assertThat(last.getServing().getLog().getMode()).isEqualTo(LogMode.DURABLE);
    assertThat(last.getServing().getLog().getSample()).isEqualTo(0.25);
    assertThat(last.getServing().getLog().getFields(0).getInput()).isEqualTo("Income");
    assertThat(last.getServing().getFallback().getStated().getOutputs(0).getNumbers(0))
        .isEqualTo(0.5);
    assertThat(last.getServing().getAttributesList()).containsExactly("sex");
  }

  @Test
  void anotherWayOfServingReachesTheGatewaysUnderTheSameRevision() {
    Api api = deployed();
    Response before = serving(api);
    before.then().statusCode(200).body("$", anEmptyMap());

    put(api, before.header("ETag"), "{\"fallback\": {\"version\": \"2\"}}")
        .then()
        .statusCode(200)
        .body("fallback.version", equalTo("2"))
        .header("ETag", equalTo("\"1\""));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(last(api).getServing().getFallback().getVersion().getVersion())
                    .isEqualTo("2"));
    RoutePublished last = last(api);
    assertThat(last.getServing().getFallback().getVersion().getSha256()).hasSize(64);
    assertThat(last.getCommitted().getRevision()).isEqualTo(1);
    serving(api).then().body("fallback.version", equalTo("2"));
    given().get(api.model()).then().body("serving.fallback.version", equalTo("2"));
    given()
        .get("/v1/audit?project={p}&limit=1000", api.project)
        .then()
        .body("items.action", hasItem("serving.changed"));
  }

  @Test
  void aPersonChangesTheWayOfServingThatTheySaw() {
    Api api = deployed();

    problem(put(api, null, "{}"), 428, "precondition-required");
    problem(put(api, "\"7\"", "{}"), 412, "stale");
    put(api, "\"0\"", FULL).then().statusCode(200);
    problem(put(api, "\"0\"", "{}"), 412, "stale");
    put(api, "*", "{}").then().statusCode(200).body("$", anEmptyMap());
  }

  @Test
  void ofManyChangesOfOneStateOneIsMade() throws Exception {
    Api api = deployed();
    Callable<Integer> change = () -> put(api, "\"0\"", FULL).statusCode();

    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> answers =
          threads.invokeAll(IntStream.range(0, 4).mapToObj(i -> change).toList());

      assertThat(answers).extracting(Future::get).containsExactlyInAnyOrder(200, 412, 412, 412);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "batching.mode | {\"batching\": {\"mode\": \"SOMETIMES\"}}",
        "batching.most_rows | {\"batching\": {\"most_rows\": 0}}",
        "batching.longest_delay | {\"batching\": {\"longest_delay\": \"PT2S\"}}",
        "capacity.concurrency | {\"capacity\": {\"concurrency\": -1}}",
        "capacity.queue | {\"capacity\": {\"queue\": 0}}",
        "log.mode | {\"log\": {\"mode\": \"BATCHED\"}}",
        "log.sample | {\"log\": {\"sample\": 1.5}}",
        "log.fields[0].input | {\"log\": {\"fields\": [{\"input\": \"Age\","
            + " \"treatment\": \"HASHED\"}]}}",
        "log.fields[0].treatment | {\"log\": {\"fields\": [{\"input\": \"Home\"}]}}",
        "log.fields[1].input | {\"log\": {\"fields\": [{\"input\": \"Home\", \"treatment\":"
            + " \"HASHED\"}, {\"input\": \"Home\", \"treatment\": \"DROPPED\"}]}}",
        "fallback | {\"fallback\": {}}",
        "fallback.version | {\"fallback\": {\"version\": \"9\"}}",
        "fallback.version | {\"fallback\": {\"version\": \"1\"}}",
        "fallback.answer | {\"fallback\": {\"answer\": []}}",
        "fallback.answer[0].name | {\"fallback\": {\"answer\": [{\"name\": \"p\"}]}}",
        "fallback.answer[0].datatype | {\"fallback\": {\"answer\": [{\"name\": \"probability\","
            + " \"datatype\": \"FP64\"}]}}",
        "fallback.answer[0].shape | {\"fallback\": {\"answer\": [{\"name\": \"probability\","
            + " \"datatype\": \"FP32\", \"shape\": [2]}]}}",
        "fallback.answer[0].data | {\"fallback\": {\"answer\": [{\"name\": \"probability\","
            + " \"datatype\": \"FP32\", \"shape\": [1], \"data\": []}]}}",
        "fallback.answer[0].data[0] | {\"fallback\": {\"answer\": [{\"name\": \"probability\","
            + " \"datatype\": \"FP32\", \"shape\": [1], \"data\": [1e300]}]}}",
        "attributes[0] | {\"attributes\": [\"a b\"]}",
        "attributes[1] | {\"attributes\": [\"sex\", \"sex\"]}",
        "batching.size | {\"batching\": {\"size\": 3}}"
      })
  void whatIsWrongIsNamedAndNothingIsKept(String field, String wrong) {
    Api api = deployed();

    problem(put(api, "*", wrong), 400, "invalid-request").then().body("field", equalTo(field));
    serving(api).then().header("ETag", equalTo("\"0\"")).body("$", anEmptyMap());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1, 2] | [0.5, 1] | 200",
        "[1, 0] | [] | 400",
        "[1, null] | [0.5] | 400",
        "[1, 9000000000000000000] | [0.5] | 400",
        "[1, 2] | [0.5] | 400"
      })
  void aStatedAnswerHasAnySizeThatIsFree(String shape, String data, int status) {
    Api api = new Api();
    api.create(Api.FREE_SIZES);

    put(
            api,
            "*",
            """
            {"fallback": {"answer": [
              {"name": "probability", "datatype": "FP32", "shape": [1], "data": [0.5]},
              {"name": "embedding", "datatype": "FP32", "shape": %s, "data": %s}]}}
            """
                .formatted(shape, data))
        .then()
        .statusCode(status);
  }

  @Test
  void theFallbackIsNoCandidateAndIsNotDeployedFirst() {
    Api api = deployed();
    put(api, "*", "{\"fallback\": {\"version\": \"2\"}}").then().statusCode(200);
    problem(api.start("2", Api.SHADOW, "null"), 400, "invalid-request")
        .then()
        .body("field", equalTo("candidate"));

    Api other = Api.withTwoVersions();
    put(other, "*", "{\"fallback\": {\"version\": \"1\"}}").then().statusCode(200);
    problem(other.deploy("1"), 400, "invalid-request").then().body("field", equalTo("version"));
  }

  @Test
  void aCandidateIsNoFallback() {
    Api api = deployed();
    api.start("2", Api.SHADOW, "null").then().statusCode(201);

    problem(put(api, "*", "{\"fallback\": {\"version\": \"2\"}}"), 400, "invalid-request")
        .then()
        .body("field", equalTo("fallback.version"));
  }

  @Test
  void segmentsAndTheHoldOutGoWithEveryRouteOfTheRollout() {
    Api api = deployed();
    String id =
        start(
                api,
                "[{\"name\": \"renters\", \"source\": \"input:Home\", \"values\": [\"rent\"]},"
                    + " {\"name\": \"staff\", \"source\": \"header:X-Staff\", \"values\": [\"yes\"],"
                    + " \"version\": \"1\"}]",
                "0.1")
            .then()
            .statusCode(201)
            .body("segments.name", equalTo(List.of("renters", "staff")))
            .body("segments[0]", not(hasKey("version")))
            .body("segments[1].source", equalTo("header:x-staff"))
            .body("segments[1].version", equalTo("1"))
            .body("hold_out", equalTo(0.1f))
            .extract()
            .path("id");
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo("SHADOW"));
    assertEligibility(api, RouteMode.SHADOW);

    try (FakeJudge judge = new FakeJudge()) {
      judge.says(FakeJudge.about(api, id, "SHADOW").build());
    }

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo("SPLIT"));
    assertEligibility(api, RouteMode.SPLIT);
    api.stop(id, "*").then().statusCode(200);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(last(api).getCommitted().getMode()).isEqualTo(RouteMode.SINGLE));
    assertThat(last(api).getCommitted().getSegmentsList()).isEmpty();
    assertThat(last(api).getCommitted().getHoldOut()).isZero();
  }

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "segments[0].name | {\"source\": \"header:x\", \"values\": [\"1\"]} | 0",
        "segments[0].source | {\"name\": \"s\", \"source\": \"cookie:x\", \"values\": [\"1\"]} | 0",
        "segments[0].source | {\"name\": \"s\", \"source\": \"input:Age\", \"values\": [\"1\"]} | 0",
        "segments[0].values | {\"name\": \"s\", \"source\": \"header:x\", \"values\": []} | 0",
        "segments[0].values[0] | {\"name\": \"s\", \"source\": \"header:x\", \"values\": [\"\"]}"
            + " | 0",
        "segments[0].values[0] | {\"name\": \"s\", \"source\": \"input:Home\", \"values\":"
            + " [\"castle\"]} | 0",
        "segments[0].values[0] | {\"name\": \"s\", \"source\": \"input:Amount\", \"values\":"
            + " [\"much\"]} | 0",
        "segments[0].version | {\"name\": \"s\", \"source\": \"header:x\", \"values\": [\"1\"],"
            + " \"version\": \"9\"} | 0",
        "hold_out | {\"name\": \"s\", \"source\": \"header:x\", \"values\": [\"1\"]} | 1",
        "hold_out | {\"name\": \"s\", \"source\": \"header:x\", \"values\": [\"1\"]} | -0.1"
      })
  void whatIsWrongInAnEligibilityIsNamed(String field, String segment, String holdOut) {
    Api api = deployed();

    problem(start(api, "[" + segment + "]", holdOut), 400, "invalid-request")
        .then()
        .body("field", equalTo(field));
    api.list().then().body("items.size()", equalTo(0));
  }

  @Test
  void theServiceDescribesHowModelsAreServed() {
    given()
        .accept(ContentType.JSON)
        .get("/q/openapi")
        .then()
        .statusCode(200)
        .body("paths.keySet()", hasItem("/v1/projects/{project}/models/{model}/serving"))
        .body(
            "components.schemas.ServingSpec.properties.keySet()",
            hasItems("batching", "capacity", "log", "fallback", "attributes"))
        .body("components.schemas.RolloutRequest.properties.keySet()", hasItems("hold_out"))
        .body(
            "paths.'/v1/projects/{project}/models/{model}/serving'.put.description",
            containsString("If-Match"));
  }

  private void assertEligibility(Api api, RouteMode mode) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(last(api).getCommitted().getMode()).isEqualTo(mode));
    RoutePublished last = last(api);
    assertThat(last.getCommitted().getHoldOut()).isEqualTo(0.1);
    assertThat(last.getCommitted().getSegmentsList())
        .extracting(Segment::getName)
        .containsExactly("renters", "staff");
    assertThat(last.getCommitted().getSegments(0).hasVersion()).isFalse();
    assertThat(last.getCommitted().getSegments(1).getVersion().getSha256()).hasSize(64);
  }

  private static Response start(Api api, String segments, String holdOut) {
    return Api.json(
            "{\"candidate\": \"2\", \"shadow\": %s, \"split\": %s, \"segments\": %s, \"hold_out\": %s}"
                .formatted(Api.SHADOW, Api.SPLIT, segments, holdOut))
        .post(api.model() + "/rollouts");
  }

  private static Response serving(Api api) {
    return given().get(api.model() + "/serving");
  }

  private static Response put(Api api, String ifMatch, String serving) {
    var request = Api.json(serving);
    return (ifMatch == null ? request : request.header("If-Match", ifMatch))
        .put(api.model() + "/serving");
  }

  private static RoutePublished last(Api api) {
    return TopicReader.all(
            Topic.ROUTES,
            RoutePublished.parser(),
            key -> key.equals(Topic.modelKey(api.project, "credit-risk")))
        .getLast()
        .event();
  }

  private static Api deployed() {
    Api api = Api.withTwoVersions();
    deploy(api);
    return api;
  }

  private static void deploy(Api api) {
    api.deploy("1").then().statusCode(202);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat((String) api.route().path("committed.mode")).isEqualTo("SINGLE"));
  }

  private static Response problem(Response answer, int status, String type) {
    answer.then().statusCode(status).body("type", equalTo("urn:understudy:problem:" + type));
    return answer;
  }
}
