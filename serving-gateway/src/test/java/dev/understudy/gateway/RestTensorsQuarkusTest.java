package dev.understudy.gateway;

import static dev.understudy.gateway.RestClient.INFER;
import static dev.understudy.gateway.RestClient.LENGTH;
import static dev.understudy.gateway.RestClient.assertError;
import static dev.understudy.gateway.RestClient.concatenated;
import static dev.understudy.gateway.RestClient.floats;
import static dev.understudy.gateway.RestClient.json;
import static dev.understudy.gateway.RestClient.model;
import static dev.understudy.gateway.RestClient.rows;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.KafkaResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tensors over REST, in JSON and in bytes, there and back. It boots Quarkus because what comes over
 * the wire, byte by byte, is what is tested.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestTensorsQuarkusTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestHTTPResource("/")
  URI gateway;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @ConfigProperty(name = "understudy.registry-url")
  URI registry;

  private RestClient rest;

  @BeforeAll
  void serve() throws Exception {
    rest = new RestClient(kafka, registry, gateway);
    rest.serve();
  }

  @AfterAll
  void close() {
    rest.close();
  }

  @Test
  void nestedAndFlatDataGiveTheSameAnswer() throws Exception {
    JsonNode nested = json(rest.post(INFER, rows("[[1,2,3],[4,5,6.5]]", 2))).get("outputs").get(0);
    JsonNode flat = json(rest.post(INFER, rows("[1,2,3,4,5,6.5]", 2))).get("outputs").get(0);

    assertThat(nested).isEqualTo(flat);
    assertThat(nested.get("shape").toString()).isEqualTo("[2,3]");
    assertThat(nested.get("data").toString()).isEqualTo("[1.0,2.0,3.0,4.0,5.0,6.5]");
  }

  @Test
  void binaryTensorsGoBothWays() throws Exception {
    byte[] tensor = floats(1, -2.5f, Float.MIN_VALUE);
    HttpResponse<byte[]> answered =
        rest.postBinary(
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

    HttpResponse<byte[]> asJson = rest.post(INFER, listed.formatted("false"));
    HttpResponse<byte[]> asBytes = rest.post(INFER, listed.formatted("true"));

    assertThat(asJson.headers().firstValue(LENGTH)).isEmpty();
    assertThat(asJson.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(asBytes.headers().firstValue(LENGTH)).isPresent();
  }

  @Test
  void jsonAndBinaryInputsMix() throws Exception {
    HttpResponse<byte[]> answered =
        rest.postBinary(
            "/v2/models/two/infer",
            "{\"inputs\":[{\"name\":\"y\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a\"]},"
                + "{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\","
                + "\"parameters\":{\"binary_data_size\":4}}]}",
            floats(0));

    assertThat(json(answered).at("/outputs/0/data/0").asDouble()).isEqualTo(0.5);
  }

  @Test
  void aBodyWithoutJsonIsTheOnlyInput() throws Exception {
    HttpResponse<byte[]> answered = rest.send(INFER, floats(7, 8, 9), LENGTH, "0");

    assertThat(answered.statusCode()).isEqualTo(200);
    int length = Integer.parseInt(answered.headers().firstValue(LENGTH).orElseThrow());
    assertThat(Arrays.copyOfRange(answered.body(), length, answered.body().length))
        .isEqualTo(floats(7, 8, 9));

    HttpResponse<byte[]> free = rest.send("/v2/models/free/infer", new byte[16], LENGTH, "0");
    assertThat(new String(free.body(), ISO_8859_1)).contains("\"shape\":[1,2]");
    HttpResponse<byte[]> word =
        rest.send("/v2/models/words/infer", "hé".getBytes(UTF_8), LENGTH, "0");
    assertThat(new String(word.body(), UTF_8)).endsWith("\u0003\0\0\0hé");

    assertError(rest.send(INFER, floats(7, 8), LENGTH, "0"), 400, "needs 12 bytes");
    assertError(rest.send("/v2/models/two/infer", floats(7), LENGTH, "0"), 400, "one input");
  }

  @Test
  void aTensorCanBeEmpty() throws Exception {
    String inputs = "{\"inputs\":[{\"name\":\"x\",\"shape\":[2,0],\"datatype\":\"INT64\",%s}]}";

    for (String data :
        List.of("\"data\":[]", "\"data\":[[],[]]", "\"parameters\":{\"binary_data_size\":0}")) {
      HttpResponse<byte[]> answered = rest.post("/v2/models/free/infer", inputs.formatted(data));
      assertThat(json(answered).at("/outputs/0/shape").toString()).as(data).isEqualTo("[2,0]");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "abc", "", "99999", "1.0", "+5", "99999999999999999999", "0x10"})
  void aLengthThatCannotBeIsRefused(String length) throws Exception {
    assertError(rest.send(INFER, rows("[1,2,3]", 1).getBytes(UTF_8), LENGTH, length), 400, LENGTH);
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
        rest.postBinary(
            INFER,
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP32\",\"parameters\":%s}]}"
                .formatted(parameters),
            new byte[bytes]);

    assertError(answered, reason.startsWith("shared") ? 501 : 400, reason);
  }

  @Test
  void aTensorIsEitherJsonOrBinary() throws Exception {
    assertError(
        rest.postBinary(
            INFER,
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":[1,2,3],"
                + "\"parameters\":{\"binary_data_size\":12}}]}",
            floats(1, 2, 3)),
        400,
        "give one");
  }

  @Test
  void outputsCanBeRankedAsClasses() throws Exception {
    String request =
        "{\"outputs\":[{\"name\":\"p\",\"parameters\":{\"classification\":2}}],"
            + rows("[[1,3.3,-2],[0,0,0.5]]", 2).substring(1);

    JsonNode output = json(rest.post(INFER, request)).at("/outputs/0");

    assertThat(output.get("datatype").asText()).isEqualTo("BYTES");
    assertThat(output.get("shape").toString()).isEqualTo("[2,2]");
    assertThat(output.get("data"))
        .extracting(JsonNode::asText)
        .containsExactly("3.300000:1", "1.000000:0", "0.500000:2", "0.000000:0");
    assertError(
        rest.post(
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

    assertThat(
            json(rest.post("/v2/models/animals/infer", request)).at("/outputs/0/data").toString())
        .isEqualTo("[\"0.750000:1:dog\",\"0.250000:0:cat\"]");
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

    HttpResponse<byte[]> inBytes = rest.postBinary("/v2/models/words/infer", binary, framed);
    JsonNode inBase64 =
        json(rest.post("/v2/models/words/infer", base64.formatted("YQD/eg=="))).at("/outputs/0");

    int length = Integer.parseInt(inBytes.headers().firstValue(LENGTH).orElseThrow());
    assertThat(Arrays.copyOfRange(inBytes.body(), length, inBytes.body().length)).isEqualTo(framed);
    assertThat(inBase64.get("data").toString()).isEqualTo("[\"YQD/eg==\"]");
    assertThat(inBase64.at("/parameters/content_type").asText()).isEqualTo("base64");
    assertError(rest.post("/v2/models/words/infer", base64.formatted("YQ=")), 400, "x[0]");
    assertError(
        rest.post(
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
        rest.postBinary(
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
    rest.serve(model(name, datatype, -1), Graphs.identity(onnxType, -1));
    byte[] bytes = HexFormat.of().parseHex(hex);
    String path = "/v2/models/" + name + "/infer";
    String inputs =
        "{%s\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"" + datatype + "\",%s}]}";

    JsonNode viaJson = json(rest.post(path, inputs.formatted("", "\"data\":" + data)));
    HttpResponse<byte[]> viaBytes =
        rest.postBinary(
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
    rest.serve(model(name, datatype, -1), Graphs.identity(onnxType, -1));
    String path = "/v2/models/" + name + "/infer";
    String inputs =
        "{%s\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"" + datatype + "\",%s}]}";
    String binary = "\"parameters\":{\"binary_data_size\":2}";
    byte[] half = {0, 0x3C};

    HttpResponse<byte[]> inBytes =
        rest.postBinary(
            path, inputs.formatted("\"parameters\":{\"binary_data_output\":true},", binary), half);

    int length = Integer.parseInt(inBytes.headers().firstValue(LENGTH).orElseThrow());
    assertThat(Arrays.copyOfRange(inBytes.body(), length, inBytes.body().length)).isEqualTo(half);
    assertError(rest.post(path, inputs.formatted("", "\"data\":[1]")), 400, "no form in JSON");
    assertError(rest.postBinary(path, inputs.formatted("", binary), half), 400, "binary_data");
  }
}
