package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.gateway.Contracts;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.TensorSpec;
import dev.understudy.testkit.Graphs;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server says that it can do beyond the protocol's core, each of it done once. */
class ExtensionsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NUMBER =
      "{%s\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[%s]}]}";

  private final Serving serving;
  private RestServer rest;

  ExtensionsTest(@TempDir Path spool) throws Exception {
    serving = new Serving(spool);
  }

  @FunctionalInterface
  private interface Use {
    void run() throws Exception;
  }

  @BeforeEach
  void open() throws Exception {
    serving.serve("number", Contracts.number(), Graphs.sigmoid(1));
    serving.serve("slow", Contracts.number(), Graphs.loopsForMillions());
    serving.serve("classes", classes(), Graphs.identity(Graphs.FLOAT, -1, 3));
    rest = new RestServer(serving.route(new RequestLimits(1 << 20, 16, 100), Plenty.inFlight()));
  }

  @AfterEach
  void close() throws Exception {
    rest.close();
    serving.close();
  }

  @Test
  void eachExtensionThatIsListedWorks() throws Exception {
    Map<String, Use> uses =
        Map.of(
            "classification", this::theBestClassIsNamed,
            "model_repository(index)", this::theIndexIsRead,
            "schedule_policy", this::theTimeoutEndsARequest,
            "model_configuration", this::theConfigurationIsRead,
            "binary_tensor_data", this::bytesGoBothWays,
            "parameters", this::parametersAreRead,
            "statistics", this::statisticsAreRead);

    List<String> listed =
        JSON.readerForListOf(String.class).readValue(json(rest.get("/v2")).get("extensions"));

    assertThat(listed).containsExactlyInAnyOrderElementsOf(uses.keySet());
    for (Use use : uses.values()) {
      use.run();
    }
  }

  private void theBestClassIsNamed() throws Exception {
    JsonNode best =
        infer(
            "classes",
            "{\"outputs\":[{\"name\":\"p\",\"parameters\":{\"classification\":2}}],"
                + "\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP32\","
                + "\"data\":[0.2,0.7,0.1]}]}");

    assertThat(best.at("/outputs/0/datatype").asText()).isEqualTo("BYTES");
    assertThat(best.at("/outputs/0/data").toString())
        .isEqualTo("[\"0.700000:1:dog\",\"0.200000:0:cat\"]");
  }

  private void theIndexIsRead() throws Exception {
    assertThat(json(rest.post("/v2/repository/index", new byte[0])))
        .extracting(model -> model.get("name").asText() + " " + model.get("state").asText())
        .containsExactly("classes READY", "number READY", "slow READY");
  }

  private void theTimeoutEndsARequest() throws Exception {
    String hurried = "\"parameters\":{\"priority\":1,\"timeout\":20000},";

    HttpResponse<String> late =
        rest.post("/v2/models/slow/infer", NUMBER.formatted(hurried, "1000000").getBytes(UTF_8));

    assertThat(late.statusCode()).isEqualTo(504);
  }

  private void theConfigurationIsRead() throws Exception {
    JsonNode config = json(rest.get("/v2/models/classes/config"));

    assertThat(config.get("max_batch_size").asInt()).isEqualTo(100);
    assertThat(config.at("/output/0/dims").toString()).isEqualTo("[3]");
  }

  private void bytesGoBothWays() throws Exception {
    String json =
        "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\",\"shape\":[1],"
            + "\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":4}}]}";

    HttpResponse<String> answered =
        rest.post(
            "/v2/models/number/infer",
            (json + "\0\0\0\0").getBytes(UTF_8),
            "Inference-Header-Content-Length",
            Integer.toString(json.length()));

    assertThat(answered.statusCode()).isEqualTo(200);
    // One half: 0x3F000000.
    assertThat(answered.body()).endsWith("\0\0\0?");
  }

  private void parametersAreRead() throws Exception {
    String own = "\"parameters\":{\"segment\":\"new\",\"rt_non_finite\":\"word\"},";
    String reserved = "\"parameters\":{\"triton_x\":1},";

    assertThat(infer("number", NUMBER.formatted(own, "0")).at("/outputs/0/data/0").asDouble())
        .isEqualTo(0.5);
    assertThat(
            rest.post("/v2/models/number/infer", NUMBER.formatted(reserved, "0").getBytes(UTF_8))
                .statusCode())
        .isEqualTo(400);
  }

  private void statisticsAreRead() throws Exception {
    infer("number", NUMBER.formatted("", "0"));

    assertThat(
            json(rest.get("/v2/models/number/stats")).at("/model_stats/0/inference_count").asInt())
        .isPositive();
  }

  private JsonNode infer(String model, String body) throws Exception {
    return json(rest.post("/v2/models/" + model + "/infer", body.getBytes(UTF_8)));
  }

  private static JsonNode json(HttpResponse<String> answered) throws Exception {
    assertThat(answered.statusCode()).as(answered.body()).isEqualTo(200);
    return JSON.readTree(answered.body());
  }

  private static ModelContract classes() {
    List<Long> shape = List.of(-1L, 3L);
    return new ModelContract(
        new InputContract(
            List.of(
                new Column(
                    "x",
                    Datatype.FP32,
                    shape,
                    false,
                    false,
                    List.of(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty()))),
        List.of(new TensorSpec("p", Datatype.FP32, shape)),
        Map.of("p", List.of("cat", "dog", "bird")));
  }
}
