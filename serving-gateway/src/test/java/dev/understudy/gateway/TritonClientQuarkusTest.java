package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.KafkaResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import triton.client.InferInput;
import triton.client.InferRequestedOutput;
import triton.client.InferResult;
import triton.client.InferenceException;
import triton.client.InferenceServerClient;
import triton.client.pojo.DataType;

/**
 * The Java client of the Triton project, unchanged, against the gateway. It boots Quarkus because a
 * client that is not ours is the measure.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
class TritonClientQuarkusTest {
  private static final int PATIENCE_MILLIS = 30_000;

  @TestHTTPResource("/")
  URI gateway;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @ConfigProperty(name = "understudy.registry-url")
  URI registry;

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void itsInputsAndOutputsAreUnderstood(boolean binaryInput, boolean binaryOutput)
      throws Exception {
    serve();
    InferInput input = new InferInput("x", new long[] {2, 2}, DataType.FP32);
    input.setData(new float[] {1, 2.5f, -3, 0.1f}, binaryInput);

    try (InferenceServerClient client = client()) {
      InferResult result =
          client.infer(
              "triton", List.of(input), List.of(new InferRequestedOutput("p", binaryOutput)));

      assertThat(result.getOutputAsFloat("p")).containsExactly(1, 2.5f, -3, 0.1f);
      assertThat(result.getResponse().getModelVersion()).isEqualTo("1");
    }
  }

  @Test
  void itUnderstandsARefusal() throws Exception {
    serve();
    InferInput input = new InferInput("x", new long[] {1, 3}, DataType.FP32);
    input.setData(new float[] {1, 2, 3}, true);

    try (InferenceServerClient client = client()) {
      assertThatThrownBy(
              () -> client.infer("triton", List.of(input), List.of(new InferRequestedOutput("p"))))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("shape [-1, 2] is needed");
    }
  }

  private InferenceServerClient client() throws Exception {
    return new InferenceServerClient(
        gateway.getHost() + ":" + gateway.getPort(), PATIENCE_MILLIS, PATIENCE_MILLIS);
  }

  private void serve() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      new ServedModels(http, kafka, registry, gateway)
          .serve(
              RoutePublished.newBuilder()
                  .setProject("conformance")
                  .setModel("triton")
                  .addInputs(
                      InputColumn.newBuilder()
                          .setName("x")
                          .setDatatype("FP32")
                          .addShape(-1)
                          .addShape(2))
                  .addOutputs(
                      OutputColumn.newBuilder()
                          .setName("p")
                          .setDatatype("FP32")
                          .addShape(-1)
                          .addShape(2)),
              Graphs.identity(Graphs.FLOAT, -1, 2));
    }
  }
}
