package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.GrpcMessages.code;
import static dev.understudy.gateway.protocol.GrpcMessages.identity;
import static dev.understudy.gateway.protocol.GrpcMessages.number;
import static dev.understudy.gateway.protocol.GrpcMessages.typed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.contracts.health.HealthCheckRequest;
import dev.understudy.contracts.health.HealthCheckResponse.ServingStatus;
import dev.understudy.contracts.health.HealthGrpc;
import dev.understudy.contracts.inference.DataType;
import dev.understudy.contracts.inference.ModelConfig;
import dev.understudy.contracts.inference.ModelConfigRequest;
import dev.understudy.contracts.inference.ModelMetadataRequest;
import dev.understudy.contracts.inference.ModelMetadataResponse;
import dev.understudy.contracts.inference.ModelReadyRequest;
import dev.understudy.contracts.inference.ModelStatistics;
import dev.understudy.contracts.inference.ModelStatisticsRequest;
import dev.understudy.contracts.inference.RepositoryIndexRequest;
import dev.understudy.contracts.inference.ServerLiveRequest;
import dev.understudy.contracts.inference.ServerMetadataRequest;
import dev.understudy.contracts.inference.ServerReadyRequest;
import dev.understudy.gateway.Contracts;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.Graphs;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server tells over gRPC about itself and its models. */
class GrpcDescriptionTest {
  private final TestGrpc grpc;

  GrpcDescriptionTest(@TempDir Path spool) throws IOException {
    grpc = new TestGrpc(spool);
  }

  @AfterEach
  void close() throws InterruptedException {
    grpc.close();
  }

  @Test
  void theServerSaysThatItLivesAndWhatItIs() {
    grpc.serving.ready.set(false);
    assertThat(grpc.client.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(grpc.client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
        .isFalse();
    grpc.serving.ready.set(true);
    assertThat(grpc.client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
        .isTrue();

    var server = grpc.client.serverMetadata(ServerMetadataRequest.getDefaultInstance());

    assertThat(server.getName()).isEqualTo("understudy");
    assertThat(server.getVersion()).isEqualTo("1.2.3");
    assertThat(server.getExtensionsList()).isEqualTo(Replies.EXTENSIONS);
  }

  @Test
  void aModelIsDescribed() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));

    ModelMetadataResponse model =
        grpc.client.modelMetadata(ModelMetadataRequest.newBuilder().setName("m").build());

    assertThat(model.getName()).isEqualTo("m");
    assertThat(model.getVersionsList()).containsExactly("1");
    assertThat(model.getPlatform()).isEqualTo("onnx_onnxv1");
    assertThat(model.getInputs(0).getName()).isEqualTo("x");
    assertThat(model.getInputs(0).getDatatype()).isEqualTo("FP32");
    assertThat(model.getInputs(0).getShapeList()).containsExactly(-1L);
    assertThat(model.getOutputs(0).getName()).isEqualTo("p");
  }

  @Test
  void theConfigurationSaysHowAModelIsRun() {
    grpc.serve("rows", identity(Datatype.BYTES, 2), Graphs.identity(Graphs.STRING, -1, -1));

    ModelConfig config =
        grpc.client
            .modelConfig(ModelConfigRequest.newBuilder().setName("rows").build())
            .getConfig();

    assertThat(config.getName()).isEqualTo("rows");
    assertThat(config.getPlatform()).isEqualTo("onnx_onnxv1");
    assertThat(config.getMaxBatchSize()).isEqualTo(1_000);
    assertThat(config.getInput(0).getName()).isEqualTo("x");
    assertThat(config.getInput(0).getDataType()).isEqualTo(DataType.TYPE_STRING);
    assertThat(config.getInput(0).getDimsList()).containsExactly(-1L);
    assertThat(config.getInput(0).getOptional()).isFalse();
    assertThat(config.getOutput(0).getDimsList()).containsExactly(-1L);
    assertThat(config.getModelTransactionPolicy().getDecoupled()).isFalse();
    assertThat(
            code(
                () ->
                    grpc.client.modelConfig(
                        ModelConfigRequest.newBuilder().setName("rows").setVersion("9").build())))
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void theIndexHasEveryLoadedVersion() {
    grpc.serve("b", Contracts.number(), Graphs.sigmoid(1));
    grpc.serve("a", Contracts.number(), Graphs.sigmoid(2));

    var index = grpc.client.repositoryIndex(RepositoryIndexRequest.getDefaultInstance());

    assertThat(index.getModelsList())
        .extracting(model -> model.getName() + " " + model.getVersion() + " " + model.getState())
        .containsExactly("a 1 READY", "b 1 READY");
  }

  @Test
  void aModelIsReadyOnceItIsLoaded() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertThat(modelReady("m", "")).isTrue();
    assertThat(modelReady("m", "1")).isTrue();
    assertThat(code(() -> modelReady("m", "9"))).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(code(() -> modelReady("other", ""))).isEqualTo(Status.Code.NOT_FOUND);
    grpc.serving.ready.set(false);
    assertThat(modelReady("other", "")).isFalse();
  }

  @Test
  void healthIsThatOfTheServerOrOfAModel() {
    HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(grpc.channel);
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertThat(health(health, "")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(health, "inference.GRPCInferenceService")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(health, "m")).isEqualTo(ServingStatus.SERVING);
    assertThat(code(() -> health(health, "other"))).isEqualTo(Status.Code.NOT_FOUND);
    grpc.serving.ready.set(false);
    assertThat(health(health, "")).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(health(health, "m")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(health, "other")).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void statisticsCountWhatWasAnswered() {
    grpc.serve("m", Contracts.number(), Graphs.failsOutsideZeroAndOne());
    grpc.serve("other", Contracts.number(), Graphs.sigmoid(1));
    grpc.client.modelInfer(typed("m", Tensor.ofFloats("x", new long[] {3}, 0, 1, 0)).build());
    grpc.client.modelInfer(number("m", 0).build());
    grpc.refused(number("m", 7).build());

    var all = grpc.client.modelStatistics(ModelStatisticsRequest.getDefaultInstance());
    var one =
        grpc.client.modelStatistics(
            ModelStatisticsRequest.newBuilder().setName("m").setVersion("1").build());

    assertThat(all.getModelStatsList()).extracting(ModelStatistics::getName).contains("m", "other");
    ModelStatistics stats = one.getModelStats(0);
    assertThat(stats.getVersion()).isEqualTo("1");
    assertThat(stats.getInferenceCount()).isEqualTo(4);
    assertThat(stats.getExecutionCount()).isEqualTo(2);
    assertThat(stats.getLastInference()).isPositive();
    assertThat(stats.getInferenceStats().getSuccess().getCount()).isEqualTo(2);
    assertThat(stats.getInferenceStats().getFail().getCount()).isOne();
    assertThat(stats.getInferenceStats().getComputeInfer().getNs()).isPositive();
    assertThat(stats.getBatchStatsList())
        .extracting(batch -> batch.getBatchSize() + " " + batch.getComputeInfer().getCount())
        .containsExactly("1 1", "3 1");
    assertThat(stats.getInferenceStats().getComputeOutput().getCount()).isZero();
    assertThat(stats.getBatchStats(0).getComputeInput().getCount()).isZero();
    assertThat(
            code(
                () ->
                    grpc.client.modelStatistics(
                        ModelStatisticsRequest.newBuilder().setName("nobody").build())))
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  private boolean modelReady(String model, String version) {
    return grpc.client
        .modelReady(ModelReadyRequest.newBuilder().setName(model).setVersion(version).build())
        .getReady();
  }

  private static ServingStatus health(HealthGrpc.HealthBlockingStub health, String service) {
    return health.check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus();
  }
}
