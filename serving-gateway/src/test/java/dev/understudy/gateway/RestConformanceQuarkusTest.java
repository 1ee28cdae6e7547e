package dev.understudy.gateway;

import static dev.understudy.gateway.RestClient.INFER;
import static dev.understudy.gateway.RestClient.LENGTH;
import static dev.understudy.gateway.RestClient.assertError;
import static dev.understudy.gateway.RestClient.concatenated;
import static dev.understudy.gateway.RestClient.json;
import static dev.understudy.gateway.RestClient.rows;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Arrays;
import java.util.List;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Open Inference Protocol over REST, as a client sees it: what is told of models, ids, codings
 * and refusals. It boots Quarkus because what comes over the wire, byte by byte, is what is tested.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestConformanceQuarkusTest {
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
  void theServerListsExactlyWhatWorks() throws Exception {
    JsonNode server = json(rest.get("/v2"));

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
    assertThat(json(rest.get("/v2/models")).get("models"))
        .extracting(JsonNode::asText)
        .contains("rows", "slow", "two", "words", "free");
  }

  @Test
  void theConfigurationHasTheTrueNumbers() throws Exception {
    JsonNode config = json(rest.get("/v2/models/two/config"));

    assertThat(config.get("name").asText()).isEqualTo("two");
    assertThat(config.get("max_batch_size").asInt()).isEqualTo(1_000);
    assertThat(config.get("input").get(0).get("data_type").asText()).isEqualTo("TYPE_FP32");
    assertThat(config.get("input").get(1).get("data_type").asText()).isEqualTo("TYPE_STRING");
    assertThat(config.get("input").get(1).get("dims")).isEmpty();
    assertThat(config.at("/model_transaction_policy/decoupled").asBoolean()).isFalse();
    assertThat(json(rest.get("/v2/models/rows/versions/1/config")).at("/output/0/dims/0").asInt())
        .isEqualTo(3);
    assertThat(rest.get("/v2/models/rows/versions/9/config").statusCode()).isEqualTo(404);
  }

  @Test
  void statisticsCountWhatWasAsked() throws Exception {
    JsonNode before = statistics();

    rest.post(INFER, rows("[[1,2,3],[4,5,6]]", 2));
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
    // Nobody measured these, so nobody may take them for free.
    assertThat(after.at("/inference_stats/compute_output/count").asLong()).isZero();
    assertThat(after.at("/batch_stats/0/compute_input/count").asLong()).isZero();
    assertThat(after.at("/batch_stats/0/compute_infer/count").asLong()).isPositive();
    assertThat(after.get("last_inference").asLong()).isPositive();
    assertThat(after.get("batch_stats"))
        .extracting(batch -> batch.get("batch_size").asInt())
        .contains(2);
    assertThat(json(rest.get("/v2/models/stats")).get("model_stats"))
        .hasSizeGreaterThanOrEqualTo(5);
    assertThat(json(rest.get("/v2/models/rows/versions/1/stats")).get("model_stats")).hasSize(1);
  }

  private JsonNode statistics() throws Exception {
    return json(rest.get("/v2/models/rows/stats")).get("model_stats").get(0);
  }

  @Test
  void theRepositoryIsReadOnly() throws Exception {
    HttpResponse<byte[]> index = rest.post("/v2/repository/index", "{\"ready\":true}");

    assertThat(json(index))
        .anySatisfy(
            one -> {
              assertThat(one.get("name").asText()).isEqualTo("rows");
              assertThat(one.get("version").asText()).isEqualTo("1");
              assertThat(one.get("state").asText()).isEqualTo("READY");
            });
    assertError(rest.post("/v2/repository/models/rows/unload", ""), 501, "registry decides");
    assertError(rest.post("/v2/repository/models/rows/load", "{}"), 501, "registry decides");
  }

  @Test
  void theIdIsTheClientsElseTheHeadersElseOurs() throws Exception {
    String withId = "{\"id\":\"mine\"," + rows("[1,2,3]", 1).substring(1);

    assertThat(json(rest.post(INFER, withId, "x-request-id", "theirs")).get("id").asText())
        .isEqualTo("mine");
    assertThat(
            json(rest.post(INFER, rows("[1,2,3]", 1), "x-request-id", "theirs")).get("id").asText())
        .isEqualTo("theirs");
    HttpResponse<byte[]> bare = rest.post(INFER, rows("[1,2,3]", 1));
    assertThat(json(bare).get("id").asText())
        .isEqualTo(bare.headers().firstValue("Understudy-Prediction-Id").orElseThrow());
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
        rest.send(
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

    assertError(
        rest.send(INFER, bomb, "Content-Encoding", "gzip"), 413, "understudy.limits.body-bytes");
    assertError(
        rest.send(INFER, "no gzip".getBytes(UTF_8), "Content-Encoding", "gzip"),
        400,
        "content encoding");
    HttpResponse<byte[]> unknown = rest.send(INFER, bomb, "Content-Encoding", "br");
    assertError(unknown, 415, "content encoding");
    assertThat(unknown.headers().firstValue("Accept-Encoding")).contains("gzip, deflate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "application/json", "application/octet-stream", "text/csv", "?"})
  void theContentTypeDecidesNothing(String type) throws Exception {
    HttpResponse<byte[]> answered =
        type.isEmpty()
            ? rest.post(INFER, rows("[1,2,3]", 1))
            : rest.post(INFER, rows("[1,2,3]", 1), "Content-Type", type);

    assertThat(answered.statusCode()).isEqualTo(200);
  }

  @Test
  void aBodyInChunksIsRead() throws Exception {
    byte[] body = rows("[1,2,3]", 1).getBytes(UTF_8);
    HttpResponse<byte[]> answered =
        rest.exchange(
            HttpRequest.newBuilder(gateway.resolve(INFER))
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build());

    assertThat(answered.statusCode()).isEqualTo(200);
  }

  @Test
  void aClientThatAsksBeforeItSendsIsToldToGoOn() throws Exception {
    HttpResponse<byte[]> answered =
        rest.exchange(
            HttpRequest.newBuilder(gateway.resolve(INFER))
                .version(HttpClient.Version.HTTP_1_1)
                .expectContinue(true)
                .POST(HttpRequest.BodyPublishers.ofString(rows("[1,2,3]", 1)))
                .build());

    assertThat(answered.statusCode()).isEqualTo(200);
  }

  @Test
  void theTimeoutOfTheRequestIsItsDeadline() throws Exception {
    String slow =
        "{\"parameters\":{\"timeout\":50000,\"priority\":1},\"inputs\":[{\"name\":\"x\","
            + "\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1000000]}]}";

    assertError(rest.post("/v2/models/slow/infer", slow), 504, "time that the request gives");
    assertError(rest.post("/v2/models/slow/infer", slow.replace("50000", "-1")), 400, "timeout");
    assertError(rest.post("/v2/models/slow/infer", slow.replace("50000", "\"1\"")), 400, "timeout");
    assertError(
        rest.post("/v2/models/slow/infer", slow.replace("\"priority\":1", "\"priority\":-1")),
        400,
        "priority");
  }

  @Test
  void everyRefusalHasTheProtocolsForm() throws Exception {
    assertError(rest.post(INFER, "{"), 400, "not valid JSON");
    assertError(rest.post(INFER, rows("[1,2]", 1)), 400, "needs 3 elements");
    assertError(
        rest.post(INFER, rows("[1,2,3]", 1).replace("FP32", "FP64")), 400, "FP32 is needed");
    assertError(
        rest.post(INFER, rows("[1,2,3]", 1).replace("\"x\"", "\"z\"")), 400, "no input 'z'");
    assertError(
        rest.post(
            INFER,
            "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"data\":[],\"shape\":["
                + "9223372036854775807,9223372036854775807]}]}"),
        400,
        "shape");
    assertError(
        rest.post(INFER, "{\"deep\":" + "[".repeat(101) + "]".repeat(101) + "}"), 400, "deeper");
    assertError(rest.post("/v2/models/nobody/infer", "{}"), 404, "'nobody'");
    assertError(rest.post("/v2/models/rows/versions/2/infer", "{}"), 404, "'2'; there are 1");
    assertError(rest.get("/v2/nowhere"), 404, "nothing");
    assertError(rest.get(INFER), 405, "POST");
    assertError(rest.post("/v2/models/rows/ready", ""), 405, "GET");
    assertError(rest.post(INFER, " ".repeat(2 << 20)), 413, "understudy.limits.body-bytes");
    assertError(
        rest.post(INFER, "{\"parameters\":{\"sequence_id\":1}," + rows("[1,2,3]", 1).substring(1)),
        501,
        "sequence_id");
  }

  @Test
  void aVersionCanBePinned() throws Exception {
    HttpResponse<byte[]> pinned = rest.post("/v2/models/rows/versions/1/infer", rows("[1,2,3]", 1));

    assertThat(json(pinned).get("model_version").asText()).isEqualTo("1");
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
}
