package dev.understudy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.testkit.Graphs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The gateway under test, byte by byte, with models that tell what they were given. */
final class RestClient implements AutoCloseable {
  static final String LENGTH = "Inference-Header-Content-Length";
  static final String INFER = "/v2/models/rows/infer";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROJECT = "conformance";

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI gateway;
  private final ServedModels models;

  RestClient(String kafka, URI registry, URI gateway) {
    this.gateway = gateway;
    this.models = new ServedModels(http, kafka, registry, gateway);
  }

  /** Serves the models that every test may ask. */
  void serve() throws Exception {
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

  /** Serves one more. */
  void serve(RoutePublished.Builder model, byte[] graph) throws Exception {
    models.serve(model, graph);
  }

  static RoutePublished.Builder model(String name, String datatype, long... shape) {
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

  HttpResponse<byte[]> exchange(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(gateway.resolve(path)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> post(String path, String body, String... headers) throws Exception {
    return send(path, body.getBytes(UTF_8), headers);
  }

  HttpResponse<byte[]> postBinary(String path, String json, byte[] tensors) throws Exception {
    byte[] text = json.getBytes(UTF_8);
    return send(path, concatenated(text, tensors), LENGTH, Integer.toString(text.length));
  }

  HttpResponse<byte[]> send(String path, byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(gateway.resolve(path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  static String rows(String data, int rows) {
    return "{\"inputs\":[{\"name\":\"x\",\"shape\":[%d,3],\"datatype\":\"FP32\",\"data\":%s}]}"
        .formatted(rows, data);
  }

  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  static byte[] concatenated(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  static JsonNode json(HttpResponse<byte[]> answered) throws IOException {
    assertThat(answered.statusCode()).as(new String(answered.body(), UTF_8)).isEqualTo(200);
    return JSON.readTree(answered.body());
  }

  static void assertError(HttpResponse<byte[]> answered, int status, String reason)
      throws IOException {
    assertThat(answered.statusCode()).as(new String(answered.body(), UTF_8)).isEqualTo(status);
    JsonNode body = JSON.readTree(answered.body());
    assertThat(body).hasSize(1);
    assertThat(body.get("error").asText()).contains(reason);
    assertThat(answered.headers().firstValue("Content-Type")).contains("application/json");
  }

  @Override
  public void close() {
    http.close();
  }
}
