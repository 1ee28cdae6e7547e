package dev.understudy.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.KafkaResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Open Inference Protocol over REST, as a client sees it. It boots Quarkus because what comes
 * over the wire, byte by byte, is what is tested.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestConformanceQuarkusTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LENGTH = "Inference-Header-Content-Length";
  private static final String PROJECT = "conformance";
  private static final String INFER = "/v2/models/rows/infer";

  private final HttpClient http = HttpClient.newHttpClient();

  @TestHTTPResource("/")
  URI gateway;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @ConfigProperty(name = "understudy.registry-url")
  URI registry;

  @BeforeAll
  void serve() throws Exception {
    ServedModels models = new ServedModels(http, kafka, registry, gateway);
    models.serve(model("rows", "FP32", -1, 3), Graphs.identity(Graphs.FLOAT, -1, 3));
    models.serve(model("slow", "FP32", -1), Graphs.loopsForMillions());
    models.serve(
        model("two", "FP32", -1)
            .addInputs(InputColumn.newBuilder().setName("y").setDatatype("BYTES").addShape(-1)),
        Graphs.sigmoid(1));
    models.serve(model("words", "BYTES", -1), Graphs.identity(Graphs.STRING, -1));
    models.serve(model("free", "INT64", -1, -1), Graphs.identity(Graphs.LONG, -1, -1));
    RoutePublished.Builder animals = model("animals", "FP32", -1, 2);
    animals.getOutputsBuilder(0).addLabels("cat").addLabels("dog");
    models.serve(animals, Graphs.identity(Graphs.FLOAT, -1, 2));
  }

  @AfterAll
  void close() {
    http.close();
  }

  private static RoutePublished.Builder model(String name, String datatype, long... shape) {
    InputColumn.Builder input = InputColumn.newBuilder().setName("x").setDatatype(datatype);
    OutputColumn.Builder output = OutputColumn.newBuilder().setName("p");
    output.setDatatype(name.equals("slow") || name.equals("two") ? "FP32" : datatype);
    for (long dimension : shape) {
      input.addShape(dimension);
      output.addShape(dimension);
    }
    return RoutePublished.newBuilder()
        .setProject(PROJECT)
        .setModel(name)
        .addInputs(input)
        .addOutputs(output);
  }

  @Test
  void theServerListsExactlyWhatWorks() throws Exception {
    JsonNode server = json(get("/v2"));

    assertThat(server.get("name").asText()).isEqualTo("understudy");
    assertThat(server.get("extensions"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrder(
            "classification",
            "model_repository(index)",
            "schedule_policy",
            "model_configuration",
            "binary_tensor_data",
            "parameters",
            "statistics");
    assertThat(json(get("/v2/models")).get("models"))
        .extracting(JsonNode::asText)
        .contains("rows", "slow", "two", "words", "free");
  }

  @Test
  void theConfigurationHasTheTrueNumbers() throws Exception {
    JsonNode config = json(get("/v2/models/two/config"));

    assertThat(config.get("name").asText()).isEqualTo("two");
    assertThat(config.get("max_batch_size").asInt()).isEqualTo(1_000);
    assertThat(config.get("input").get(0).get("data_type").asText()).isEqualTo("TYPE_FP32");
    assertThat(config.get("input").get(1).get("data_type").asText()).isEqualTo("TYPE_STRING");
    assertThat(config.get("input").get(1).get("dims")).isEmpty();
    assertThat(config.at("/model_transaction_policy/decoupled").asBoolean()).isFalse();
    assertThat(json(get("/v2/models/rows/versions/1/config")).at("/output/0/dims/0").asInt())
        .isEqualTo(3);
    assertThat(get("/v2/models/rows/versions/9/config").statusCode()).isEqualTo(404);
  }

  @Test
  void statisticsCountWhatWasAsked() throws Exception {
    JsonNode before = statistics();

    post(INFER, rows("[[1,2,3],[4,5,6]]", 2));
    JsonNode after = statistics();

    assertThat(after.get("inference_count").asLong() - before.get("inference_count").asLong())
        .isEqualTo(2);
    assertThat(after.get("execution_count").asLong() - before.get("execution_count").asLong())
        .isEqualTo(1);
    for (String sum : List.of("success", "queue", "compute_input", "compute_infer")) {
      String count = "/inference_stats/" + sum + "/count";
      assertThat(after.at(count).asLong() - before.at(count).asLong()).as(sum).isEqualTo(1);
    }
    assertThat(after.at("/inference_stats/compute_infer/ns").asLong()).isPositive();
    assertThat(after.get("last_inference").asLong()).isPositive();
    assertThat(after.get("batch_stats"))
        .extracting(batch -> batch.get("batch_size").asInt())
        .contains(2);
    assertThat(json(get("/v2/models/stats")).get("model_stats")).hasSizeGreaterThanOrEqualTo(5);
    assertThat(json(get("/v2/models/rows/versions/1/stats")).get("model_stats")).hasSize(1);
  }

  private JsonNode statistics() throws Exception {
    return json(get("/v2/models/rows/stats")).get("model_stats").get(0);
  }

  @Test
  void theRepositoryIsReadOnly() throws Exception {
    HttpResponse<byte[]> index = post("/v2/repository/index", "{\"ready\":true}");

    assertThat(json(index))
        .anySatisfy(
            one -> {
              assertThat(one.get("name").asText()).isEqualTo("rows");
              assertThat(one.get("version").asText()).isEqualTo("1");
              assertThat(one.get("state").asText()).isEqualTo("READY");
            });
    assertError(post("/v2/repository/models/rows/unload", ""), 501, "registry decides");
    assertError(post("/v2/repository/models/rows/load", "{}"), 501, "registry decides");
  }

  @Test
  void nestedAndFlatDataGiveTheSameAnswer() throws Exception {
    JsonNode nested = json(post(INFER, rows("[[1,2,3],[4,5,6.5]]", 2))).get("outputs").get(0);
    JsonNode flat = json(post(INFER, rows("[1,2,3,4,5,6.5]", 2))).get("outputs").get(0);

    assertThat(nested).isEqualTo(flat);
    assertThat(nested.get("shape").toString()).isEqualTo("[2,3]");
    assertThat(nested.get("data").toString()).isEqualTo("[1.0,2.0,3.0,4.0,5.0,6.5]");
  }

  @Test
  void theIdIsTheClientsElseTheHeadersElseOurs() throws Exception {
    String withId = "{\"id\":\"mine\"," + rows("[1,2,3]", 1).substring(1);

    assertThat(json(post(INFER, withId, "x-request-id", "theirs")).get("id").asText())
        .isEqualTo("mine");
    assertThat(json(post(INFER, rows("[1,2,3]", 1), "x-request-id", "theirs")).get("id").asText())
        .isEqualTo("theirs");
    HttpResponse<byte[]> bare = post(INFER, rows("[1,2,3]", 1));
    assertThat(json(bare).get("id").asText())
        .isEqualTo(bare.headers().firstValue("Understudy-Prediction-Id").orElseThrow());
  }

  @Test
  void binaryTensorsGoBothWays() throws Exception {
    byte[] tensor = floats(1, -2.5f, Float.MIN_VALUE);
    HttpResponse<byte[]> answered =
        postBinary(
            INFER,
            "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\","
                + "\"shape\":[1,3],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":12}}]}",
            tensor);

    assertThat(answered.statusCode()).isEqualTo(200);
    assertThat(answered.headers().firstValue("Content-Type")).contains("application/octet-stream");
    int length = Integer.parseInt(answered.headers().firstValue(LENGTH).orElseThrow());
    JsonNode output = JSON.readTree(Arrays.copyOf(answered.body(), length)).at("/outputs/0");
    assertThat(output.at("/parameters/binary_data_size").asInt()).isEqualTo(12);
    assertThat(output.has("data")).isFalse();
    assertThat(Arrays.copyOfRange(answered.body(), length, answered.body().length))
        .isEqualTo(tensor);
  }

  @Test
  void anOutputCanSayOtherwiseThanTheRequest() throws Exception {
    String listed =
        "{\"parameters\":{\"binary_data_output\":true},"
            + "\"outputs\":[{\"name\":\"p\",\"parameters\":{\"binary_data\":%s}}],"
            + rows("[1,2,3]", 1).substring(1);

    HttpResponse<byte[]> asJson = post(INFER, listed.formatted("false"));
    HttpResponse<byte[]> asBytes = post(INFER, listed.formatted("true"));

    assertThat(asJson.headers().firstValue(LENGTH)).isEmpty();
    assertThat(asJson.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(asBytes.headers().firstValue(LENGTH)).isPresent();
  }

  @Test
  void jsonAndBinaryInputsMix() throws Exception {
    HttpResponse<byte[]> answered =
        postBinary(
            "/v2/models/two/infer",
            "{\"inputs\":[{\"name\":\"y\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a\"]},"
                + "{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\","
                + "\"parameters\":{\"binary_data_size\":4}}]}",
            floats(0));

    assertThat(json(answered).at("/outputs/0/data/0").asDouble()).isEqualTo(0.5);
  }

  @Test
  void aBodyWithoutJsonIsTheOnlyInput() throws Exception {
    HttpResponse<byte[]> answered = send(INFER, floats(7, 8, 9), LENGTH, "0");

    assertThat(answered.statusCode()).isEqualTo(200);
    int length = Integer.parseInt(answered.headers().firstValue(LENGTH).orElseThrow());
    assertThat(Arrays.copyOfRange(answered.body(), length, answered.body().length))
        .isEqualTo(floats(7, 8, 9));

    HttpResponse<byte[]> free = send("/v2/models/free/infer", new byte[16], LENGTH, "0");
    assertThat(new String(free.body(), ISO_8859_1)).contains("\"shape\":[1,2]");
    HttpResponse<byte[]> word = send("/v2/models/words/infer", "hé".getBytes(UTF_8), LENGTH, "0");
    assertThat(new String(word.body(), UTF_8)).endsWith("\u0003\0\0\0hé");

    assertError(send(INFER, floats(7, 8), LENGTH, "0"), 400, "needs 12 bytes");
    assertError(send("/v2/models/two/infer", floats(7), LENGTH, "0"), 400, "one input");
  }

  @Test
  void aTensorCanBeEmpty() throws Exception {
    String inputs = "{\"inputs\":[{\"name\":\"x\",\"shape\":[2,0],\"datatype\":\"INT64\",%s}]}";

    for (String data :
        List.of("\"data\":[]", "\"data\":[[],[]]", "\"parameters\":{\"binary_data_size\":0}")) {
      HttpResponse<byte[]> answered = post("/v2/models/free/infer", inputs.formatted(data));
      assertThat(json(answered).at("/outputs/0/shape").toString()).as(data).isEqualTo("[2,0]");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "abc", "", "99999", "1.0", "+5", "99999999999999999999", "0x10"})
  void aLengthThatCannotBeIsRefused(String length) throws Exception {
    assertError(send(INFER, rows("[1,2,3]", 1).getBytes(UTF_8), LENGTH, length), 400, LENGTH);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"binary_data_size\":8}              | 12 | needs 12 bytes, the binary data has 8",
        "{\"binary_data_size\":16}             | 12 | 12 bytes are left",
        "{\"binary_data_size\":12}             | 13 | 1 bytes are left over",
        "{\"binary_data_size\":-1}             | 12 | whole number",
        "{\"binary_data_size\":\"12\"}         | 12 | whole number",
        "{\"binary_data_size\":1e1}            | 12 | whole number",
        "{\"binary_data_size\":99999999999999} | 12 | bytes are left",
        "{\"shared_memory_region\":\"r\"}      | 12 | shared_memory_region is not supported"
      })
  void binaryTensorsThatDoNotFitAreRefused(String parameters, int bytes, String reason)
      throws Exception {
    HttpResponse<byte[]> answered =
        postBinary(
            INFER,
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP32\",\"parameters\":%s}]}"
                .formatted(parameters),
            new byte[bytes]);

    assertError(answered, reason.startsWith("shared") ? 501 : 400, reason);
  }

  @Test
  void aTensorIsEitherJsonOrBinary() throws Exception {
    assertError(
        postBinary(
            INFER,
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":[1,2,3],"
                + "\"parameters\":{\"binary_data_size\":12}}]}",
            floats(1, 2, 3)),
        400,
        "give one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void bodiesArePackedBothWaysAndTheLengthIsThatOfTheJson(String coding) throws Exception {
    int rows = 300;
    String json =
        "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\",\"shape\":[%d,3],"
                .formatted(rows)
            + "\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":%d}}]}"
                .formatted(rows * 12);
    byte[] plain = concatenated(json.getBytes(UTF_8), new byte[rows * 12]);

    HttpResponse<byte[]> answered =
        send(
            INFER,
            pack(coding, plain),
            "Content-Encoding",
            coding,
            "Accept-Encoding",
            "br;q=1.0, %s;q=0.5".formatted(coding),
            LENGTH,
            Integer.toString(json.length()));

    assertThat(answered.statusCode()).isEqualTo(200);
    assertThat(answered.headers().firstValue("Content-Encoding")).contains(coding);
    byte[] unpacked = unpack(coding, answered.body());
    int length = Integer.parseInt(answered.headers().firstValue(LENGTH).orElseThrow());
    assertThat(JSON.readTree(Arrays.copyOf(unpacked, length)).at("/outputs/0/shape/0").asInt())
        .isEqualTo(rows);
    assertThat(unpacked.length - length).isEqualTo(rows * 12);
  }

  @Test
  void aBodyThatUnpacksTooFarIsRefused() throws Exception {
    byte[] bomb = pack("gzip", new byte[64 << 20]);

    assertError(send(INFER, bomb, "Content-Encoding", "gzip"), 413, "unpacked");
    assertError(
        send(INFER, "no gzip".getBytes(UTF_8), "Content-Encoding", "gzip"),
        400,
        "content encoding");
    HttpResponse<byte[]> unknown = send(INFER, bomb, "Content-Encoding", "br");
    assertError(unknown, 415, "content encoding");
    assertThat(unknown.headers().firstValue("Accept-Encoding")).contains("gzip, deflate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "application/json", "application/octet-stream", "text/csv", "?"})
  void theContentTypeDecidesNothing(String type) throws Exception {
    HttpResponse<byte[]> answered =
        type.isEmpty()
            ? post(INFER, rows("[1,2,3]", 1))
            : post(INFER, rows("[1,2,3]", 1), "Content-Type", type);

    assertThat(answered.statusCode()).isEqualTo(200);
  }

  @Test
  void aBodyInChunksIsRead() throws Exception {
    byte[] body = rows("[1,2,3]", 1).getBytes(UTF_8);
    HttpResponse<byte[]> answered =
        http.send(
            HttpRequest.newBuilder(gateway.resolve(INFER))
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());

    assertThat(answered.statusCode()).isEqualTo(200);
  }

  @Test
  void aClientThatAsksBeforeItSendsIsToldToGoOn() throws Exception {
    HttpResponse<byte[]> answered =
        http.send(
            HttpRequest.newBuilder(gateway.resolve(INFER))
                .version(HttpClient.Version.HTTP_1_1)
                .expectContinue(true)
                .POST(HttpRequest.BodyPublishers.ofString(rows("[1,2,3]", 1)))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());

    assertThat(answered.statusCode()).isEqualTo(200);
  }

  @Test
  void outputsCanBeRankedAsClasses() throws Exception {
    String request =
        "{\"outputs\":[{\"name\":\"p\",\"parameters\":{\"classification\":2}}],"
            + rows("[[1,3.3,-2],[0,0,0.5]]", 2).substring(1);

    JsonNode output = json(post(INFER, request)).at("/outputs/0");

    assertThat(output.get("datatype").asText()).isEqualTo("BYTES");
    assertThat(output.get("shape").toString()).isEqualTo("[2,2]");
    assertThat(output.get("data"))
        .extracting(JsonNode::asText)
        .containsExactly("3.300000:1", "1.000000:0", "0.500000:2", "0.000000:0");
    assertError(
        post(
            "/v2/models/words/infer",
            "{\"outputs\":[{\"name\":\"p\",\"parameters\":{\"classification\":2}}],\"inputs\":["
                + "{\"name\":\"x\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a\"]}]}"),
        400,
        "classes");
  }

  @Test
  void classesHaveTheLabelsOfTheModel() throws Exception {
    String request =
        "{\"outputs\":[{\"name\":\"p\",\"parameters\":{\"classification\":9}}],\"inputs\":["
            + "{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[0.25,0.75]}]}";

    assertThat(json(post("/v2/models/animals/infer", request)).at("/outputs/0/data").toString())
        .isEqualTo("[\"0.750000:1:dog\",\"0.250000:0:cat\"]");
  }

  @Test
  void theTimeoutOfTheRequestIsItsDeadline() throws Exception {
    String slow =
        "{\"parameters\":{\"timeout\":50000,\"priority\":1},\"inputs\":[{\"name\":\"x\","
            + "\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1000000]}]}";

    assertError(post("/v2/models/slow/infer", slow), 504, "time that the request gives");
    assertError(post("/v2/models/slow/infer", slow.replace("50000", "-1")), 400, "timeout");
    assertError(post("/v2/models/slow/infer", slow.replace("50000", "\"1\"")), 400, "timeout");
    assertError(
        post("/v2/models/slow/infer", slow.replace("\"priority\":1", "\"priority\":-1")),
        400,
        "priority");
  }

  @Test
  void everyRefusalHasTheProtocolsForm() throws Exception {
    assertError(post(INFER, "{"), 400, "not valid JSON");
    assertError(post(INFER, rows("[1,2]", 1)), 400, "needs 3 elements");
    assertError(post(INFER, rows("[1,2,3]", 1).replace("FP32", "FP64")), 400, "FP32 is needed");
    assertError(post(INFER, rows("[1,2,3]", 1).replace("\"x\"", "\"z\"")), 400, "no input 'z'");
    assertError(
        post(
            INFER,
            "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"data\":[],\"shape\":["
                + "9223372036854775807,9223372036854775807]}]}"),
        400,
        "shape");
    assertError(post(INFER, "{\"deep\":" + "[".repeat(101) + "]".repeat(101) + "}"), 400, "deeper");
    assertError(post("/v2/models/nobody/infer", "{}"), 404, "'nobody'");
    assertError(post("/v2/models/rows/versions/2/infer", "{}"), 404, "'2'");
    assertError(get("/v2/nowhere"), 404, "nothing");
    assertError(get(INFER), 405, "POST");
    assertError(post("/v2/models/rows/ready", ""), 405, "GET");
    assertError(post(INFER, " ".repeat(2 << 20)), 413, "larger");
    assertError(
        post(INFER, "{\"parameters\":{\"sequence_id\":1}," + rows("[1,2,3]", 1).substring(1)),
        501,
        "sequence_id");
  }

  @Test
  void bytesThatAreNoTextComeBackInBytesAndInBase64() throws Exception {
    byte[] any = {'a', 0, (byte) 0xFF, 'z'};
    byte[] framed = concatenated(new byte[] {4, 0, 0, 0}, any);
    String binary =
        "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\",\"shape\":[1],"
            + "\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":8}}]}";
    String base64 =
        "{\"outputs\":[{\"name\":\"p\",\"parameters\":{\"content_type\":\"base64\"}}],\"inputs\":["
            + "{\"name\":\"x\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"%1$s\"],"
            + "\"parameters\":{\"content_type\":\"base64\"}}]}";

    HttpResponse<byte[]> inBytes = postBinary("/v2/models/words/infer", binary, framed);
    JsonNode inBase64 =
        json(post("/v2/models/words/infer", base64.formatted("YQD/eg=="))).at("/outputs/0");

    int length = Integer.parseInt(inBytes.headers().firstValue(LENGTH).orElseThrow());
    assertThat(Arrays.copyOfRange(inBytes.body(), length, inBytes.body().length)).isEqualTo(framed);
    assertThat(inBase64.get("data").toString()).isEqualTo("[\"YQD/eg==\"]");
    assertThat(inBase64.at("/parameters/content_type").asText()).isEqualTo("base64");
    assertError(post("/v2/models/words/infer", base64.formatted("YQ=")), 400, "x[0]");
    assertError(
        post(
            INFER,
            rows("[1,2,3]", 1)
                .replace("\"data\"", "\"parameters\":{\"content_type\":\"base64\"},\"data\"")),
        400,
        "base64 is a form of BYTES");
  }

  @Test
  void aHugeLengthOfATextIsRefused() throws Exception {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(-1).array();

    assertError(
        postBinary(
            "/v2/models/words/infer",
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"BYTES\","
                + "\"parameters\":{\"binary_data_size\":8}}]}",
            bytes),
        400,
        "x[0]");
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL, 9, '[true,false]', 0100",
    "INT8, 3, '[-1,2]', ff02",
    "INT16, 5, '[-2,1]', feff0100",
    "UINT8, 2, '[255,2]', ff02",
    "UINT16, 4, '[65535,2]', ffff0200",
    "UINT32, 12, '[4294967295,2]', ffffffff02000000",
    "UINT64, 13, '[18446744073709551615,2]', ffffffffffffffff0200000000000000",
    "INT32, 6, '[-2147483648,1]', 0000008001000000",
    "INT64, 7, '[9007199254740993,-1]', 0100000000002000ffffffffffffffff",
    "FP32, 1, '[0.1,-1.0]', cdcccc3d000080bf",
    "FP64, 11, '[0.1,-1.0]', 9a9999999999b93f000000000000f0bf",
    "BYTES, 8, '[\"\u00f6\",\"b\"]', 02000000c3b60100000062"
  })
  void everyDatatypeComesBackOverJsonAndInBytes(
      String datatype, int onnxType, String data, String hex) throws Exception {
    String name = "of-" + datatype.toLowerCase(Locale.ROOT);
    new ServedModels(http, kafka, registry, gateway)
        .serve(model(name, datatype, -1), Graphs.identity(onnxType, -1));
    byte[] bytes = HexFormat.of().parseHex(hex);
    String path = "/v2/models/" + name + "/infer";
    String inputs =
        "{%s\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"" + datatype + "\",%s}]}";

    JsonNode viaJson = json(post(path, inputs.formatted("", "\"data\":" + data)));
    HttpResponse<byte[]> viaBytes =
        postBinary(
            path,
            inputs.formatted(
                "\"parameters\":{\"binary_data_output\":true},",
                "\"parameters\":{\"binary_data_size\":" + bytes.length + "}"),
            bytes);

    assertThat(viaJson.at("/outputs/0/data").toString()).isEqualTo(data);
    int length = Integer.parseInt(viaBytes.headers().firstValue(LENGTH).orElseThrow());
    assertThat(Arrays.copyOfRange(viaBytes.body(), length, viaBytes.body().length))
        .isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"FP16, 10", "BF16, 16"})
  void halvesHaveNoFormInJson(String datatype, int onnxType) throws Exception {
    String name = "of-" + datatype.toLowerCase(Locale.ROOT);
    new ServedModels(http, kafka, registry, gateway)
        .serve(model(name, datatype, -1), Graphs.identity(onnxType, -1));
    String path = "/v2/models/" + name + "/infer";
    String inputs =
        "{%s\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"" + datatype + "\",%s}]}";
    String binary = "\"parameters\":{\"binary_data_size\":2}";
    byte[] half = {0, 0x3C};

    HttpResponse<byte[]> inBytes =
        postBinary(
            path, inputs.formatted("\"parameters\":{\"binary_data_output\":true},", binary), half);

    int length = Integer.parseInt(inBytes.headers().firstValue(LENGTH).orElseThrow());
    assertThat(Arrays.copyOfRange(inBytes.body(), length, inBytes.body().length)).isEqualTo(half);
    assertError(post(path, inputs.formatted("", "\"data\":[1]")), 400, "no form in JSON");
    assertError(postBinary(path, inputs.formatted("", binary), half), 400, "binary_data");
  }

  @Test
  void aVersionCanBePinned() throws Exception {
    HttpResponse<byte[]> pinned = post("/v2/models/rows/versions/1/infer", rows("[1,2,3]", 1));

    assertThat(json(pinned).get("model_version").asText()).isEqualTo("1");
  }

  private static String rows(String data, int rows) {
    return "{\"inputs\":[{\"name\":\"x\",\"shape\":[%d,3],\"datatype\":\"FP32\",\"data\":%s}]}"
        .formatted(rows, data);
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  private static byte[] pack(String coding, byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream packing =
        coding.equals("gzip") ? new GZIPOutputStream(packed) : new DeflaterOutputStream(packed)) {
      packing.write(plain);
    }
    return packed.toByteArray();
  }

  private static byte[] unpack(String coding, byte[] packed) throws IOException {
    ByteArrayInputStream bytes = new ByteArrayInputStream(packed);
    return (coding.equals("gzip") ? new GZIPInputStream(bytes) : new InflaterInputStream(bytes))
        .readAllBytes();
  }

  private static JsonNode json(HttpResponse<byte[]> answered) throws IOException {
    assertThat(answered.statusCode()).as(new String(answered.body(), UTF_8)).isEqualTo(200);
    return JSON.readTree(answered.body());
  }

  private static void assertError(HttpResponse<byte[]> answered, int status, String reason)
      throws IOException {
    assertThat(answered.statusCode()).as(new String(answered.body(), UTF_8)).isEqualTo(status);
    JsonNode body = JSON.readTree(answered.body());
    assertThat(body).hasSize(1);
    assertThat(body.get("error").asText()).contains(reason);
    assertThat(answered.headers().firstValue("Content-Type")).contains("application/json");
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(gateway.resolve(path)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> post(String path, String body, String... headers) throws Exception {
    return send(path, body.getBytes(UTF_8), headers);
  }

  private HttpResponse<byte[]> postBinary(String path, String json, byte[] tensors)
      throws Exception {
    byte[] text = json.getBytes(UTF_8);
    return send(path, concatenated(text, tensors), LENGTH, Integer.toString(text.length));
  }

  private HttpResponse<byte[]> send(String path, byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(gateway.resolve(path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }
}
