package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.GrpcMessages.code;
import static dev.understudy.gateway.protocol.GrpcMessages.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.inference.RepositoryModelLoadRequest;
import dev.understudy.contracts.inference.RepositoryModelUnloadRequest;
import dev.understudy.contracts.inference.ServerLiveRequest;
import dev.understudy.gateway.Contracts;
import dev.understudy.testkit.Graphs;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the port and the calls end: too large, too late, cancelled, drained. */
class GrpcPortTest {
  private final TestGrpc grpc;

  GrpcPortTest(@TempDir Path spool) throws IOException {
    grpc = new TestGrpc(spool);
  }

  @AfterEach
  void close() throws InterruptedException {
    grpc.close();
  }

  @Test
  void aModelThatIsNotHereIsNotFoundOrNotYetLoaded() {
    grpc.assertRefused(number("other", 0), Status.Code.NOT_FOUND, "there is no model 'other' here");
    grpc.serving.ready.set(false);
    grpc.assertRefused(number("other", 0), Status.Code.UNAVAILABLE, "'other' is not loaded (yet)");
  }

  @Test
  void aModelThatFailsIsToldWithThePredictionsId() {
    grpc.serve("m", Contracts.number(), Graphs.failsOutsideZeroAndOne());

    StatusRuntimeException failed = grpc.refused(number("m", 7).build());

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(failed.getStatus().getDescription()).contains("failed on this input");
    assertThat(failed.getTrailers().get(CallHeaders.PREDICTION_ID)).hasSize(36);
  }

  @Test
  void aModelThatIsLateIsToldAsSuch() {
    grpc.serve("m", Contracts.number(), Graphs.loopsForMillions());

    grpc.assertRefused(
        number("m", 1_000_000), Status.Code.DEADLINE_EXCEEDED, "the model did not answer in");
    grpc.awaitQuiet();
  }

  @Test
  void whatFindsNoPlaceIsRefusedAtOnce() throws Exception {
    grpc.serve("m", Contracts.number(), Graphs.loopsForMillions());
    var calls = GRPCInferenceServiceGrpc.newFutureStub(grpc.channel);
    List<Future<ModelInferResponse>> answers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      answers.add(calls.modelInfer(number("m", 1_000_000).build()));
    }

    List<Status.Code> codes = new ArrayList<>();
    for (Future<ModelInferResponse> answer : answers) {
      codes.add(code(answer::get));
    }

    assertThat(codes).filteredOn(Status.Code.UNAVAILABLE::equals).hasSizeGreaterThanOrEqualTo(8);
    assertThat(codes).contains(Status.Code.DEADLINE_EXCEEDED);
    grpc.awaitQuiet();
  }

  @Test
  void aClientThatGoesAwayIsLetGo() {
    grpc.serve("m", Contracts.number(), Graphs.loopsForMillions());

    var answer =
        GRPCInferenceServiceGrpc.newFutureStub(grpc.channel)
            .modelInfer(number("m", 1_000_000).build());
    await().untilAsserted(() -> assertThat(grpc.serving.pipeline.inFlight()).isOne());
    answer.cancel(true);

    grpc.awaitQuiet();
    assertThat(grpc.serving.meters.find("gateway.rejected").counters())
        .allMatch(cause -> cause.count() == 0);
    assertThat(grpc.client.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
  }

  @Test
  void aMessageOverTheLimitIsRefusedCompressedOrNot() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));
    ModelInferRequest large = number("m", 0).setId("x".repeat(TestGrpc.LIMIT)).build();

    for (Status refused :
        List.of(
            grpc.refused(grpc.client, large).getStatus(),
            grpc.refused(grpc.client.withCompression("gzip"), large).getStatus())) {
      assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(refused.getDescription())
          .contains(TestGrpc.LIMIT + " bytes", "understudy.limits.body-bytes");
    }
    assertThat(
            grpc.client.withCompression("gzip").modelInfer(number("m", 0).build()).getModelName())
        .isEqualTo("m");
    await().untilAsserted(() -> assertThat(grpc.serving.rejected("too_large")).isEqualTo(2));
  }

  @Test
  void aMessageThatSaysItIsFarTooLongIsNotRead() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));
    ModelInferRequest huge = number("m", 0).setId("x".repeat(17 * TestGrpc.LIMIT)).build();

    assertThat(grpc.refused(grpc.client, huge).getStatus().getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void bytesThatAreNoMessageAreRefused() {
    MethodDescriptor<byte[], byte[]> bytes =
        GRPCInferenceServiceGrpc.getModelInferMethod().toBuilder(BYTES, BYTES).build();

    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    grpc.channel, bytes, CallOptions.DEFAULT, new byte[] {1, 2, 3, -1, -1}));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getStatus().getDescription()).contains("no request of ModelInfer");
  }

  @Test
  void whatIsNotSupportedSaysWhy() {
    assertThat(
            catchThrowableOfType(
                    StatusRuntimeException.class,
                    () ->
                        grpc.client.repositoryModelLoad(
                            RepositoryModelLoadRequest.getDefaultInstance()))
                .getStatus())
        .satisfies(status -> assertThat(status.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED))
        .satisfies(status -> assertThat(status.getDescription()).contains("the registry decides"));
    assertThat(
            code(
                () ->
                    grpc.client.repositoryModelUnload(
                        RepositoryModelUnloadRequest.getDefaultInstance())))
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void noNewCallIsTakenWhileThePortDrains() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));

    int number = grpc.port.number();

    grpc.port.drain();

    await()
        .untilAsserted(
            () ->
                assertThat(code(() -> inferOnANewConnection(number)))
                    .isEqualTo(Status.Code.UNAVAILABLE));
  }

  private ModelInferResponse inferOnANewConnection(int number) {
    ManagedChannel another =
        ManagedChannelBuilder.forAddress("127.0.0.1", number).usePlaintext().build();
    try {
      return GRPCInferenceServiceGrpc.newBlockingStub(another).modelInfer(number("m", 0).build());
    } finally {
      another.shutdownNow();
    }
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
}
