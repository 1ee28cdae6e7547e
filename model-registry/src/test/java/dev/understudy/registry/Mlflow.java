package dev.understudy.registry;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.UUID;

/** What MLflow's client for Python asks, request by request, in the shapes that it sends. */
final class Mlflow {
  static final String API = "/api/2.0/mlflow/";
  static final String FILES = "/api/2.0/mlflow-artifacts/artifacts";

  final String name = "m-" + UUID.randomUUID();
  final String experiment =
      post("experiments/create", "{\"name\": \"%s\"}".formatted(name)).path("experiment_id");
  final String run =
      post(
              "runs/create",
              """
              {"experiment_id": "%s", "user_id": "ana", "start_time": 1700000000000,
               "run_name": "wise-hen-1", "tags": [{"key": "mlflow.source.git.commit", "value": "abc"}]}
              """
                  .formatted(experiment))
          .path("run.info.run_id");

  /** A model with a version made of that ONNX file. */
  static Mlflow withVersion(byte[] onnx) {
    Mlflow mlflow = new Mlflow();
    mlflow.upload("model/model.onnx", onnx).then().statusCode(200);
    mlflow.named();
    mlflow.version(mlflow.source() + "/model").then().statusCode(200);
    return mlflow;
  }

  void named() {
    post("registered-models/create", "{\"name\": \"%s\"}".formatted(name)).then().statusCode(200);
  }

  String source() {
    return "mlflow-artifacts:/%s/%s/artifacts".formatted(experiment, run);
  }

  Response version(String source) {
    return post(
        "model-versions/create",
        "{\"name\": \"%s\", \"source\": \"%s\", \"run_id\": \"%s\", \"unknown_field\": {}}"
            .formatted(name, source, run));
  }

  Response upload(String path, byte[] content) {
    return given()
        .contentType("application/json")
        .body(content)
        .put(FILES + "/%s/%s/artifacts/%s".formatted(experiment, run, path));
  }

  static Response post(String path, String body) {
    return given().contentType(ContentType.JSON).body(body).post(API + path);
  }

  static Response patch(String path, String body) {
    return given().contentType(ContentType.JSON).body(body).patch(API + path);
  }

  static Response delete(String path, String body) {
    return given().contentType(ContentType.JSON).body(body).delete(API + path);
  }

  static Response get(String path, String... query) {
    var request = given();
    for (int i = 0; i < query.length; i += 2) {
      request = request.queryParam(query[i], query[i + 1]);
    }
    return request.get(API + path);
  }
}
