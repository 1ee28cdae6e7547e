package dev.understudy.scoring;

import static dev.understudy.scoring.GrpcOipServer.error;
import static dev.understudy.scoring.GrpcOipServer.p;
import static dev.understudy.scoring.GrpcOipServer.tensor;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferResponse;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model on a gRPC server that does as it likes, over a real connection. */
class RemoteGrpcTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final RemoteAccess LOCAL =
      new RemoteAccess(Set.of("127.0.0.1", "localhost"), 2, 4096);
  private final ScoringRoom room = new ScoringRoom("test", 1, 1);
  private final CountDownLatch over = new CountDownLatch(1);
  private GrpcOipServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new GrpcOipServer();
  }

  @AfterEach
  void stopServer() {
    over.countDown();
    server.close();
    room.close();
  }

  @Test
  void theServersAnswerIsTheScore() throws Exception {
    try (Model model = load()) {
      server.infer = request -> p(0.25f, 0.5f).toByteArray();

      Score score = score(model, LONG, 1, 2);

      assertThat(model.platform()).isEqualTo("remote_openinference");
      assertThat(model.inputs()).containsExactly(new TensorSpec("x", Datatype.FP32, List.of(-1L)));
      assertThat(((Score.Answered) score).outputs())
          .containsExactly(Tensor.ofFloats("p", new long[] {2}, 0.25f, 0.5f));
    }
  }

  @Test
  void theRequestIsRawAndNamesTheVersionAndTheOutputs() throws Exception {
    List<ModelInferRequest> seen = new ArrayList<>();
    try (Model model = load(document("\"version\": \"3\","), LOCAL)) {
      server.infer =
          request -> {
            seen.add(request);
            return p(0.25f, 0.5f).toByteArray();
          };

      score(model, LONG, 1.5f, Float.NaN);
    }
    ModelInferRequest request = seen.getFirst();
    assertThat(request.getModelName()).isEqualTo("credit");
    assertThat(request.getModelVersion()).isEqualTo("3");
    assertThat(request.getInputs(0).getShapeList()).containsExactly(2L);
    assertThat(request.getInputs(0).hasContents()).isFalse();
    assertThat(request.getRawInputContents(0).toByteArray())
        .isEqualTo(RawTensor.write(Tensor.ofFloats("x", new long[] {2}, 1.5f, Float.NaN)));
    assertThat(request.getOutputs(0).getName()).isEqualTo("p");
  }

  @Test
  void theServerIsToldTheDeadline() throws Exception {
    try (Model model = load(document("\"timeout_ms\": 9000,"), LOCAL)) {
      score(model, LONG, 1);

      assertThat(server.lastDeadline.orElseThrow().timeRemaining(TimeUnit.SECONDS))
          .isLessThanOrEqualTo(9);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT, remote_refused",
    "NOT_FOUND, remote_refused",
    "UNIMPLEMENTED, remote_refused",
    "PERMISSION_DENIED, remote_refused",
    "INTERNAL, remote_failed",
    "UNKNOWN, remote_failed",
    "UNAVAILABLE, remote_unavailable",
    "RESOURCE_EXHAUSTED, remote_unavailable",
    "DEADLINE_EXCEEDED, remote_unavailable",
    "CANCELLED, remote_unavailable"
  })
  void anErrorOfTheServerIsTheVersionsFailure(Status.Code code, String errorClass)
      throws Exception {
    try (Model model = load()) {
      server.infer =
          request -> {
            throw error(code);
          };

      Score score = score(model, LONG, 1, 2);

      assertFailed(score, errorClass);
      assertThat(((Score.Failed) score).reason()).contains(code.name());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"no message", "nothing", "another shape", "another datatype"})
  void anAnswerThatIsNotAsPromisedIsAFailure(String kind) throws Exception {
    byte[] answer =
        switch (kind) {
          case "no message" -> new byte[] {(byte) 0xff, 1, 2};
          case "nothing" -> new byte[0];
          case "another shape" -> p(1, 2, 3).toByteArray();
          default -> {
            ModelInferResponse.Builder changed = p(1, 2).toBuilder();
            changed.getOutputsBuilder(0).setDatatype("FP64");
            yield changed.build().toByteArray();
          }
        };
    try (Model model = load()) {
      server.infer = request -> answer;

      assertFailed(score(model, LONG, 1, 2), "outputs");
    }
  }

  @Test
  void anAnswerThatIsTooLongIsNotRead() throws Exception {
    try (Model model = load()) {
      server.infer = request -> new byte[LOCAL.responseBytes() + 1];

      Score score = score(model, LONG, 1, 2);

      assertFailed(score, "outputs");
      assertThat(((Score.Failed) score).reason()).contains("longer than the 4096 bytes");
    }
  }

  @Test
  void aServerThatHangsIsGivenUpAtTheDeadline() throws Exception {
    try (Model model = load()) {
      server.infer = this::hang;

      assertThat(score(model, Duration.ofMillis(50), 1, 2)).isInstanceOf(Score.TimedOut.class);
    }
  }

  @Test
  void noMoreCallsThanAllowedAreUnderWay() throws Exception {
    try (Model model = load()) {
      server.infer = this::hang;
      int before = server.calls();
      CompletionStage<Score> one = submit(model, Duration.ofSeconds(5), 1, 2);
      CompletionStage<Score> two = submit(model, Duration.ofSeconds(5), 1, 2);
      await().untilAsserted(() -> assertThat(server.calls() - before).isEqualTo(2));

      assertThat(score(model, LONG, 1, 2)).isEqualTo(new Score.Shed("queue_full"));

      over.countDown();
      assertThat(List.of(join(one), join(two))).allMatch(Score.Answered.class::isInstance);
    }
  }

  @Test
  void afterSeveralFailuresTheServerIsSparedUntilItIsWellAgain() throws Exception {
    try (Model model = load()) {
      server.infer =
          request -> {
            throw error(Status.Code.UNAVAILABLE);
          };
      int before = server.calls();
      for (int i = 0; i < 20; i++) {
        assertFailed(score(model, LONG, 1), "remote_unavailable");
      }
      assertThat(server.calls() - before).isBetween(5, 19);

      server.infer = request -> p(0.5f).toByteArray();
      awaitAnswer(model);
    }
  }

  @Test
  void aServerThatDiesMidwayAndComesBackIsFoundAgain() throws Exception {
    try (Model model = load()) {
      server.infer = this::hang;
      int before = server.calls();
      CompletionStage<Score> underWay = submit(model, LONG, 1);
      await().untilAsserted(() -> assertThat(server.calls() - before).isOne());

      int port = server.port();
      server.close();

      assertFailed(join(underWay), "remote_unavailable");
      for (int i = 0; i < 10; i++) {
        assertFailed(score(model, LONG, 1), "remote_unavailable");
      }
      server = new GrpcOipServer(port, null, null);
      awaitAnswer(model);
    }
  }

  @Test
  void aPeerThatNeverSaysAWordIsGivenUp() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      ModelRefused refused = refused(document("grpc", mute.getLocalPort(), ""), LOCAL);

      assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
    }
  }

  @Test
  void aPeerThatSpeaksAnotherProtocolIsRefusedForNow() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                while (true) {
                  try (Socket caller = other.accept()) {
                    caller.getOutputStream().write("SSH-2.0-x\r\n".repeat(100).getBytes(UTF_8));
                  } catch (IOException closed) {
                    return;
                  }
                }
              });

      ModelRefused refused = refused(document("grpc", other.getLocalPort(), ""), LOCAL);

      assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
    }
  }

  @Test
  void aModelThatIsNotReadyIsRefusedForNow() {
    server.ready = false;

    ModelRefused refused = refused(document(""), LOCAL);

    assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
    assertThat(refused).hasMessageContaining("not ready");
  }

  @Test
  void aSignatureAgainstTheContractIsRefused() {
    server.metadata =
        server.metadata.toBuilder().clearOutputs().addOutputs(tensor("score", "FP32", -1)).build();

    ModelRefused refused = refused(document(""), LOCAL);

    assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.AGAINST_CONTRACT);
    assertThat(refused).hasMessageContaining("output p");
  }

  @Test
  void aHostThatNobodyAllowedIsNotCalled() {
    RemoteAccess others = new RemoteAccess(Set.of("127.0.0.1:1", "triton"), 2, 4096);

    ModelRefused refused = refused(document(""), others);

    assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.REMOTE_FORBIDDEN);
    assertThat(server.calls()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "grpc://, http://",
    "grpc://, grpc://user@",
    "'\", \"model\"', '/v2\", \"model\"'",
    "127.0.0.1:, 127.0.0.1:9",
    "127.0.0.1:, 127.0.0.1#"
  })
  void anAddressThatCannotBeUsedIsRefused(String part, String by) {
    byte[] content = new String(document(""), UTF_8).replace(part, by).getBytes(UTF_8);

    ModelRefused refused = refused(content, LOCAL);

    assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.UNREADABLE);
    assertThat(refused).hasMessageContaining("grpc(s)://host:port");
  }

  @Test
  void overTlsTheServerMustBeTrusted(@TempDir Path directory) throws Exception {
    TestCertificate certificate = TestCertificate.forLocalhost(directory);
    try (GrpcOipServer secure = new GrpcOipServer(0, certificate.chain(), certificate.key())) {
      assertThat(refused(document("grpcs", secure.port(), ""), LOCAL).reason())
          .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
      assertThat(refused(document("grpc", secure.port(), ""), LOCAL).reason())
          .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
      assertThat(refused(document("grpcs", server.port(), ""), LOCAL).reason())
          .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);

      certificate.trusted(
          () -> {
            try (Model model = load(document("grpcs", secure.port(), ""), LOCAL)) {
              assertThat(score(model, LONG, 1)).isInstanceOf(Score.Answered.class);
            }
          });
    }
  }

  private byte[] hang(ModelInferRequest request) {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return p(0.25f, 0.5f).toByteArray();
  }

  private void awaitAnswer(Model model) {
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(score(model, LONG, 1)).isInstanceOf(Score.Answered.class));
  }

  private static void assertFailed(Score score, String errorClass) {
    assertThat(score)
        .isInstanceOfSatisfying(
            Score.Failed.class, failed -> assertThat(failed.errorClass()).isEqualTo(errorClass));
  }

  private Score score(Model model, Duration deadline, float... values) {
    return join(submit(model, deadline, values));
  }

  private CompletionStage<Score> submit(Model model, Duration deadline, float... values) {
    Tensor x = Tensor.ofFloats("x", new long[] {values.length}, values);
    return model.score(Map.of("x", x), deadline, room);
  }

  private static Score join(CompletionStage<Score> score) {
    return score.toCompletableFuture().join();
  }

  private Model load() throws ModelRefused {
    return load(document(""), LOCAL);
  }

  private static Model load(byte[] content, RemoteAccess access) throws ModelRefused {
    return ModelLoader.load(content, ModelLoader.digest(content), Contracts.number(), access);
  }

  private static ModelRefused refused(byte[] content, RemoteAccess access) {
    return catchThrowableOfType(ModelRefused.class, () -> load(content, access).close());
  }

  private byte[] document(String more) {
    return document("grpc", server.port(), more);
  }

  private static byte[] document(String scheme, int port, String more) {
    return """
        {"understudy_remote":
          {"protocol": "grpc", %s "url": "%s://127.0.0.1:%d", "model": "credit"}}
        """
        .formatted(more, scheme, port)
        .getBytes(UTF_8);
  }
}
