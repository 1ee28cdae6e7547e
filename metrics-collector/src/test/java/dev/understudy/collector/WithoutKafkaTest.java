package dev.understudy.collector;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.understudy.testkit.TestKafka;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Boots the service where nobody listens: it must start, say so, and promise nothing. */
@QuarkusTest
@TestProfile(WithoutKafkaTest.NobodyListens.class)
class WithoutKafkaTest {
  /** A port that is free, and a short patience. */
  public static final class NobodyListens implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      Map<String, String> settings = new HashMap<>(new CollectorProfile().getConfigOverrides());
      settings.put("kafka.bootstrap.servers", "127.0.0.1:" + TestKafka.freePort());
      settings.put("understudy.outcomes.send-timeout", "PT0.5S");
      return settings;
    }
  }

  @Test
  void outcomesAreNotAcceptedAndTheServiceIsAliveButNotReady() {
    given()
        .contentType("text/csv")
        .body("prediction_id,name,value\n0190a3c4-8e5f-7b1a-9c3d-2f4e6a8b0c1d,status,good\n")
        .post("/v1/outcomes")
        .then()
        .statusCode(503)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:understudy:problem:unavailable"))
        .body("detail", containsString("repetitions do no harm"));
    for (String path :
        List.of(
            "/v1/predictions/0190a3c4-8e5f-7b1a-9c3d-2f4e6a8b0c1d/outcome",
            "/v1/projects/demo/models/credit-risk/label-queue")) {
      given()
          .get(path)
          .then()
          .statusCode(503)
          .contentType("application/problem+json")
          .body("type", equalTo("urn:understudy:problem:unavailable"));
    }
    given().get("/q/health/live").then().statusCode(200);
    given()
        .get("/q/health/ready")
        .then()
        .statusCode(503)
        .body(containsString("join and judge"))
        .body(containsString("reason"));
  }
}
