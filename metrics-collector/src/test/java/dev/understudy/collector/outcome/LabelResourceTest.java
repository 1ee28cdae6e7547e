package dev.understudy.collector.outcome;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.understudy.collector.CollectorProfile;
import dev.understudy.testkit.KafkaResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Boots the service and a broker: what is refused must be refused by the real edge. */
@QuarkusTest
@TestProfile(CollectorProfile.class)
@QuarkusTestResource(KafkaResource.class)
class LabelResourceTest {
  @ParameterizedTest
  @CsvSource({
    "/v1/predictions/12/outcome, id",
    "/v1/predictions/0190a3c4-8e5f-7b1a-9c3d-2f4e6a8b0c1/outcome, id",
    "/v1/projects/a%20b/models/credit-risk/label-queue, project",
    "/v1/projects/demo/models/a%20b/label-queue, model",
    "/v1/projects/demo/models/credit-risk/label-queue?limit=0, limit",
    "/v1/projects/demo/models/credit-risk/label-queue?limit=501, limit",
    "/v1/projects/demo/models/credit-risk/label-queue?limit=many, limit",
  })
  void aWrongQuestionIsNamed(String path, String field) {
    given()
        .urlEncodingEnabled(false)
        .get(path)
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("field", equalTo(field));
  }

  @Test
  void whatThePathDoesNotTakeIsSaid() {
    given()
        .post("/v1/predictions/0190a3c4-8e5f-7b1a-9c3d-2f4e6a8b0c1d/outcome")
        .then()
        .statusCode(405)
        .contentType("application/problem+json");
  }
}
