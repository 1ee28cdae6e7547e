package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.scoring.ModelContract;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A real port with real models, and a real client; Kafka is away. */
final class TestGrpc implements AutoCloseable {
  static final int LIMIT = 64 * 1024;

  final Serving serving;
  final GrpcPort port;
  final ManagedChannel channel;
  final GRPCInferenceServiceBlockingStub client;

  TestGrpc(Path spool) throws IOException {
    serving = new Serving(spool);
    port = serving.port(new RequestLimits(LIMIT, 16, 1_000), Plenty.inFlight());
    port.open();
    channel = ManagedChannelBuilder.forAddress("127.0.0.1", port.number()).usePlaintext().build();
    client =
        GRPCInferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  void serve(String name, ModelContract contract, byte[] content) {
    serving.serve(name, contract, content);
  }

  void assertRefused(ModelInferRequest.Builder request, Status.Code code, String description) {
    Status status = refused(request.build()).getStatus();
    assertThat(status.getDescription()).contains(description);
    assertThat(status.getCode()).isEqualTo(code);
  }

  StatusRuntimeException refused(ModelInferRequest request) {
    return refused(client, request);
  }

  StatusRuntimeException refused(
      GRPCInferenceServiceBlockingStub client, ModelInferRequest request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> client.modelInfer(request));
  }

  void awaitQuiet() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(serving.pipeline.inFlight()).isZero());
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    port.close();
    serving.close();
  }
}
