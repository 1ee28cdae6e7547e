package dev.understudy.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Boots the registry with a real broker and a real database: who served, and when. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class ServingHistoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Inject AgroalDataSource database;

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
  void whoServedIsKnownForEveryTimeFromTheFirstDeploymentToAfterTheRollback() {
    Instant before = Instant.now();
    Api api = Api.withTwoVersions();
    deploy(api);
    Instant alone = Instant.now();
    String id = api.start("2", Api.SHADOW, Api.SPLIT).then().statusCode(201).extract().path("id");
    awaitState(api, id, "SHADOW");
    Instant shadowed = Instant.now();
    judge.says(FakeJudge.about(api, id, "SHADOW").build());
    awaitState(api, id, "SPLIT");
    Instant split = Instant.now();
    judge.says(FakeJudge.about(api, id, "SPLIT").build());
    awaitState(api, id, "WATCHING");
    Instant promoted = Instant.now();
    api.rollBack(id, "*").then().statusCode(200);
    Instant back = Instant.now();

    at(api, before).then().body("items", empty());
    assertThat(who(api, alone)).containsExactly("CURRENT 1 null");
    assertThat(who(api, shadowed)).containsExactly("CURRENT 1 null", "SHADOW 2 1.0");
    assertThat(who(api, split)).containsExactly("CURRENT 1 null", "SPLIT 2 0.5");
    assertThat(who(api, promoted))
        .containsExactly("CURRENT 2 null", "SHADOW 1 0.1", "STANDBY 1 null");
    assertThat(who(api, back)).startsWith("CURRENT 1 null");
    at(api, promoted)
        .then()
        .body("items[0].rollout", equalTo(id))
        .body("items[0].to", equalTo(at(api, back).path("items[0].from")));
    at(api, alone).then().body("items[0].rollout", nullValue());

    List<Integer> ids = page(api, "").jsonPath().getList("items.id");
    assertThat(ids).hasSizeGreaterThan(5).isSortedAccordingTo((a, b) -> b - a);
    page(api, "?limit=1").then().body("items.id", contains(ids.get(0)));
    page(api, "?limit=2&before=" + ids.get(0))
        .then()
        .body("items.id", contains(ids.get(1), ids.get(2)));
  }

  @Test
  void aRouteThatOnlyPreparesOrGivesUpChangesNoHistory() {
    Api api = Api.withTwoVersions();
    deploy(api);
    gateway.becomes(FakeGateway.Manner.CANNOT_LOAD);
    String id = api.start("2", Api.SHADOW, "null").then().statusCode(201).extract().path("id");
    awaitState(api, id, "STOPPED");

    page(api, "").then().body("items.role", contains("CURRENT"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"yesterday", "2026-08-01", "2026-13-01T00:00:00Z", "1969-01-01T00:00:00Z"})
  void aTimeThatIsNoneIsRefused(String at) {
    Api api = Api.withTwoVersions();

    given()
        .queryParam("at", at)
        .get(api.model() + "/serving-history")
        .then()
        .statusCode(400)
        .body("field", equalTo("at"));
  }

  @Test
  void theDatabaseKeepsTheHistoryAgainstDirectSql() throws Exception {
    Api api = Api.withTwoVersions();
    deploy(api);

    for (String sql :
        List.of(
            "delete from deployment_period",
            "truncate deployment_period",
            "update deployment_period set version = version + 1",
            "update deployment_period set valid_from = valid_from - interval '1 day'")) {
      assertThatThrownBy(() -> execute(sql)).as(sql).hasMessageContaining("never changed");
    }
    String twice =
        """
        insert into deployment_period (model_id, version, sha256, role, revision, valid_from)
        select model_id, 2, sha256, 'CURRENT', revision, now() from deployment_period
        where valid_to is null and role = 'CURRENT'
        """;
    assertThatThrownBy(() -> execute(twice)).hasMessageContaining("one_current_version");
    assertThat(who(api, Instant.now())).containsExactly("CURRENT 1 null");
  }

  private static void deploy(Api api) {
    api.deploy("1").then().statusCode(202);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat((String) api.route().path("committed.mode")).isEqualTo("SINGLE"));
  }

  private static List<String> who(Api api, Instant at) {
    return at(api, at)
        .jsonPath()
        .getList("items.collect { it.role + ' ' + it.version + ' ' + it.share }");
  }

  private static Response at(Api api, Instant at) {
    Response answer = given().queryParam("at", at.toString()).get(api.model() + "/serving-history");
    answer.then().statusCode(200);
    return answer;
  }

  private static Response page(Api api, String query) {
    Response answer = given().get(api.model() + "/serving-history" + query);
    answer.then().statusCode(200);
    return answer;
  }

  private static void awaitState(Api api, String id, String state) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo(state));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
