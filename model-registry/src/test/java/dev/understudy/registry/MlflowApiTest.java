package dev.understudy.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;

import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Boots the registry for requests as MLflow's client for Python sends them, and for hostile ones.
 */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class MlflowApiTest {
  @Test
  void whatARunUploadedComesBackByteByByte() {
    Mlflow mlflow = new Mlflow();
    byte[] large = new byte[50_000];

    mlflow.upload("model/data.bin", large).then().statusCode(200);
    mlflow.upload("notes é.txt", "first".getBytes()).then().statusCode(200);
    mlflow.upload("notes é.txt", "second".getBytes()).then().statusCode(200);
    mlflow.upload("empty", new byte[0]).then().statusCode(200);

    String area = "%s/%s/artifacts".formatted(mlflow.experiment, mlflow.run);
    assertThat(given().get(Mlflow.FILES + "/" + area + "/model/data.bin").asByteArray())
        .isEqualTo(large);
    assertThat(given().get(Mlflow.FILES + "/" + area + "/notes é.txt").asString())
        .isEqualTo("second");
    given()
        .queryParam("path", area)
        .get(Mlflow.FILES)
        .then()
        .statusCode(200)
        .body("files.path", equalTo(List.of("empty", "model", "notes é.txt")))
        .body("files.is_dir", equalTo(List.of(false, true, false)));
    given()
        .queryParam("path", area + "/model")
        .get(Mlflow.FILES)
        .then()
        .body("files.path", equalTo(List.of("data.bin")))
        .body("files[0].file_size", equalTo(50_000));
    Mlflow.get("artifacts/list", "run_id", mlflow.run, "path", "model")
        .then()
        .statusCode(200)
        .body("root_uri", equalTo(mlflow.source()))
        .body("files.path", equalTo(List.of("model/data.bin")));
  }

  @Test
  void aVersionKeepsItsFilesWhateverItsRunDoesLater() {
    byte[] onnx = OnnxBytes.scorecard("kept");
    Mlflow mlflow = Mlflow.withVersion(onnx);
    mlflow.upload("model/model.onnx", OnnxBytes.scorecard("another")).then().statusCode(200);

    String place =
        Mlflow.get("model-versions/get-download-uri", "name", mlflow.name, "version", "1")
            .path("artifact_uri");
    String path = place.substring("mlflow-artifacts:/".length());

    given()
        .queryParam("path", path)
        .get(Mlflow.FILES)
        .then()
        .body("files.path", equalTo(List.of("model.onnx")));
    assertThat(given().get(Mlflow.FILES + "/" + path + "/model.onnx").asByteArray())
        .isEqualTo(onnx);
    given()
        .get("/v1/projects/mlflow/models/{m}/versions/1", mlflow.name)
        .then()
        .statusCode(200)
        .body("format", equalTo("onnx"))
        .body("run.id", equalTo(mlflow.run))
        .body("run.code_commit", equalTo("abc"));
  }

  @Test
  void aVersionCarriesWhatItsRunSaid() {
    Mlflow mlflow = new Mlflow();
    Mlflow.post(
            "runs/log-batch",
            """
            {"run_id": "%s", "metrics": [{"key": "auc", "value": 0.8, "timestamp": "5", "step": "1"},
              {"key": "loss", "value": "NaN", "timestamp": 5, "step": 0}],
             "params": [{"key": "random_state", "value": "7"}], "tags": []}
            """
                .formatted(mlflow.run))
        .then()
        .statusCode(200);
    mlflow.upload("model/model.onnx", OnnxBytes.scorecard("said")).then().statusCode(200);
    mlflow.named();

    mlflow.version("runs:/" + mlflow.run + "/model").then().statusCode(200);

    given()
        .get("/v1/projects/mlflow/models/{m}/versions/1", mlflow.name)
        .then()
        .body("metrics.auc", equalTo(0.8f))
        .body("parameters.random_state", equalTo("7"))
        .body("run.seed", equalTo("7"));
    Mlflow.get("runs/get", "run_id", mlflow.run, "run_uuid", mlflow.run)
        .then()
        .body("run.data.metrics.find { it.key == 'loss' }.value", equalTo("NaN"));
  }

  @Test
  void aBatchThatIsSentAgainAddsNothing() {
    Mlflow mlflow = new Mlflow();
    String batch =
        """
        {"run_id": "%s", "metrics": [{"key": "a", "value": 1, "timestamp": 5, "step": 1},
          {"key": "a", "value": 2, "timestamp": 6, "step": 2},
          {"key": "a", "value": 3, "timestamp": 7, "step": 0}],
         "params": [{"key": "p", "value": ""}]}
        """
            .formatted(mlflow.run);
    Mlflow.post("runs/log-batch", batch).then().statusCode(200);
    Mlflow.post("runs/log-batch", batch).then().statusCode(200);

    Mlflow.get("metrics/get-history", "run_id", mlflow.run, "metric_key", "a", "max_results", "2")
        .then()
        .body("metrics.step", equalTo(List.of(0, 1)))
        .body("next_page_token", equalTo("1,5,1.0"));
    Mlflow.get(
            "metrics/get-history",
            "run_id",
            mlflow.run,
            "metric_key",
            "a",
            "max_results",
            "2",
            "page_token",
            "1,5,1.0")
        .then()
        .body("metrics.value", equalTo(List.of(2.0f)));
    Mlflow.get("runs/get", "run_id", mlflow.run)
        .then()
        .body("run.data.metrics.value", equalTo(List.of(2.0f)))
        .body("run.data.params[0].value", equalTo(""));
    refused(
        Mlflow.post(
            "runs/log-parameter",
            "{\"run_id\": \"%s\", \"key\": \"p\", \"value\": \"other\"}".formatted(mlflow.run)),
        400,
        "INVALID_PARAMETER_VALUE",
        "already, with another value");
  }

  @Test
  void aRunWithoutAnExperimentBelongsToTheUsualOne() {
    String id =
        Mlflow.post("runs/create", "{\"experiment_id\": \"0\"}").path("run.info.experiment_id");

    Mlflow.get("experiments/get", "experiment_id", "0")
        .then()
        .statusCode(200)
        .body("experiment.name", equalTo("Default"))
        .body("experiment.experiment_id", equalTo(id));
  }

  @Test
  void aModelThatWasOnlyNamedIsServedOnceItIsDefined() {
    byte[] wrong =
        new OnnxBytes().input("Age", OnnxBytes.FLOAT).output("p", OnnxBytes.FLOAT).bytes();
    Mlflow mlflow = Mlflow.withVersion(wrong);
    mlflow.upload("better/model.onnx", OnnxBytes.scorecard("better")).then().statusCode(200);
    mlflow.version(mlflow.source() + "/better").then().statusCode(200);
    String model = "/v1/projects/mlflow/models/" + mlflow.name;

    Api.json("{\"version\": \"2\"}")
        .put(model + "/route")
        .then()
        .statusCode(409)
        .body("detail", containsString("was named and not defined"));
    Api.json(Api.MODEL.replace("credit-risk", mlflow.name))
        .post("/v1/projects/mlflow/models")
        .then()
        .statusCode(201)
        .body("versions", equalTo(2))
        .body("task", equalTo("BINARY_CLASSIFICATION"));
    Api.json(Api.MODEL.replace("credit-risk", mlflow.name))
        .post("/v1/projects/mlflow/models")
        .then()
        .statusCode(409);

    Api.json("{\"version\": \"1\"}")
        .put(model + "/route")
        .then()
        .statusCode(400)
        .body("detail", containsString("'Age' is not in the model's contract"));
    mlflow.upload("model/model.onnx", wrong).then().statusCode(200);
    refused(
        mlflow.version(mlflow.source() + "/model"),
        400,
        "INVALID_PARAMETER_VALUE",
        "'Age' is not in the model's contract");
    Api.json("{\"version\": \"2\"}").put(model + "/route").then().statusCode(202);
  }

  @Test
  void whatServesIsReadFromTheRoute() throws Exception {
    Mlflow mlflow = Mlflow.withVersion(OnnxBytes.scorecard("serves"));
    mlflow.version(mlflow.source() + "/model").then().statusCode(200);
    String model = "/v1/projects/mlflow/models/" + mlflow.name;
    Api.json(Api.MODEL.replace("credit-risk", mlflow.name))
        .post("/v1/projects/mlflow/models")
        .then()
        .statusCode(201);
    try (FakeGateway gateway = FakeGateway.that(FakeGateway.Manner.PREPARES)) {
      Api.json("{\"version\": \"1\"}").put(model + "/route").then().statusCode(202);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  Mlflow.get("registered-models/alias", "name", mlflow.name, "alias", "champion")
                      .then()
                      .statusCode(200)
                      .body("model_version.version", equalTo("1"))
                      .body("model_version.current_stage", equalTo("Production")));
      assertThat(gateway.id()).isNotEmpty();
    }
    Mlflow.post(
            "registered-models/get-latest-versions", "{\"name\": \"%s\"}".formatted(mlflow.name))
        .then()
        .body("model_versions.version", hasItems("1", "2"));
    Mlflow.get("registered-models/get-latest-versions", "name", mlflow.name, "stages", "Production")
        .then()
        .body("model_versions.version", equalTo(List.of("1")));
    refused(
        Mlflow.post(
            "model-versions/transition-stage",
            "{\"name\": \"%s\", \"version\": \"2\", \"stage\": \"Production\"}"
                .formatted(mlflow.name)),
        409,
        "RESOURCE_CONFLICT",
        "by a rollout");
    for (String word : List.of("champion", "current", "Latest", "challenger")) {
      refused(
          Mlflow.post(
              "registered-models/alias",
              "{\"name\": \"%s\", \"version\": \"2\", \"alias\": \"%s\"}"
                  .formatted(mlflow.name, word)),
          409,
          "RESOURCE_CONFLICT",
          "follows the route");
    }
  }

  @Test
  void namesTagsAndAliasesComeAndGo() {
    Mlflow mlflow = Mlflow.withVersion(OnnxBytes.scorecard("tags"));
    String version = "{\"name\": \"%s\", \"version\": \"1\"".formatted(mlflow.name);
    Mlflow.post("model-versions/set-tag", version + ", \"key\": \"k\", \"value\": \"v\"}")
        .then()
        .statusCode(200)
        .body(equalTo("{}"));
    Mlflow.patch("model-versions/update", version + ", \"description\": \"better\"}")
        .then()
        .statusCode(200)
        .body("model_version.description", equalTo("better"))
        .body("model_version.tags[0].value", equalTo("v"));
    Mlflow.get(
            "model-versions/search",
            "filter",
            "tags.k = 'v' and name = '%s'".formatted(mlflow.name))
        .then()
        .body("model_versions", hasSize(1));
    Mlflow.delete("model-versions/delete-tag", version + ", \"key\": \"k\"}")
        .then()
        .statusCode(200);
    Mlflow.post("registered-models/alias", version + ", \"alias\": \"best\"}")
        .then()
        .statusCode(200);
    Mlflow.get("registered-models/search", "filter", "name LIKE '%s%%'".formatted(mlflow.name))
        .then()
        .body("registered_models[0].aliases[0].alias", equalTo("best"))
        .body("registered_models[0].latest_versions[0].version", equalTo("1"));
    Mlflow.delete(
            "registered-models/alias",
            "{\"name\": \"%s\", \"alias\": \"best\"}".formatted(mlflow.name))
        .then()
        .statusCode(200);
    refused(
        Mlflow.get("registered-models/alias", "name", mlflow.name, "alias", "best"),
        404,
        "RESOURCE_DOES_NOT_EXIST",
        "best");
  }

  @Test
  void aMereNameCanBeChangedAndRemovedAndNothingElse() {
    Mlflow mlflow = new Mlflow();
    mlflow.named();
    refused(
        Mlflow.post("registered-models/create", "{\"name\": \"%s\"}".formatted(mlflow.name)),
        400,
        "RESOURCE_ALREADY_EXISTS",
        "already");
    Mlflow.post(
            "registered-models/rename",
            "{\"name\": \"%s\", \"new_name\": \"n%s\"}".formatted(mlflow.name, mlflow.name))
        .then()
        .statusCode(200);
    Mlflow.delete("registered-models/delete", "{\"name\": \"n%s\"}".formatted(mlflow.name))
        .then()
        .statusCode(200)
        .body(equalTo("{}"));

    Mlflow used = Mlflow.withVersion(OnnxBytes.scorecard("used"));
    for (Response answer :
        List.of(
            Mlflow.delete("registered-models/delete", "{\"name\": \"%s\"}".formatted(used.name)),
            Mlflow.post(
                "registered-models/rename",
                "{\"name\": \"%s\", \"new_name\": \"x%s\"}".formatted(used.name, used.name)),
            Mlflow.delete(
                "model-versions/delete",
                "{\"name\": \"%s\", \"version\": \"1\"}".formatted(used.name)))) {
      refused(answer, 409, "RESOURCE_CONFLICT", "stay");
    }
    Mlflow.get("model-versions/get", "name", used.name, "version", "1").then().statusCode(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "traces",
        "logged-models",
        "runs/delete",
        "runs/log-inputs",
        "model-versions/nothing",
        "webhooks"
      })
  void whatIsNotOfferedSaysSo(String path) {
    refused(Mlflow.post(path, "{}"), 404, "ENDPOINT_NOT_FOUND", "nothing at this path");
  }

  @Test
  void anEndpointWithAnotherMethodIsNone() {
    refused(Mlflow.get("runs/create"), 404, "ENDPOINT_NOT_FOUND", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..%2F..%2Fetc%2Fpasswd",
        "1/x/artifacts/model",
        "1/0123456789abcdef0123456789abcdef/artifacts/..%2F..%2Fx",
        "1/0123456789abcdef0123456789abcdef/artifacts/%252e%252e/x",
        "1/0123456789abcdef0123456789abcdef/artifacts/a%5C..%5Cb",
        "1/0123456789abcdef0123456789abcdef/artifacts/a%00b",
        "1/0123456789abcdef0123456789abcdef/artifacts/a%0Ab",
        "1/0123456789abcdef0123456789abcdef/artifacts/%FF%FE",
        "1/0123456789abcdef0123456789abcdef/artifacts",
        "versions/credit/1/model.onnx"
      })
  void noPathLeavesTheAreaOfARun(String path) {
    int status =
        given()
            .urlEncodingEnabled(false)
            .contentType("application/octet-stream")
            .body(new byte[] {1})
            .put(Mlflow.FILES + "/" + path)
            .then()
            .extract()
            .statusCode();

    assertThat(status).isIn(400, 404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "file:///etc/passwd",
        "s3://b/k",
        "http://localhost:1/x",
        "runs:/../x"
      })
  void noAddressOfAClientIsFollowed(String source) {
    Mlflow mlflow = new Mlflow();
    mlflow.named();

    refused(mlflow.version(source), 400, "INVALID_PARAMETER_VALUE", "");

    Mlflow.get("model-versions/search", "filter", "name='%s'".formatted(mlflow.name))
        .then()
        .body("model_versions", hasSize(0));
  }

  @Test
  void whatCannotBeServedIsNoVersion() {
    Mlflow mlflow = new Mlflow();
    mlflow.named();
    mlflow.upload("pickled/model.pkl", new byte[] {1}).then().statusCode(200);
    mlflow.upload("fake/model.onnx", "not a model".getBytes()).then().statusCode(200);

    refused(
        mlflow.version(mlflow.source() + "/none"), 400, "INVALID_PARAMETER_VALUE", "nothing there");
    refused(
        mlflow.version(mlflow.source() + "/pickled"), 400, "INVALID_PARAMETER_VALUE", "0 files");
    refused(
        mlflow.version(mlflow.source() + "/fake"), 400, "INVALID_PARAMETER_VALUE", "not an ONNX");
    refused(
        Mlflow.post(
            "model-versions/create",
            "{\"name\": \"%s\", \"source\": \"%s\", \"run_id\": \"%s\"}"
                .formatted(mlflow.name, mlflow.source() + "/fake", "0".repeat(32))),
        400,
        "INVALID_PARAMETER_VALUE",
        "of the run");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name='a' OR 1=1",
        "name='x'; drop table model_version",
        "metrics.auc > 1",
        "attributes.password = 'x'",
        "name > 'a'",
        "tags.`a' or '1'='1` = 'x' or"
      })
  void aHostileFilterIsRefused(String filter) {
    refused(
        Mlflow.get("model-versions/search", "filter", filter), 400, "INVALID_PARAMETER_VALUE", "");
  }

  @Test
  void quotesInsideAValueAreJustText() {
    Mlflow.get("model-versions/search", "filter", "name = \"x' or '1'='1\"")
        .then()
        .statusCode(200)
        .body("model_versions", hasSize(0));
    Mlflow.get("registered-models/search", "filter", "tags.`a' or '1'='1` = '1'")
        .then()
        .statusCode(200)
        .body("registered_models", hasSize(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "registered-models/create | {}",
        "registered-models/create | {\"name\": \"../x\"}",
        "registered-models/create | {\"name\": \"a b\"}",
        "registered-models/create | {\"name\": [1]}",
        "registered-models/create | []",
        "registered-models/create | {\"name\": \"a\", \"tags\": 1}",
        "registered-models/create | {",
        "model-versions/transition-stage | {\"name\": \"a\", \"version\": \"1\", \"stage\": \"Live\"}",
        "experiments/create | {\"name\": \"e\", \"artifact_location\": \"s3://b\"}",
        "experiments/create | {\"name\": \"a\\u0000b\"}",
        "runs/create | {\"experiment_id\": \"1 or 1=1\"}",
        "runs/create | {\"start_time\": \"soon\"}",
        "runs/search | {\"experiment_ids\": [\"0\"], \"page_token\": \"-1\"}",
        "runs/search | {\"experiment_ids\": [\"0\"], \"max_results\": 0}",
        "runs/search | {\"experiment_ids\": [\"0\"], \"order_by\": [\"1; drop\"]}",
        "runs/search | {\"experiment_ids\": [\"0\"], \"filter\": \"metrics.a = 'x'\"}"
      })
  void whatIsWrongIsRefusedByItsField(String path, String body) {
    refused(Mlflow.post(path, body), 400, "INVALID_PARAMETER_VALUE", "");
  }

  @Test
  void whatIsTooLargeIsRefusedAndNotKept() {
    Mlflow mlflow = new Mlflow();

    refused(
        mlflow.upload("large", new byte[100_001]), 413, "RESOURCE_LIMIT_EXCEEDED", "100000 bytes");
    refused(
        Mlflow.post("experiments/create", "{\"name\": \"" + "x".repeat(30_000) + "\"}"),
        413,
        "RESOURCE_LIMIT_EXCEEDED",
        "");
    Mlflow.get("artifacts/list", "run_id", mlflow.run).then().body("files", hasSize(0));
  }

  private static void refused(Response answer, int status, String code, String message) {
    answer
        .then()
        .statusCode(status)
        .body("error_code", equalTo(code))
        .body("message", containsString(message));
  }
}
