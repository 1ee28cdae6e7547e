package dev.understudy.registry;

import static dev.understudy.registry.OnnxBytes.FLOAT;
import static dev.understudy.registry.OnnxBytes.INT64;
import static dev.understudy.registry.OnnxBytes.STRING;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.understudy.contracts.Digest;
import dev.understudy.scoring.EmbeddedModel;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Boots the registry with a real database: projects, models, artefacts and versions over REST. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class CatalogApiTest {
  @TestHTTPResource("/")
  URI self;

  private static final String PMML =
      """
      <PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
        <Header/>
        <DataDictionary>
          <DataField name="Amount" optype="continuous" dataType="double"/>
          <DataField name="risk" optype="continuous" dataType="double"/>
        </DataDictionary>
        <RegressionModel functionName="regression">
          <MiningSchema>
            <MiningField name="Amount"/>
            <MiningField name="risk" usageType="target"/>
          </MiningSchema>
          <Output><OutputField name="probability" feature="predictedValue" dataType="double"
            optype="continuous"/></Output>
          <RegressionTable intercept="0.25"><NumericPredictor name="Amount" coefficient="0.5"/>
          </RegressionTable>
        </RegressionModel>
      </PMML>
      """;
  private static final String REMOTE =
      """
      {"understudy_remote": {"protocol": "rest", "url": "http://triton:8000", "model": "credit"}}
      """;

  @Test
  void whatWasCreatedIsFoundAgain() {
    Api api = Api.withTwoVersions();

    given().get("/v1/projects/{p}", api.project).then().statusCode(200);
    given().get("/v1/projects?limit=1000").then().body("items.name", hasItem(api.project));
    given()
        .get(api.model())
        .then()
        .statusCode(200)
        .body("project", equalTo(api.project))
        .body("task", equalTo("BINARY_CLASSIFICATION"))
        .body("inputs", hasSize(3))
        .body("inputs[1].categories", equalTo(List.of("owner", "rent")))
        .body("inputs[1].may_be_missing", equalTo(true))
        .body("meaning.positive", equalTo("bad"))
        .body("versions", equalTo(2));
    given()
        .get("/v1/projects/{p}/models", api.project)
        .then()
        .body("items.name", equalTo(List.of("credit-risk")));
    given().get(api.model() + "/versions").then().body("items.version", equalTo(List.of("1", "2")));
  }

  @Test
  void aVersionKeepsWhatItsRunSaidAndWhichArtefactItIs() {
    Api api = new Api();
    api.create();
    byte[] artefact = OnnxBytes.scorecard("with a run");
    Api.upload(artefact);

    Api.json(
            """
            {"sha256": "%s", "format": "onnx", "description": "a scorecard",
             "metrics": {"accuracy": 0.71}, "parameters": {"seed": 7, "solver": "newton"},
             "run": {"id": "r-1", "seed": 7, "data": {"sha256": "ab"}}}
            """
                .formatted(Digest.of(artefact)))
        .post(api.model() + "/versions")
        .then()
        .statusCode(201)
        .header("Location", containsString("/versions/1"));

    given()
        .get(api.model() + "/versions/1")
        .then()
        .statusCode(200)
        .body("sha256", equalTo(Digest.of(artefact)))
        .body("bytes", equalTo(artefact.length))
        .body("metrics.accuracy", equalTo(0.71f))
        .body("parameters.solver", equalTo("newton"))
        .body("run.data.sha256", equalTo("ab"));
    given()
        .get("/v1/audit?project={p}&model=credit-risk", api.project)
        .then()
        .body("items.action", equalTo(List.of("model.created", "version.registered")))
        .body("items[1].detail.sha256", equalTo(Digest.of(artefact)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pmml", "remote"})
  void aVersionIsOfTheFormatThatItsArtefactHolds(String format) {
    Api api = new Api();
    api.create();
    byte[] artefact = (format.equals("pmml") ? PMML : REMOTE).getBytes(UTF_8);
    Api.upload(artefact);

    problem(api.newVersion(Digest.of(artefact)).then(), 400, "invalid-artefact");
    problem(api.newVersion(Digest.of(artefact), "pickle").then(), 400, "invalid-request")
        .body("field", equalTo("format"))
        .body("detail", containsString("onnx, pmml, remote"));
    api.newVersion(Digest.of(artefact), format)
        .then()
        .statusCode(201)
        .body("format", equalTo(format));
  }

  @Test
  void anApplicationEmbedsAVersionByItsName() throws Exception {
    Api api = new Api();
    api.create();
    byte[] artefact = PMML.getBytes(UTF_8);
    Api.upload(artefact);
    api.newVersion(Digest.of(artefact), "pmml").then().statusCode(201);

    try (EmbeddedModel model = EmbeddedModel.fromRegistry(self, api.project, "credit-risk", "1")) {
      Score score =
          model
              .score(
                  Map.of("Amount", Tensor.ofFloats("Amount", new long[] {2}, 1, 2)),
                  Duration.ofSeconds(20))
              .toCompletableFuture()
              .join();

      assertThat(model.contract().inputs().column("Home").orElseThrow().categories())
          .containsExactly("owner", "rent");
      assertThat(score)
          .isInstanceOfSatisfying(
              Score.Answered.class,
              answered ->
                  assertThat(answered.output("probability"))
                      .isEqualTo(Tensor.ofFloats("probability", new long[] {2}, 0.75f, 1.25f)));
    }
  }

  @Test
  void versionsThatAreRegisteredAtOnceGetNumbersWithoutAGap() throws Exception {
    Api api = new Api();
    api.create();
    byte[] artefact = OnnxBytes.scorecard("at once");
    Api.upload(artefact);
    Callable<String> register =
        () -> api.newVersion(Digest.of(artefact)).then().statusCode(201).extract().path("version");

    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<String>> versions =
          threads.invokeAll(IntStream.range(0, 8).mapToObj(i -> register).toList());

      assertThat(versions)
          .extracting(Future::get)
          .containsExactlyInAnyOrder("1", "2", "3", "4", "5", "6", "7", "8");
    }
  }

  @Test
  void anArtefactComesBackAsItWasSent() {
    byte[] artefact = OnnxBytes.scorecard("there and back");
    String digest = Digest.of(artefact);

    Api.upload(artefact).then().statusCode(201);
    Api.upload(artefact).then().statusCode(200);

    byte[] back =
        given()
            .get("/v1/artefacts/{d}", digest)
            .then()
            .statusCode(200)
            .header("ETag", equalTo("\"" + digest + "\""))
            .extract()
            .asByteArray();
    assertThat(back).isEqualTo(artefact);
    given()
        .head("/v1/artefacts/{d}", digest)
        .then()
        .statusCode(200)
        .header("Content-Length", equalTo(String.valueOf(artefact.length)));
  }

  @Test
  void anArtefactWithAnotherDigestIsRefusedAndNotKept() {
    String announced = Digest.of(new byte[] {1});

    problem(
            given()
                .contentType(ContentType.BINARY)
                .body(new byte[] {2})
                .put("/v1/artefacts/{d}", announced)
                .then(),
            400,
            "digest-mismatch")
        .body("field", equalTo("sha256"));

    problem(given().get("/v1/artefacts/{d}", announced).then(), 404, "not-found");
  }

  @Test
  void aPathThatIsNoDigestReachesNothing() {
    problem(
        given().urlEncodingEnabled(false).get("/v1/artefacts/..%2F..%2Fetc").then(),
        400,
        "invalid-request");
    problem(
        given()
            .contentType(ContentType.BINARY)
            .body(new byte[] {2})
            .put("/v1/artefacts/{d}", "A".repeat(64))
            .then(),
        400,
        "invalid-request");
  }

  @Test
  void anArtefactThatIsTooLargeIsRefusedAndNotKept() {
    byte[] large = new byte[100_001];

    problem(Api.upload(large).then(), 413, "too-large");

    given().get("/v1/artefacts/{d}", Digest.of(large)).then().statusCode(404);
  }

  static Stream<Arguments> unacceptable() {
    return Stream.of(
        Arguments.of("not ONNX", "not an ONNX file", "plainly not a model".getBytes()),
        Arguments.of(
            "an input that the contract lacks",
            "'Age' is not in the model's contract",
            new OnnxBytes().input("Age", FLOAT).output("probability", FLOAT).bytes()),
        Arguments.of(
            "an input of another datatype",
            "'Home' is INT64, the model's contract says BYTES",
            new OnnxBytes().input("Home", INT64).output("probability", FLOAT).bytes()),
        Arguments.of(
            "no such output",
            "lacks the output 'probability'",
            new OnnxBytes().input("Amount", FLOAT).output("score", FLOAT).bytes()),
        Arguments.of(
            "an output of another datatype",
            "'probability' is BYTES",
            new OnnxBytes().input("Amount", FLOAT).output("probability", STRING).bytes()),
        Arguments.of(
            "an output of another shape",
            "has the shape [-1, 1], the model's contract says [-1]",
            new OnnxBytes().input("Amount", FLOAT).output("probability", FLOAT, 2).bytes()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unacceptable")
  void anArtefactAgainstTheContractNeverBecomesAVersion(
      String what, String detail, byte[] artefact) {
    Api api = new Api();
    api.create();
    Api.upload(artefact);

    problem(api.newVersion(Digest.of(artefact)).then(), 400, "invalid-artefact")
        .body("detail", containsString(detail))
        .body("field", equalTo("sha256"));

    given().get(api.model() + "/versions").then().body("items", hasSize(0));
  }

  @Test
  void aVersionTakesAnySizeThatTheContractLeavesFreeButMayAnswerWithOne() {
    Api api = new Api();
    api.create(Api.FREE_SIZES);
    byte[] takesAny =
        new OnnxBytes()
            .freeInput("Amount", FLOAT, 2)
            .output("probability", FLOAT)
            .output("embedding", FLOAT, 2)
            .bytes();
    byte[] takesOne =
        new OnnxBytes()
            .input("Amount", FLOAT, 2)
            .output("probability", FLOAT)
            .output("embedding", FLOAT, 2)
            .bytes();
    Api.upload(takesAny);
    Api.upload(takesOne);

    api.newVersion(Digest.of(takesAny)).then().statusCode(201);
    problem(api.newVersion(Digest.of(takesOne)).then(), 400, "invalid-artefact")
        .body(
            "detail",
            containsString("'Amount' has the shape [-1, 1], the model's contract says [-1, -1]"));
  }

  @ParameterizedTest
  @CsvSource({
    "Amount, Age, is not in the model's contract",
    "probability, score, lacks an OutputField"
  })
  void aPmmlDocumentAgainstTheContractNeverBecomesAVersion(String part, String by, String detail) {
    Api api = new Api();
    api.create();
    byte[] artefact = PMML.replace(part, by).getBytes(UTF_8);
    Api.upload(artefact);

    problem(api.newVersion(Digest.of(artefact), "pmml").then(), 400, "invalid-artefact")
        .body("detail", containsString(detail));
  }

  @Test
  void anArtefactThatWasNeverUploadedIsNoVersion() {
    Api api = new Api();
    api.create();

    problem(api.newVersion("0".repeat(64)).then(), 400, "invalid-artefact");
  }

  @Test
  void aNameIsTakenOnce() {
    Api api = new Api();
    api.create();

    problem(
            Api.json("{\"name\": \"%s\"}".formatted(api.project)).post("/v1/projects").then(),
            409,
            "already-exists")
        .body("field", equalTo("name"));
    problem(
        Api.json(Api.MODEL).post("/v1/projects/{p}/models", api.project).then(),
        409,
        "already-exists");
  }

  @Test
  void whatIsNotThereIsNotFound() {
    Api api = new Api();
    api.create();

    for (String path :
        List.of(
            "/v1/projects/nobody",
            "/v1/projects/nobody/models",
            "/v1/projects/" + api.project + "/models/nothing",
            api.model() + "/versions/1",
            api.model() + "/versions/one",
            api.model() + "/versions/99999999999",
            api.model() + "/route",
            api.model() + "/rollouts/none",
            api.model() + "/rollouts/none/evaluations",
            "/v1/nothing")) {
      problem(given().get(path).then(), 404, "not-found");
    }
  }

  static Stream<Arguments> wrongModels() {
    return Stream.of(
        wrong("name", "\"credit-risk\"", "\"../x\""),
        wrong("task", "BINARY_CLASSIFICATION", "GUESSING"),
        wrong("inputs[0].datatype", "\"FP32\", \"shape\": [-1]}", "\"FLOAT\", \"shape\": [-1]}"),
        wrong("inputs[1].name", "\"Home\"", "\"Amount\""),
        wrong("inputs[0].shape", "[-1]}", "[0]}"),
        wrong("inputs[0].shape", "[-1]}", "[-1, 0]}"),
        wrong("inputs[0].shape", "[-1]}", "[-1, -2]}"),
        wrong(
            "meaning.output",
            "\"probability\", \"datatype\": \"FP32\", \"shape\": [-1]",
            "\"probability\", \"datatype\": \"FP32\", \"shape\": [-1, -1]"),
        wrong("inputs[1].categories", "[\"owner\", \"rent\"]", "[\"owner\", \"owner\"]"),
        wrong("inputs[1].categories[0]", "[\"owner\", \"rent\"]", "[\"\"]"),
        wrong("inputs[0].categories", "\"Amount\"", "\"Amount\", \"categories\": [\"a\"]"),
        wrong("inputs[1].may_be_nan", "\"Home\"", "\"Home\", \"may_be_nan\": true"),
        wrong("inputs[0].minimum", "\"Amount\"", "\"Amount\", \"minimum\": 2, \"maximum\": 1"),
        wrong("inputs[0].maximum", "\"Amount\"", "\"Amount\", \"maximum\": 1e999"),
        wrong("meaning.output", "\"output\": \"probability\"", "\"output\": \"other\""),
        wrong(
            "meaning.output",
            "\"probability\", \"datatype\": \"FP32\", \"shape\": [-1]",
            "\"probability\", \"datatype\": \"FP32\", \"shape\": [-1, 2]"),
        wrong(
            "inputs[0].may_be_missing",
            "\"Amount\", \"datatype\": \"FP32\"",
            "\"Amount\", \"datatype\": \"INT64\", \"may_be_missing\": true"),
        wrong("meaning.threshold", "0.5", "1.5"),
        wrong("meaning.positive", "\"positive\": \"bad\",", ""),
        wrong("meaning.negative", "\"negative\": \"good\",", ""),
        wrong("meaning.negative", "\"good\"", "\"bad\""),
        wrong("surprise", "\"task\"", "\"surprise\": 1, \"task\""),
        wrong("inputs[0].surprise", "\"Amount\"", "\"Amount\", \"surprise\": 1"),
        wrong("name", "\"credit-risk\"", "7"),
        wrong("meaning.threshold", "0.5", "\"0.5\""),
        wrong("inputs[1].may_be_missing", "true,\n", "\"true\",\n"),
        labels("outputs[0].labels", "\"good\", \"bad\""),
        labels("outputs[0].labels[0]", "7"),
        labels("outputs[0].labels[0]", "\"\""),
        wrong("kpis[0].kind", "\"task\"", "\"kpis\": [{\"kind\": \"LUCK\"}], \"task\""),
        wrong("kpis[0].kind", "\"task\"", "\"kpis\": [{\"kind\": \"RMSE\"}], \"task\""),
        wrong("meaning.positive", "BINARY_CLASSIFICATION", "REGRESSION"),
        wrong("meaning.positive", "BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION"),
        wrong("meaning.classes", "\"threshold\"", "\"classes\": [\"bad\"], \"threshold\""));
  }

  @Test
  void theClassesOfAnOutputCanHaveLabels() {
    Api api = new Api();
    api.create(
        Api.MODEL.replace(
            "\"outputs\": [",
            "\"outputs\": [{\"name\": \"both\", \"datatype\": \"FP32\", \"shape\": [-1, 2],"
                + " \"labels\": [\"good\", \"bad\"]}, "));

    given()
        .get(api.model())
        .then()
        .statusCode(200)
        .body("outputs[0].labels", equalTo(List.of("good", "bad")))
        .body("outputs[1]", not(hasKey("labels")));
  }

  @Test
  void aModelOfSeveralClassesKeepsItsClassesAndItsMeasures() {
    Api api = new Api();
    api.create(
        """
        {"name": "credit-risk", "task": "MULTICLASS_CLASSIFICATION",
         "inputs": [{"name": "Amount", "datatype": "FP32", "shape": [-1]}],
         "outputs": [{"name": "kind", "datatype": "FP32", "shape": [-1, 3],
           "labels": ["cat", "dog", "bird"]}],
         "meaning": {"output": "kind", "outcome": "animal"},
         "kpis": [{"kind": "COST", "line": "SUPERIORITY", "minimum_effect": 0.1,
           "costs": [{"outcome": "cat", "predicted": "dog", "cost": 2.5}]}],
         "guards": [{"kind": "TIMEOUTS"}, {"kind": "INVALID"}]}
        """);

    given()
        .get(api.model())
        .then()
        .statusCode(200)
        .body("task", equalTo("MULTICLASS_CLASSIFICATION"))
        .body("meaning.outcome", equalTo("animal"))
        .body("kpis[0].costs[0].cost", equalTo(2.5f))
        .body("guards.kind", equalTo(List.of("TIMEOUTS", "INVALID")));
  }

  @ParameterizedTest(name = "{index}: {0}")
  @MethodSource("wrongModels")
  void whatIsWrongInAModelIsNamed(String field, String right, String wrong) {
    Api api = new Api();
    Api.json("{\"name\": \"%s\"}".formatted(api.project)).post("/v1/projects");
    assertThat(Api.MODEL).contains(right);

    problem(
            Api.json(Api.MODEL.replaceFirst(Pattern.quote(right), Matcher.quoteReplacement(wrong)))
                .post("/v1/projects/{p}/models", api.project)
                .then(),
            400,
            "invalid-request")
        .body("field", equalTo(field));
  }

  static Stream<Arguments> wrongBodies() {
    return Stream.of(
        Arguments.of("nothing", "", 400),
        Arguments.of("null", "null", 400),
        Arguments.of("not JSON", "{name", 400),
        Arguments.of("a list", "[]", 400),
        Arguments.of("two documents", "{\"name\": \"a\"} {}", 400),
        Arguments.of("a field twice", "{\"name\": \"a\", \"name\": \"b\"}", 400),
        Arguments.of("a null character", "{\"name\": \"a\\u0000\"}", 400),
        Arguments.of("too large", "{\"name\": \"" + "x".repeat(20_001) + "\"}", 413));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongBodies")
  void aBodyThatCannotBeReadIsRefused(String what, String body, int status) {
    Api.json(body)
        .post("/v1/projects")
        .then()
        .statusCode(status)
        .contentType("application/problem+json");
  }

  @Test
  void jsonThatIsTooDeepIsRefused() {
    Api api = new Api();
    api.create();
    String deep = "{\"run\": {\"a\": " + "[".repeat(50) + "]".repeat(50) + "}}";

    problem(Api.json(deep).post(api.model() + "/versions").then(), 413, "too-large");
  }

  @Test
  void aNullCharacterInWhatIsKeptIsRefused() {
    Api api = new Api();
    api.create();
    byte[] artefact = OnnxBytes.scorecard("null character");
    Api.upload(artefact);
    String version =
        "{\"sha256\": \"%s\", \"format\": \"onnx\", %s}".formatted(Digest.of(artefact), "%s");

    problem(
            Api.json(version.formatted("\"description\": \"a\\u0000\""))
                .post(api.model() + "/versions")
                .then(),
            400,
            "invalid-request")
        .body("field", equalTo("description"));
    problem(
        Api.json(version.formatted("\"run\": {\"a\": \"\\u0000\"}"))
            .post(api.model() + "/versions")
            .then(),
        400,
        "invalid-request");
    given().get(api.model() + "/versions").then().body("items", hasSize(0));
  }

  @Test
  void otherMethodsAndMediaTypesAreProblemsToo() {
    problem(given().delete("/v1/projects").then(), 405, "method-not-allowed");
    problem(
        given().contentType(ContentType.TEXT).body("a").post("/v1/projects").then(),
        415,
        "unsupported-media-type");
    problem(given().get("/v1/projects?limit=0").then(), 400, "invalid-request");
    problem(given().get("/v1/audit?limit=5000").then(), 400, "invalid-request")
        .body("field", equalTo("limit"));
    problem(
        given().urlEncodingEnabled(false).get("/v1/projects/a%00b").then(), 400, "invalid-request");
  }

  @Test
  void theServiceDescribesItselfAndItsHealth() {
    given()
        .accept(ContentType.JSON)
        .get("/q/openapi")
        .then()
        .statusCode(200)
        .body("paths.keySet()", hasItem("/v1/projects/{project}/models/{model}/rollouts"));
    given().get("/q/health/live").then().statusCode(200);
    await()
        .untilAsserted(
            () ->
                given()
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body("checks.name", hasItem("gateways known")));
    given()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("registry_outbox_pending"), containsString("registry_gateways_live"));
  }

  private static Arguments labels(String field, String labels) {
    return wrong(
        field,
        "\"probability\", \"datatype\"",
        "\"probability\", \"labels\": [%s], \"datatype\"".formatted(labels));
  }

  private static Arguments wrong(String field, String right, String wrong) {
    return Arguments.of(field, right, wrong);
  }

  private static ValidatableResponse problem(ValidatableResponse answer, int status, String type) {
    return answer
        .statusCode(status)
        .contentType(startsWith("application/problem+json"))
        .body("type", equalTo("urn:understudy:problem:" + type))
        .body("status", equalTo(status));
  }
}
