package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.understudy.scoring.OipServer.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteModelTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final RemoteAccess LOCAL = new RemoteAccess(Set.of("127.0.0.1"), 2, 4096);
  private final ScoringRoom room = new ScoringRoom("test", 1, 1);
  private final CountDownLatch over = new CountDownLatch(1);
  private OipServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new OipServer();
    server.infer = request -> p("[0.25, 0.5]");
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
      Score score = score(model, LONG, 1, 2);

      assertThat(model.platform()).isEqualTo("remote_openinference");
      assertThat(model.inputs()).containsExactly(new TensorSpec("x", Datatype.FP32, List.of(-1L)));
      assertThat(((Score.Answered) score).outputs())
          .containsExactly(Tensor.ofFloats("p", new long[] {2}, 0.25f, 0.5f));
    }
  }

  @Test
  void theRequestIsTheProtocolsJsonAndNamesTheVersion() throws Exception {
    StringBuilder seen = new StringBuilder();
    try (Model model = load(document("\"version\": \"3\","))) {
      server.infer =
          request -> {
            seen.append(request.path()).append(' ').append(new String(request.body(), UTF_8));
            return p("[0.25, 0.5]");
          };

      score(model, LONG, 1.5f, Float.NaN);

      assertThat(seen)
          .hasToString(
              "/v2/models/credit/versions/3/infer {\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\","
                  + "\"shape\":[2],\"data\":[1.5,null]}],\"outputs\":[{\"name\":\"p\"}]}");
    }
  }

  @Test
  void headersAreCarriedByTheCallThatTheyAreFor() throws Exception {
    List<List<String>> seen = new CopyOnWriteArrayList<>();
    try (Model model = load()) {
      server.infer =
          request -> {
            seen.add(request.headers().getOrDefault("Traceparent", List.of()));
            return p("[0.25, 0.5]");
          };

      CarriedHeaders.with(
          Map.of("traceparent", "00-of-the-caller"), () -> score(model, LONG, 1, 2));
      score(model, LONG, 1, 2);

      assertThat(seen).containsExactly(List.of("00-of-the-caller"), List.of());
    }
  }

  @Test
  void tensorsAreBinaryWhereTheServerListsIt() throws Exception {
    server.extensions = "[\"binary_tensor_data\"]";
    server.infer = OipServerAnswers::twiceInBinary;
    try (Model model = load()) {
      Score score = score(model, LONG, 1.5f, 3f);

      assertThat(((Score.Answered) score).output("p"))
          .isEqualTo(Tensor.ofFloats("p", new long[] {2}, 3f, 6f));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"outputs\": [{\"data\": [[0.25], [5e-1]], \"name\": \"p\", \"shape\": [2],"
            + " \"datatype\": \"FP32\"}]}",
        "{\"model_name\": \"é[{\", \"parameters\": {\"a\": [[1]]}, \"outputs\": ["
            + "{\"name\": \"other\", \"datatype\": \"FP32\", \"shape\": [3], \"data\": [1, 2, 3]},"
            + "{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2], \"parameters\": {\"b\": 1},"
            + " \"data\": [0.25, 0.5]}], \"id\": null}"
      })
  void theMembersOfAnAnswerComeInAnyOrderAndMoreMayCome(String answer) throws Exception {
    try (Model model = load()) {
      server.infer = request -> Reply.json(200, answer);

      assertThat(score(model, LONG, 1, 2))
          .isInstanceOfSatisfying(
              Score.Answered.class,
              answered ->
                  assertThat(answered.output("p"))
                      .isEqualTo(Tensor.ofFloats("p", new long[] {2}, 0.25f, 0.5f)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, remote_refused",
    "302, remote_refused",
    "500, remote_failed",
    "503, remote_unavailable",
    "429, remote_unavailable"
  })
  void anErrorOfTheServerIsTheVersionsFailure(int status, String errorClass) throws Exception {
    try (Model model = load()) {
      server.infer = request -> Reply.json(status, "{\"error\": \"no\"}");

      assertFailed(score(model, LONG, 1, 2), errorClass);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not JSON",
        "{\"outputs\": 1}",
        "{\"outputs\": []}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [1]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1, 2, 3]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1, {}]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2000000000], \"data\": [1]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1, 2]}]} {",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP64\", \"shape\": [2], \"data\": [1, 2]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2, 1], \"data\": [1, 2]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1, NaN]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1, null]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2], \"data\": [1, \"2\"]}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [4611686018427387904, 4],"
            + " \"parameters\": {\"binary_data_size\": 0}}]}",
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [2],"
            + " \"parameters\": {\"binary_data_size\": 8}}]}"
      })
  void anAnswerThatIsNotAsPromisedIsAFailure(String answer) throws Exception {
    try (Model model = load()) {
      server.infer = request -> Reply.json(200, answer);

      assertFailed(score(model, LONG, 1, 2), "outputs");
    }
  }

  @Test
  void anAnswerThatIsTooLongIsNotReadToItsEnd() throws Exception {
    try (Model model = load()) {
      server.infer = request -> Reply.json(200, " ".repeat(LOCAL.responseBytes() + 1));

      assertFailed(score(model, LONG, 1, 2), "outputs");
    }
  }

  @Test
  void anAnswerIsNoLongerThanItsRowsCanMakeIt() throws Exception {
    RemoteAccess generous = new RemoteAccess(Set.of("127.0.0.1"), 2, 16 << 20);
    try (Model model = load(document(""), generous)) {
      server.infer =
          request ->
              Reply.json(200, " ".repeat(1 << 17) + new String(p("[0.25, 0.5]").body(), UTF_8));

      assertThat(score(model, LONG, 1, 2))
          .isInstanceOfSatisfying(
              Score.Failed.class,
              failed -> assertThat(failed.reason()).contains("longer than the 65664 bytes"));

      server.infer = request -> Reply.json(500, " ".repeat(1 << 17));
      assertFailed(score(model, LONG, 1, 2), "remote_failed");
    }
  }

  @Test
  void aServerThatHangsIsGivenUpAtTheDeadline() throws Exception {
    try (Model model = load()) {
      server.infer = this::hang;

      assertThat(score(model, Duration.ofMillis(50), 1, 2))
          .isEqualTo(new Score.TimedOut(Duration.ofMillis(50).toNanos()));
    }
  }

  @Test
  void theDescriptionsOwnTimeoutCutsTheCallersDeadline() throws Exception {
    try (Model model = load(document("\"timeout_ms\": 2000,"))) {
      server.infer = this::hang;

      assertThat(score(model, LONG, 1, 2)).isInstanceOf(Score.TimedOut.class);
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
      server.infer = request -> Reply.json(503, "{}");
      int before = server.calls();
      for (int i = 0; i < 20; i++) {
        assertFailed(score(model, LONG, 1, 2), "remote_unavailable");
      }
      assertThat(server.calls() - before).isBetween(5, 19);

      server.infer = request -> p("[0.25, 0.5]");
      await()
          .untilAsserted(
              () -> assertThat(score(model, LONG, 1, 2)).isInstanceOf(Score.Answered.class));
    }
  }

  @Test
  void inputsThatTheModelFailsOnShutNobodyOut() throws Exception {
    try (Model model = load()) {
      server.infer = request -> Reply.json(500, "{}");
      for (int i = 0; i < 20; i++) {
        assertFailed(score(model, LONG, 1, 2), "remote_failed");
      }
      server.infer = request -> p("[0.25, 0.5]");

      assertThat(score(model, LONG, 1, 2)).isInstanceOf(Score.Answered.class);
    }
  }

  @Test
  void aServerThatIsGoneIsTheVersionsFailure() throws Exception {
    try (Model model = load()) {
      server.close();

      assertFailed(score(model, LONG, 1, 2), "remote_unavailable");
    }
  }

  @Test
  void aHostThatNobodyAllowedIsNotCalled() {
    byte[] content = document("");

    ModelRefused refused =
        catchThrowableOfType(
            ModelRefused.class,
            () -> ModelLoader.load(content, ModelLoader.digest(content), Contracts.number()));

    assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.REMOTE_FORBIDDEN);
    assertThat(refused).hasMessageContaining("understudy.remote.allowed-hosts");
    assertThat(server.calls()).isZero();
  }

  @Test
  void aServerThatCannotBeReachedRefusesTheLoadForNow() {
    server.close();

    assertThat(refused(document("")).reason()).isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"p\"', '\"score\"', 'output p'",
    "'\"x\"', '\"income\"', 'input income'",
    "FP32, FP64, 'FP64'",
    "FP32, FP128, 'FP128'",
    "'[-1]', '[-1, 2]', 'does not fit'",
    "inputs, in, 'inputs is missing'"
  })
  void aSignatureAgainstTheContractIsRefused(String part, String by, String reason) {
    server.metadata = server.metadata.replace(part, by);

    ModelRefused refused = refused(document(""));

    assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.AGAINST_CONTRACT);
    assertThat(refused).hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "http://, file:///, 'url'",
    "http://, http://user@, 'url'",
    "rest, soap, 'use rest or grpc'",
    "rest, grpc, 'grpc(s)://host:port'",
    "credit, '', 'model is missing'",
    "'\"model\"', '\"modle\"', 'modle'"
  })
  void aDescriptionThatCannotBeUsedIsRefused(String part, String by, String reason) {
    byte[] content = new String(document(""), UTF_8).replace(part, by).getBytes(UTF_8);

    ModelRefused refused = refused(content);

    assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.UNREADABLE);
    assertThat(refused).hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"timeout_ms\": 0,", "\"timeout_ms\": \"5\",", "\"version\": \"../a\","})
  void aSettingThatCannotBeHonouredIsRefused(String setting) {
    assertThat(refused(document(setting)).reason()).isEqualTo(ModelRefused.Reason.UNREADABLE);
  }

  private Reply hang(OipServer.Request request) {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return p("[0.25, 0.5]");
  }

  private static Reply p(String data) {
    return Reply.json(
        200,
        "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [%d], \"data\": %s}]}"
            .formatted(data.split(",").length, data));
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
    return load(document(""));
  }

  /** Loaded with its warm-up, which sends one row. */
  private Model load(byte[] content) throws ModelRefused {
    return load(content, LOCAL);
  }

  private Model load(byte[] content, RemoteAccess access) throws ModelRefused {
    OipServer.Infer later = server.infer;
    if (server.extensions.equals("[]")) {
      server.infer = request -> p("[0.5]");
    }
    Model model =
        ModelLoader.load(content, ModelLoader.digest(content), Contracts.number(), access);
    server.infer = later;
    return model;
  }

  private ModelRefused refused(byte[] content) {
    return catchThrowableOfType(
        ModelRefused.class,
        () -> ModelLoader.load(content, ModelLoader.digest(content), Contracts.number(), LOCAL));
  }

  private byte[] document(String more) {
    return """
        {"understudy_remote": {"protocol": "rest", %s "url": "%s", "model": "credit"}}
        """
        .formatted(more, server.address())
        .getBytes(UTF_8);
  }

  /** Answers that are more than a text. */
  private static final class OipServerAnswers {
    static Reply twiceInBinary(OipServer.Request request) {
      int json = Integer.parseInt(request.jsonLength().orElseThrow());
      ByteBuffer in =
          ByteBuffer.wrap(Arrays.copyOfRange(request.body(), json, request.body().length))
              .order(ByteOrder.LITTLE_ENDIAN);
      int rows = in.remaining() / Float.BYTES;
      ByteBuffer out = ByteBuffer.allocate(in.remaining()).order(ByteOrder.LITTLE_ENDIAN);
      while (in.hasRemaining()) {
        out.putFloat(2 * in.getFloat());
      }
      byte[] header =
          ("{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [%d],"
                  + " \"parameters\": {\"binary_data_size\": %d}}]}")
              .formatted(rows, out.capacity())
              .getBytes(UTF_8);
      byte[] body = Arrays.copyOf(header, header.length + out.capacity());
      System.arraycopy(out.array(), 0, body, header.length, out.capacity());
      return new Reply(200, Optional.of(String.valueOf(header.length)), body);
    }
  }
}
