package dev.understudy.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.LocalDatabase;
import dev.understudy.testkit.TemporaryFiles;
import dev.understudy.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Boots the registry with a database of its own, because the database goes away in the middle: what
 * was asked meanwhile is refused whole, and the verdict that came meanwhile acts afterwards.
 */
@QuarkusTest
@TestProfile(DatabaseAwayTest.OwnDatabase.class)
class DatabaseAwayTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A PostgreSQL that the test can stop and start again with what it had. */
  public static final class StoppableDatabase implements QuarkusTestResourceLifecycleManager {
    private static final int PORT = TestKafka.freePort();
    private static Path directory;
    private static LocalDatabase database;

    @Override
    public Map<String, String> start() {
      try {
        directory = Files.createTempDirectory("understudy-postgres");
        database = LocalDatabase.start(directory.resolve("data"), PORT);
        database.ensureDatabase("registry");
      } catch (IOException | SQLException e) {
        throw new IllegalStateException("the database of the test did not start", e);
      }
      return Map.of(
          "quarkus.datasource.jdbc.url",
          database.jdbcUrl("registry"),
          "quarkus.datasource.username",
          LocalDatabase.USER,
          "quarkus.datasource.password",
          "");
    }

    static void goAway() throws IOException {
      database.close();
    }

    static void comeBack() throws IOException {
      database = LocalDatabase.start(directory.resolve("data"), PORT);
    }

    @Override
    public void stop() {
      try {
        database.close();
      } catch (IOException e) {
        throw new IllegalStateException("the database of the test did not stop", e);
      }
      TemporaryFiles.delete(directory);
    }
  }

  /** Parts of its own. */
  public static final class OwnDatabase implements QuarkusTestProfile {
    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(
          new TestResourceEntry(KafkaResource.class),
          new TestResourceEntry(StoppableDatabase.class),
          new TestResourceEntry(RegistrySettings.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }
  }

  @Test
  void whatIsAskedMeanwhileIsRefusedAndWhatIsDecidedMeanwhileActsAfterwards() throws Exception {
    try (FakeGateway gateway = FakeGateway.that(FakeGateway.Manner.PREPARES);
        FakeJudge judge = new FakeJudge()) {
      Api api = Api.withTwoVersions();
      api.deploy("1").then().statusCode(202);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat((String) api.route().path("committed.mode")).isEqualTo("SINGLE"));
      String id = api.start("2", Api.SHADOW, "null").then().extract().path("id");
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo("SHADOW"));
      RolloutEvaluated promote = FakeJudge.about(api, id, "SHADOW").build();
      Api newcomer = new Api();
      assertThat(gateway.id()).isNotEmpty();

      StoppableDatabase.goAway();
      judge.says(promote);
      Api.json("{\"name\": \"%s\"}".formatted(newcomer.project))
          .post("/v1/projects")
          .then()
          .statusCode(503)
          .body("type", equalTo("urn:understudy:problem:unavailable"));
      given().get("/q/health/ready").then().statusCode(503);
      given().get("/q/health/live").then().statusCode(200);
      StoppableDatabase.comeBack();

      await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo("WATCHING"));
      assertThat(api.evaluations(id).jsonPath().getList("items")).hasSize(1);
      given().get("/v1/projects/{p}", newcomer.project).then().statusCode(404);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
    }
  }
}
