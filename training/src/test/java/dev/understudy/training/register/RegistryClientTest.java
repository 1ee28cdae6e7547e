package dev.understudy.training.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.training.pipeline.Recipe;
import dev.understudy.training.pipeline.TrainedModel;
import dev.understudy.training.pipeline.Training;
import dev.understudy.training.pipeline.TrainingFailed;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a registry in miniature, over real HTTP on the loopback interface. */
class RegistryClientTest {
  @TempDir private Path out;

  private FakeRegistry registry;
  private RegistryClient client;

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry();
    client = new RegistryClient(registry.address());
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  @Test
  void whatIsMissingIsCreatedWithItsContract() throws RegistryRefused {
    client.ensureProject("demo");
    client.ensureModel("demo", "credit-risk");

    JsonNode model = registry.things.get("/v1/projects/demo/models/credit-risk");
    assertThat(model.get("task").asText()).isEqualTo("BINARY_CLASSIFICATION");
    assertThat(model.get("inputs")).hasSize(12);
    assertThat(model.get("inputs").get(1).toString())
        .isEqualTo(
            """
            {"name":"Home","datatype":"BYTES","shape":[-1],"may_be_missing":true,\
            "may_be_nan":false,\
            "categories":["owner","rent","priv","parents","ignore","other"]}""");
    assertThat(model.get("outputs").toString())
        .isEqualTo("[{\"name\":\"probability\",\"datatype\":\"FP32\",\"shape\":[-1]}]");
    assertThat(model.get("meaning").toString())
        .isEqualTo(
            """
            {"output":"probability","outcome":"status","positive":"bad","negative":"good","threshold":0.5}""");
  }

  @Test
  void whatIsThereIsLeftAlone() throws RegistryRefused {
    client.ensureProject("demo");

    client.ensureProject("demo");

    assertThat(registry.requests)
        .containsExactly("GET /v1/projects/demo", "POST /v1/projects", "GET /v1/projects/demo");
  }

  @Test
  void aVersionCarriesItsArtefactItsMetricsAndItsRun() throws RegistryRefused, TrainingFailed {
    client.ensureProject("demo");
    client.ensureModel("demo", "credit-risk");
    TrainedModel trained = Training.run(Recipe.SCORECARD, 7, out);

    String version = client.register("demo", "credit-risk", trained);

    assertThat(version).isEqualTo("1");
    assertThat(registry.requests).contains("PUT /v1/artefacts/" + trained.sha256());
    JsonNode body = registry.things.get("/v1/projects/demo/models/credit-risk/versions/1");
    assertThat(body.get("sha256").asText()).isEqualTo(trained.sha256());
    assertThat(body.get("format").asText()).isEqualTo("onnx");
    assertThat(body.get("metrics").get("test_accuracy").asDouble())
        .isEqualTo(trained.metrics().accuracy());
    assertThat(body.get("metrics")).allMatch(JsonNode::isNumber);
    assertThat(body.get("parameters").get("eta").asDouble()).isEqualTo(0.5);
    assertThat(body.get("parameters").get("booster").asText()).isEqualTo("gblinear");
    assertThat(body.get("run").get("seed").asLong()).isEqualTo(7);
    assertThat(body.get("run").get("id").asText()).isEqualTo(trained.run().id());
  }

  @Test
  void aProblemIsToldWithItsFieldAndTheWayOut() throws TrainingFailed {
    TrainedModel trained = Training.run(Recipe.SCORECARD, 7, out);

    assertThatThrownBy(() -> client.register("demo", "unheard-of", trained))
        .isInstanceOf(RegistryRefused.class)
        .hasMessage(
            "the registry answers 404 to POST /v1/projects/demo/models/unheard-of/versions: There"
                + " is no such thing; no such name; field model. Create the project and the model"
                + " first.");
  }

  @Test
  void aFileThatWasChangedAfterTrainingIsNotRegistered() throws TrainingFailed, IOException {
    TrainedModel trained = Training.run(Recipe.SCORECARD, 7, out);
    Files.writeString(trained.model(), "something else");

    assertThatThrownBy(() -> client.register("demo", "credit-risk", trained))
        .isInstanceOf(RegistryRefused.class)
        .hasMessageContaining("train it again");
  }

  @Test
  void aRegistryThatIsNotThereIsNamed() {
    registry.close();

    assertThatThrownBy(() -> client.ensureProject("demo"))
        .isInstanceOf(RegistryRefused.class)
        .hasMessageContaining("no registry answers at " + registry.address());
  }

  @Test
  void aNameThatWouldBeAPathIsRefusedBeforeItIsSent() {
    assertThatThrownBy(() -> client.ensureModel("demo", "../../v1/artefacts"))
        .isInstanceOf(RegistryRefused.class)
        .hasMessageContaining("the name of a model has 1 to 128 letters");
    assertThat(registry.requests).isEmpty();
  }

  @Test
  void anAddressWithoutAHostIsRefused() {
    assertThatThrownBy(() -> new RegistryClient(URI.create("localhost:8081")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give one like http://localhost:8081");
  }
}
