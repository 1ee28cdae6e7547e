package dev.understudy.collector.outcome;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import dev.understudy.collector.CollectorProfile;
import dev.understudy.testkit.KafkaResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Boots the service and a broker: what is refused must be refused by the real edge. */
@QuarkusTest
@TestProfile(CollectorProfile.class)
@QuarkusTestResource(KafkaResource.class)
class OutcomeResourceTest {
  private static final String ID = "0190a3c4-8e5f-7b1a-9c3d-2f4e6a8b0c1d";
  private static final String GOOD =
      "{\"prediction_id\": \"%s\", \"name\": \"status\", \"value\": \"good\"}".formatted(ID);

  private static ValidatableResponse post(String type, String body) {
    return given().contentType(type).body(body).post("/v1/outcomes").then();
  }

  private static ValidatableResponse json(String outcome) {
    return post("application/json", "{\"outcomes\": [%s]}".formatted(outcome));
  }

  private static void refused(ValidatableResponse response, String field) {
    response
        .statusCode(400)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:understudy:problem:invalid-request"))
        .body("status", is(400))
        .body("field", equalTo(field));
  }

  @Test
  void aBatchOfUnknownPredictionsIsAccepted() {
    json(GOOD + ", " + GOOD).statusCode(202).body("accepted", is(2));
  }

  @Test
  void allFieldsAreTakenAsJsonAndAsCsv() {
    json("""
            {"prediction_id": "%s", "row": 1, "project": "demo", "model": "credit-risk",
             "name": "status", "value": true, "revision": 2, "source": "bureau",
             "labelling_probability": 0.5}"""
            .formatted(ID))
        .statusCode(202);
    post(
            "text/csv",
            """
            prediction_id,row,project,model,name,value,revision,source,labelling_probability
            %s,1,demo,credit-risk,status,true,2,bureau,0.5
            %s,,,,status,1.5e3,,,
            %s,,,,status,"good, really",,,
            """
                .formatted(ID, ID, ID))
        .statusCode(202)
        .body("accepted", is(3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prediction_id | \"prediction_id\": \"12\"",
        "prediction_id | \"prediction_id\": 12",
        "row | \"row\": -1",
        "row | \"row\": 1.5",
        "row | \"row\": \"1\"",
        "row | \"row\": 99999999999999999999",
        "project | \"project\": \"a/b\"",
        "model | \"model\": \"\"",
        "name | \"name\": \"\"",
        "name | \"name\": null",
        "value | \"value\": null",
        "value | \"value\": {\"a\": 1}",
        "value | \"value\": \"\"",
        "value | \"value\": 1e999",
        "revision | \"revision\": -1",
        "source | \"source\": 7",
        "labelling_probability | \"labelling_probability\": 0",
        "labelling_probability | \"labelling_probability\": 1.1",
        "labelling_probability | \"labelling_probability\": \"0.5\"",
        "colour | \"colour\": \"red\"",
      })
  void aWrongFieldIsNamedWithItsRowAndNothingIsWritten(String field, String wrong) {
    String first = wrong.substring(0, wrong.indexOf(':'));
    StringBuilder outcome = new StringBuilder();
    for (String part :
        new String[] {
          "\"prediction_id\": \"" + ID + "\"", "\"name\": \"status\"", "\"value\": \"good\""
        }) {
      if (!part.startsWith(first)) {
        outcome.append(part).append(", ");
      }
    }

    ValidatableResponse response = json(GOOD + ", {" + outcome + wrong + "}");

    refused(response, field);
    response.body("row", is(2)).body("detail", containsString("outcome 2"));
  }

  @ParameterizedTest
  @CsvSource({"prediction_id", "name", "value"})
  void aMissingFieldIsNamed(String field) {
    String outcome =
        GOOD.replaceFirst("\"" + field + "\": \"[^\"]*\"(, )?", "").replace(", }", "}");

    refused(json(outcome), field);
  }

  @Test
  void whatIsNoBatchIsRefused() {
    refused(post("application/json", "{"), "outcomes");
    refused(post("application/json", ""), "outcomes");
    refused(post("application/json", "[]"), "outcomes");
    refused(post("application/json", "{\"outcomes\": {}}"), "outcomes");
    refused(post("application/json", "{\"outcomes\": []}"), "outcomes");
    refused(post("application/json", "{\"outcomes\": [1]}"), "outcomes");
    refused(post("application/json", "{\"outcomes\": [%s]} x".formatted(GOOD)), "outcomes");
    refused(post("application/json", "{\"outcomes\": [], \"outcomes\": []}"), "outcomes");
    refused(post("application/json", "{\"more\": 1, \"outcomes\": [%s]}".formatted(GOOD)), "more");
    refused(
        post("application/json", "{\"outcomes\": " + "[".repeat(2_000) + "]".repeat(2_000) + "}"),
        "outcomes");
  }

  @Test
  void whatIsNoCsvIsRefused() {
    refused(post("text/csv", ""), "header");
    refused(post("text/csv", "prediction_id,name\n" + ID + ",status\n"), "value");
    refused(post("text/csv", "prediction_id,name,value,colour\n"), "colour");
    refused(post("text/csv", "prediction_id,name,value,value\n"), "value");
    refused(post("text/csv", "prediction_id,name,value\n"), "outcomes");
    refused(post("text/csv", "prediction_id,name,value\n" + ID + ",status\n"), "line");
    refused(post("text/csv", "prediction_id,name,value\n" + ID + ",status,\n"), "value");
    refused(post("text/csv", "prediction_id,name,value,row\n" + ID + ",status,good,x\n"), "row");
    refused(post("text/csv", "prediction_id,name,value\n" + ID + ",status,\"good\n"), "line");
  }

  @Test
  void tooMuchAtOnceIsRefused() {
    json(String.join(",", Collections.nCopies(1_001, GOOD)))
        .statusCode(413)
        .body("type", equalTo("urn:understudy:problem:too-large"))
        .body("detail", containsString("1000 outcomes"));
    post("application/json", " ".repeat(200_001))
        .statusCode(413)
        .body("detail", containsString("200000 bytes"));
    post("text/csv", "prediction_id,name,value\n" + (ID + ",status,good\n").repeat(1_001))
        .statusCode(413);
  }

  @Test
  void otherMediaTypesMethodsAndPathsGetAProblemToo() {
    post("text/plain", "x")
        .statusCode(415)
        .contentType("application/problem+json")
        .body("detail", containsString("application/json or text/csv"));
    given().get("/v1/outcomes").then().statusCode(405).contentType("application/problem+json");
    given().get("/v1/nothing").then().statusCode(404);
  }

  @Test
  void theInterfaceDescribesItself() {
    given()
        .accept("application/json")
        .get("/q/openapi")
        .then()
        .statusCode(200)
        .body(containsString("/v1/outcomes"));
  }
}
