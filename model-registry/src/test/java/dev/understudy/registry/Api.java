package dev.understudy.registry;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.oneOf;

import dev.understudy.contracts.Digest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.UUID;

/** What the tests ask of the registry, in its own words. Each one has a project of its own. */
final class Api {
  static final String MODEL =
      """
      {"name": "credit-risk", "task": "BINARY_CLASSIFICATION",
       "inputs": [
         {"name": "Amount", "datatype": "FP32", "shape": [-1]},
         {"name": "Home", "datatype": "BYTES", "shape": [-1], "may_be_missing": true,
          "categories": ["owner", "rent"]},
         {"name": "Income", "datatype": "FP32", "shape": [-1], "may_be_missing": true}],
       "outputs": [{"name": "probability", "datatype": "FP32", "shape": [-1]}],
       "meaning": {"output": "probability", "outcome": "status", "positive": "bad", "negative": "good",
         "threshold": 0.5}}
      """;

  /** The same with an input and an output whose second size is free. */
  static final String FREE_SIZES =
      MODEL
          .replace(
              "\"Amount\", \"datatype\": \"FP32\", \"shape\": [-1]",
              "\"Amount\", \"datatype\": \"FP32\", \"shape\": [-1, -1]")
          .replace(
              "\"outputs\": [",
              "\"outputs\": [{\"name\": \"embedding\", \"datatype\": \"FP32\", \"shape\": [-1,"
                  + " -1]}, ");

  static final String SHADOW =
      """
      {"horizon": "PT3S", "kpi": {"kind": "ACCURACY", "line": "SUPERIORITY",
        "minimum_effect": 0.01},
       "guards": [{"kind": "ERRORS"}, {"kind": "SLOW", "slow_threshold": "PT0.05S"}],
       "policy": {"minimum_duration": "PT5S"}}
      """;

  static final String SPLIT =
      """
      {"share": 0.5, "horizon": "PT3S", "kpi": {"kind": "ACCURACY", "line": "NON_INFERIORITY",
        "margin": 0.03, "centre": 0.7},
       "guards": [{"kind": "ERRORS"}], "policy": {"minimum_duration": "PT5S"}}
      """;

  /** A split of three shares, the first of which stays for half a second. */
  static final String RAMP =
      SPLIT.replace(
          "\"share\": 0.5",
          """
          "shares": [{"share": 0.05, "minimum_duration": "PT0.5S"}, {"share": 0.25}, {"share": 0.5}]\
          """);

  final String project = "p-" + UUID.randomUUID();

  /** A project with the model, and two versions of it. */
  static Api withTwoVersions() {
    Api api = new Api();
    api.create();
    api.register("first");
    api.register("second");
    return api;
  }

  void create() {
    create(MODEL);
  }

  void create(String model) {
    json("{\"name\": \"%s\"}".formatted(project)).post("/v1/projects").then().statusCode(201);
    json(model).post("/v1/projects/{p}/models", project).then().statusCode(201);
  }

  String register(String name) {
    byte[] artefact = OnnxBytes.scorecard(name);
    upload(artefact).then().statusCode(oneOf(200, 201));
    return newVersion(Digest.of(artefact)).then().statusCode(201).extract().path("version");
  }

  static Response upload(byte[] artefact) {
    return given()
        .contentType(ContentType.BINARY)
        .body(artefact)
        .put("/v1/artefacts/{sha256}", Digest.of(artefact));
  }

  Response newVersion(String sha256) {
    return newVersion(sha256, "onnx");
  }

  Response newVersion(String sha256, String format) {
    return json("{\"sha256\": \"%s\", \"format\": \"%s\"}".formatted(sha256, format))
        .post(model() + "/versions");
  }

  Response deploy(String version) {
    return json("{\"version\": \"%s\"}".formatted(version)).put(model() + "/route");
  }

  Response route() {
    return given().get(model() + "/route");
  }

  Response start(String candidate, String shadow, String split) {
    return json("{\"candidate\": \"%s\", \"shadow\": %s, \"split\": %s}"
            .formatted(candidate, shadow, split))
        .post(model() + "/rollouts");
  }

  Response start(String candidate, String shadow, String split, String watch) {
    return json("{\"candidate\": \"%s\", \"shadow\": %s, \"split\": %s, \"watch\": %s}"
            .formatted(candidate, shadow, split, watch))
        .post(model() + "/rollouts");
  }

  Response startAll(String candidates, String shadow, String split) {
    return json("{\"candidates\": %s, \"shadow\": %s, \"split\": %s}"
            .formatted(candidates, shadow, split))
        .post(model() + "/rollouts");
  }

  Response rollBack(String id, String ifMatch) {
    return json("{\"reason\": \"customers complain\"}")
        .header("If-Match", ifMatch)
        .post(model() + "/rollouts/{id}/rollback", id);
  }

  Response blocks() {
    return given().get(model() + "/blocks");
  }

  Response clear(String sha256, String body) {
    return json(body).post(model() + "/blocks/{sha256}/clear", sha256);
  }

  Response rollout(String id) {
    return given().get(model() + "/rollouts/{id}", id);
  }

  Response list() {
    return given().get(model() + "/rollouts");
  }

  String state(String id) {
    return rollout(id).then().statusCode(200).extract().path("state");
  }

  Response evaluations(String id) {
    return given().get(model() + "/rollouts/{id}/evaluations", id);
  }

  Response stop(String id, String ifMatch) {
    var request = json("{\"reason\": \"seen enough\"}");
    return (ifMatch == null ? request : request.header("If-Match", ifMatch))
        .post(model() + "/rollouts/{id}/stop", id);
  }

  Response confirm(String id, String ifMatch) {
    var request = json("{\"reason\": \"we can wait\"}");
    return (ifMatch == null ? request : request.header("If-Match", ifMatch))
        .post(model() + "/rollouts/{id}/confirm", id);
  }

  Response widen(String id, String ifMatch, double share) {
    var request = json("{\"share\": %s, \"reason\": \"no need to wait\"}".formatted(share));
    return (ifMatch == null ? request : request.header("If-Match", ifMatch))
        .post(model() + "/rollouts/{id}/widen", id);
  }

  String model() {
    return "/v1/projects/" + project + "/models/credit-risk";
  }

  static RequestSpecification json(String body) {
    return given().contentType(ContentType.JSON).body(body);
  }
}
