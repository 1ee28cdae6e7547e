package dev.understudy.gateway.inference;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Digest;
import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.AttributesGiven;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.gateway.Contracts;
import dev.understudy.gateway.journal.LogOnDisk;
import dev.understudy.gateway.journal.PredictionJournal;
import dev.understudy.gateway.routing.Eligibility;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.ServingPolicy;
import dev.understudy.gateway.routing.ServingPolicy.Fallback;
import dev.understudy.gateway.routing.ServingPolicy.LogPolicy;
import dev.understudy.gateway.routing.SourceReader;
import dev.understudy.gateway.routing.StatedAnswer;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.gateway.tracing.Tracing;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.NativeMemory;
import dev.understudy.scoring.RemoteAccess;
import dev.understudy.scoring.RunPolicy;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.TestKafka;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The way of a request with real models; Kafka is away, so the log goes to the disk. */
class InferencePipelineTest {
  private static final long SPOOL_BYTES = 16 << 20;
  private static final Route.Test TEST = new Route.Test("t", 0, "salt");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ModelPool pool = new ModelPool(2, 2_000);
  private final ShadowRunner shadows = new ShadowRunner(1, 1, meters);
  private final AtomicReference<RoutingTable> table = new AtomicReference<>(RoutingTable.EMPTY);
  private final InferenceMeters inferences = new InferenceMeters(meters);
  @TempDir private Path directory;
  private PredictionJournal journal;
  private InferencePipeline pipeline;

  @BeforeEach
  void open() throws IOException {
    journal = journal(true, directory);
    pipeline = pipeline(Duration.ofMillis(500));
  }

  @AfterEach
  void close() {
    journal.close();
    shadows.close();
    table.get().models().forEach(ServedModel::retire);
    assertThat(pool.size()).isZero();
  }

  @Test
  void anUnknownModelOrVersionIsNoPrediction() {
    serve(new Route.Single(1, "1"), Map.of("1", Graphs.sigmoid(1)));

    assertThat(join(pipeline.infer(request("other", Optional.empty(), 0))))
        .isInstanceOf(Answer.Refused.class);
    assertThat(join(pipeline.infer(request("m", Optional.of("9"), 0))))
        .isInstanceOf(Answer.Refused.class);
    assertThat(pipeline.inFlight()).isZero();
  }

  @Test
  void anErrorOnTheWayIsAnsweredAndTheModelIsLeft() {
    serve(new Route.Single(1, "1"), Map.of("1", Graphs.sigmoid(1)));

    Answer unscored = join(pipeline.infer(with(new Breaks(0))));

    assertThat(unscored)
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> assertThat(failed.problem()).isEqualTo(ProblemType.INTERNAL));
    assertThat(pipeline.inFlight()).isZero();
    assertThat(count("gateway.log.dropped", "reason", "error")).isPositive();
  }

  @Test
  void anErrorBehindTheAnswerLosesItsLogAlone() {
    serve(new Route.Single(1, "1"), Map.of("1", Graphs.sigmoid(1)));
    Breaks onlyForTheLog = new Breaks(Integer.MAX_VALUE);

    assertThat(join(pipeline.infer(with(onlyForTheLog)))).isInstanceOf(Answer.Predicted.class);

    awaitQuiet();
    assertThat(onlyForTheLog.broke).isTrue();
  }

  private static InferenceRequest with(Map<String, Tensor> inputs) {
    InferenceRequest plain = request("m", Optional.empty(), 0);
    return new InferenceRequest(
        plain.model(),
        plain.version(),
        plain.clientId(),
        inputs,
        plain.rows(),
        plain.arrivedAt(),
        plain.traits());
  }

  /** One input; whoever asks for all values at once gets an error, others after some questions. */
  private static final class Breaks extends AbstractMap<String, Tensor> {
    private final Map<String, Tensor> inputs = request("m", Optional.empty(), 0).inputs();
    private int left;
    private boolean broke;

    Breaks(int left) {
      this.left = left;
    }

    @Override
    public Set<Entry<String, Tensor>> entrySet() {
      if (left-- <= 0) {
        throw new AssertionError("for the test");
      }
      return inputs.entrySet();
    }

    @Override
    public Collection<Tensor> values() {
      boolean forTheLog =
          StackWalker.getInstance()
              .walk(frames -> frames.anyMatch(frame -> frame.getMethodName().equals("follow")));
      if (forTheLog || left <= 0) {
        broke = true;
        throw new AssertionError("for the test");
      }
      return inputs.values();
    }
  }

  @Test
  void aCurrentVersionThatIsLateIsToldAsSuch() {
    serve(new Route.Single(1, "1"), Map.of("1", Graphs.loopsForMillions()));

    Answer answer = infer(1_000_000);

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> assertThat(failed.problem()).isEqualTo(ProblemType.TIMED_OUT));
    awaitQuiet();
  }

  @Test
  void aKillBetweenAnAnswerAndItsLogIsCountedByTheNextStart() throws IOException {
    serve(new Route.Single(1, "1"), Map.of("1", Graphs.loopsForMillions()));

    // The answer goes out when its time is over, long after this test waits for it.
    Path killed =
        pipeline
            .infer(request("m", Optional.empty(), 1_000_000))
            .thenApply(answer -> LogOnDisk.copy(directory, directory.resolve("killed")))
            .toCompletableFuture()
            .join();
    awaitQuiet();
    journal(true, killed).close();
    assertThat(count("gateway.log.lost", "reason", "crash")).isOne();

    Path stopped = LogOnDisk.copy(directory, directory.resolve("stopped"));
    journal(true, stopped).close();
    assertThat(count("gateway.log.lost", "reason", "crash")).isOne();
  }

  @Test
  void aLateCandidateOfASplitIsReplacedByTheCurrentVersion() {
    serve(
        new Route.Split(1, "1", List.of(new Route.Candidate("2", 1)), TEST),
        Map.of("1", Graphs.sigmoid(1), "2", Graphs.loopsForMillions()));

    assertThat(infer(1_000_000))
        .isInstanceOfSatisfying(
            Answer.Predicted.class,
            predicted -> {
              assertThat(predicted.arm()).isEqualTo("2");
              assertThat(predicted.version()).isEqualTo("1");
            });
    awaitQuiet();
  }

  @Test
  void theFallbackVersionAnswersForAVersionThatFails() {
    serve(
        new Route.Single(1, "2"),
        fallback(new Fallback.Version("1")),
        Map.of("1", Graphs.sigmoid(1), "2", Graphs.failsOutsideZeroAndOne()));

    assertThat(infer(7))
        .isInstanceOfSatisfying(
            Answer.Predicted.class,
            predicted -> {
              assertThat(predicted.arm()).isEqualTo("2");
              assertThat(predicted.version()).isEqualTo("1");
              assertThat(predicted.fallback()).contains("previous version 1");
            });
    assertThat(infer(1))
        .isInstanceOfSatisfying(
            Answer.Predicted.class, predicted -> assertThat(predicted.fallback()).isEmpty());
    assertThat(count("gateway.inference.total", "code", "fallback")).isOne();
    assertThat(count("gateway.inference.total", "code", "answered")).isOne();
    awaitQuiet();
  }

  @Test
  void theFallbackIsAskedAfterACandidateAndItsStandInHaveFailed() {
    serve(
        new Route.Split(1, "2", List.of(new Route.Candidate("3", 1)), TEST),
        fallback(new Fallback.Version("1")),
        Map.of(
            "1",
            Graphs.sigmoid(1),
            "2",
            Graphs.failsOutsideZeroAndOne(),
            "3",
            Graphs.loopsForMillions()));

    assertThat(infer(1_000_000))
        .isInstanceOfSatisfying(
            Answer.Predicted.class,
            predicted -> {
              assertThat(predicted.arm()).isEqualTo("3");
              assertThat(predicted.version()).isEqualTo("1");
            });
    awaitQuiet();
  }

  @Test
  void theStatedAnswerIsGivenOncePerRow() {
    serve(
        new Route.Single(1, "1"),
        fallback(
            new Fallback.Stated(
                new StatedAnswer(List.of(Tensor.ofFloats("p", new long[] {1}, 0.25f))))),
        Map.of("1", Graphs.failsOutsideZeroAndOne()));

    assertThat(join(pipeline.infer(request(Optional.empty(), 7, 8))))
        .isInstanceOfSatisfying(
            Answer.Predicted.class,
            predicted -> {
              assertThat(predicted.outputs())
                  .containsExactly(Tensor.ofFloats("p", new long[] {2}, 0.25f, 0.25f));
              assertThat(predicted.version()).isEmpty();
              assertThat(predicted.fallback()).contains("stated answer");
            });
    awaitQuiet();
  }

  @Test
  void aFallbackThatFailsTooIsAFailure() {
    serve(
        new Route.Single(1, "2"),
        fallback(new Fallback.Version("1")),
        Map.of("1", Graphs.failsOutsideZeroAndOne(), "2", Graphs.loopsForMillions()));

    assertThat(infer(1_000_000)).isInstanceOf(Answer.Failed.class);
    awaitQuiet();
  }

  @Test
  void whoNamesAVersionGetsThatOneOrAnError() {
    serve(
        new Route.Single(1, "2"),
        fallback(new Fallback.Version("1")),
        Map.of("1", Graphs.sigmoid(1), "2", Graphs.failsOutsideZeroAndOne()));

    assertThat(join(pipeline.infer(request("m", Optional.of("2"), 7))))
        .isInstanceOf(Answer.Failed.class);
    assertThat(count("gateway.untested", "reason", "pinned")).isOne();
    awaitQuiet();
  }

  @Test
  void aRequestWhoseRowsAreSeveralUnitsIsNoPrediction() {
    Eligibility byX =
        new Eligibility(
            Optional.of(SourceReader.parse("input:x", Contracts.number().inputs())), List.of(), 0);
    serve(
        new Route.Split(1, "1", List.of(new Route.Candidate("2", 0.5)), TEST),
        byX,
        ServingPolicy.DEFAULT,
        Map.of("1", Graphs.sigmoid(1), "2", Graphs.sigmoid(2)));

    assertThat(join(pipeline.infer(request(Optional.empty(), 7, 8))))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> {
              assertThat(refused.problem()).isEqualTo(ProblemType.INVALID_REQUEST);
              assertThat(refused.reason()).contains("input:x");
            });
    assertThat(join(pipeline.infer(request(Optional.empty(), 7, 7))))
        .isInstanceOf(Answer.Predicted.class);
    awaitQuiet();
  }

  @Test
  void aShadowThatNeverEndsIsNotFeltByTheCaller() throws IOException {
    serve(
        new Route.Shadow(
            1, "1", List.of(new Route.Candidate("2", 1)), TEST, Duration.ofMillis(300)),
        Map.of("1", Graphs.sigmoid(1), "2", Graphs.loopsForMillions()));

    for (int i = 0; i < 5; i++) {
      assertThat(infer(1_000_000)).isInstanceOf(Answer.Predicted.class);
    }

    awaitQuiet();
    double dropped = count("gateway.shadow.dropped", "reason", "queue_full");
    journal.close();
    LogOnDisk log = LogOnDisk.read(directory);
    assertThat(log.predictions()).hasSize(5);
    // One that was dropped after it was taken on has a record; one that was refused has none.
    assertThat(log.shadows()).hasSizeBetween((int) (5 - dropped), 5);
  }

  /** What a candidate can do to a request, and what its record must say of it. */
  private enum Hurt {
    THROWS(Graphs.failsOutsideZeroAndOne(), ScoreStatus.FAILED, "runtime", 7),
    HANGS(Graphs.loopsForMillions(), ScoreStatus.TIMED_OUT, "deadline", 1_000_000),
    ANSWERS_NAN(Graphs.notANumberBelowZero(), ScoreStatus.FAILED, "outputs", -1),
    ANSWERS_TOO_FEW_ROWS(Graphs.oneAnswerForAllRows(), ScoreStatus.FAILED, "runtime", 1, 2),
    EATS_MEMORY(Graphs.eatsMemory(), ScoreStatus.FAILED, "memory", 1_000);

    private final byte[] graph;
    private final ScoreStatus status;
    private final String errorClass;
    private final float[] x;

    Hurt(byte[] graph, ScoreStatus status, String errorClass, float... x) {
      this.graph = graph;
      this.status = status;
      this.errorClass = errorClass;
      this.x = x;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCandidateThatHurtsIsNotFeltAndItsRecordSaysWhatHappened(Hurt hurt) throws IOException {
    NativeMemory.limitTo(1L << 30);
    serve(
        new Route.Shadow(
            1, "1", List.of(new Route.Candidate("2", 1)), TEST, Duration.ofMillis(300)),
        Map.of("1", Graphs.sigmoid(1), "2", hurt.graph));

    Answer answer = join(pipeline.infer(request(Optional.empty(), hurt.x)));

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Predicted.class,
            predicted -> {
              assertThat(predicted.version()).isEqualTo("1");
              assertThat(predicted.outputs().getFirst().number(0))
                  .isCloseTo(1 / (1 + Math.exp(-hurt.x[0])), within(1e-6));
            });
    awaitQuiet();
    journal.close();
    LogOnDisk log = LogOnDisk.read(directory);
    assertThat(log.predictions()).hasSize(1);
    assertThat(log.shadows())
        .singleElement()
        .satisfies(
            shadow -> {
              assertThat(shadow.getScore().getVersion()).isEqualTo("2");
              assertThat(shadow.getScore().getStatus()).isEqualTo(hurt.status);
              assertThat(shadow.getScore().getErrorClass()).isEqualTo(hurt.errorClass);
            });
  }

  @Test
  void aCallerWhoseTimeIsOverIsToldAndNobodyIsBlamed() {
    serve(new Route.Single(1, "1"), Map.of("1", Graphs.loopsForMillions()));
    pipeline = pipeline(Duration.ofMinutes(1));

    for (Duration budget : List.of(Duration.ofNanos(1), Duration.ofMillis(50))) {
      Answer answer = join(pipeline.infer(request(1_000_000, Optional.of(budget), 0)));

      assertThat(answer)
          .isInstanceOfSatisfying(
              Answer.Failed.class,
              failed -> {
                assertThat(failed.problem()).isEqualTo(ProblemType.TIMED_OUT);
                assertThat(failed.reason()).contains("the request gives itself");
              });
    }
    awaitQuiet();
    assertThat(count("gateway.inference.total", "code", "timed_out")).isEqualTo(2);
  }

  @Test
  void anUrgentRequestMayHaveAPlaceThatOthersMayNot() {
    // Each request a run of its own: how many a shared one takes along is a matter of chance.
    ModelPool narrow =
        new ModelPool(
            RunPolicy.standard()
                .withCapacity(1, 10)
                .withBatching(RunPolicy.Batching.OFF, 1, Duration.ZERO),
            Long.MAX_VALUE,
            RemoteAccess.NONE);
    serve(new Route.Single(1, "1"), Map.of("1", Graphs.loopsForMillions()), narrow);
    pipeline = pipeline(Duration.ofSeconds(2));
    List<CompletableFuture<Answer>> before = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      before.add(pipeline.infer(request("m", Optional.empty(), 1_000_000)).toCompletableFuture());
    }

    CompletableFuture<Answer> urgent =
        pipeline.infer(request(1_000_000, Optional.empty(), 1)).toCompletableFuture();

    assertThat(infer(1_000_000))
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> {
              assertThat(failed.problem()).isEqualTo(ProblemType.UNAVAILABLE);
              assertThat(failed.reason()).contains("queue_full");
            });
    assertThat(urgent).isNotDone();
    before.forEach(CompletableFuture::join);
    urgent.join();
    awaitQuiet();
  }

  @Test
  void whatAVersionDidIsCountedUntilItIsNotLoadedAnyMore() {
    serve(new Route.Single(1, "1"), Map.of("1", Graphs.sigmoid(1)));
    infer(0);
    awaitQuiet();
    VersionStatistics.Snapshot sums = inferences.statistics("m", "1").orElseThrow();

    assertThat(sums.success().count()).isOne();
    assertThat(sums.inferences()).isOne();
    assertThat(sums.run().nanos()).isPositive();
    assertThat(sums.success().nanos())
        .isEqualTo(sums.read().nanos() + sums.queue().nanos() + sums.run().nanos());
    assertThat(sums.batches()).containsExactly(new VersionStatistics.Batch(1, sums.run()));
    assertThat(count("gateway.inference.total", "role", "current")).isOne();

    serve(new Route.Single(2, "2"), Map.of("2", Graphs.sigmoid(2)));
    inferences.keepOnly(table.get());

    assertThat(inferences.statistics("m", "1")).isEmpty();
    assertThat(meters.find("gateway.inference.total").meters()).isEmpty();
    assertThat(meters.find("gateway.inference").meters()).isEmpty();
    assertThat(meters.find("gateway.assignment").meters()).isEmpty();
  }

  @Test
  void noRequestFailsWhileTheTableIsSwapped() throws IOException {
    byte[][] graphs = {Graphs.sigmoid(1), Graphs.sigmoid(2)};
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    pipeline = pipeline(Duration.ofMinutes(1));
    for (int revision = 1; revision <= 40; revision++) {
      serve(new Route.Single(revision, "v"), Map.of("v", graphs[revision % 2]));
      for (int i = 0; i < 25; i++) {
        answers.add(pipeline.infer(request("m", Optional.empty(), 1)).toCompletableFuture());
      }
    }

    assertThat(answers)
        .map(CompletableFuture::join)
        .filteredOn(answer -> !(answer instanceof Answer.Predicted))
        .isEmpty();
    awaitQuiet();
    assertThat(pool.size()).isOne();
    journal.close();
    assertThat(LogOnDisk.read(directory).predictions()).hasSize(1_000);
  }

  @Test
  void anAttributeThatThePolicyDoesNotListIsRefusedByItsName() {
    serve(policy(LogPolicy.Mode.ASYNC, 1, Map.of(), Set.of("sex")));

    assertThat(infer(Map.of("sex", "f", "race", "secret value")))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> {
              assertThat(refused.problem()).isEqualTo(ProblemType.INVALID_REQUEST);
              assertThat(refused.reason()).contains("'race'").doesNotContain("secret");
            });
    assertThat(pipeline.inFlight()).isZero();
  }

  @Test
  void attributesAreLoggedApartFromThePrediction() throws IOException {
    serve(policy(LogPolicy.Mode.ASYNC, 1, Map.of(), Set.of("sex")));

    assertThat(infer(Map.of("sex", "undisclosed"))).isInstanceOf(Answer.Predicted.class);
    awaitQuiet();
    journal.close();

    LogOnDisk log = LogOnDisk.read(directory);
    String id = log.predictions().getFirst().getPredictionId();
    assertThat(log.predictions().getFirst().toString()).doesNotContain("undisclosed");
    assertThat(log.attributes())
        .containsExactly(
            AttributesGiven.newBuilder()
                .setPredictionId(id)
                .setProject("p")
                .setModel("m")
                .putAttributes("sex", "undisclosed")
                .build());
  }

  @Test
  void aDurableAnswerIsOnDiskBeforeTheCallerHasIt() throws IOException {
    serve(policy(LogPolicy.Mode.DURABLE, 1, Map.of(), Set.of()));

    assertThat(infer(1)).isInstanceOf(Answer.Predicted.class);

    // Forced by the group commit before the answer; a copy of the files is what a crash leaves.
    Path crashed = Files.createDirectory(directory.resolve("crashed"));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".spool")).toList()) {
        Files.copy(file, crashed.resolve(file.getFileName()));
      }
    }
    assertThat(LogOnDisk.read(crashed).predictions()).hasSize(1);
  }

  @Test
  void aDurablePredictionThatCannotBeLoggedIsRefusedAndCounted() {
    serve(policy(LogPolicy.Mode.DURABLE, 1, Map.of(), Set.of()));
    journal.close();

    assertThat(infer(1))
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> {
              assertThat(failed.problem()).isEqualTo(ProblemType.UNAVAILABLE);
              assertThat(failed.reason()).contains("may be in the log", "with the same id");
            });
    awaitQuiet();
    assertThat(count("gateway.inference.total", "code", "not_logged")).isOne();
    assertThat(count("gateway.log.dropped", "reason", "closed")).isOne();
  }

  @Test
  void outsideATestOnlyTheSampleIsLoggedAndTheRestCounted() throws IOException {
    serve(policy(LogPolicy.Mode.DURABLE, 0.5, Map.of(), Set.of()));

    for (int i = 0; i < 200; i++) {
      assertThat(infer(1)).isInstanceOf(Answer.Predicted.class);
    }
    awaitQuiet();
    journal.close();

    int logged = LogOnDisk.read(directory).predictions().size();
    assertThat(logged).isBetween(60, 140);
    assertThat(logged + count("gateway.log.events", "result", "not_sampled")).isEqualTo(200);
  }

  @Test
  void everyPredictionOfATestIsLogged() throws IOException {
    serve(
        new Route.Split(1, "1", List.of(new Route.Candidate("2", 0.5)), TEST),
        policy(LogPolicy.Mode.ASYNC, 0, Map.of(), Set.of()),
        Map.of("1", Graphs.sigmoid(1), "2", Graphs.sigmoid(2)));

    for (int i = 0; i < 20; i++) {
      infer(1);
    }
    pipeline.infer(request("m", Optional.of("1"), 1)).toCompletableFuture().join();
    awaitQuiet();
    journal.close();

    assertThat(LogOnDisk.read(directory).predictions()).hasSize(20);
    assertThat(count("gateway.log.events", "result", "not_sampled")).isOne();
  }

  @Test
  void aPredictionNamesTheTestOfEachCandidateThatItSaysSomethingAbout() throws IOException {
    serve(
        new Route.Split(
            1,
            "1",
            List.of(
                new Route.Candidate("2", 0.3, "t-2", false),
                new Route.Candidate("3", 0.3, "t-3", false)),
            TEST),
        Map.of("1", Graphs.sigmoid(1), "2", Graphs.sigmoid(2), "3", Graphs.sigmoid(3)));

    for (int i = 0; i < 60; i++) {
      infer(1);
    }
    awaitQuiet();
    journal.close();

    assertThat(LogOnDisk.read(directory).predictions())
        .hasSize(60)
        .allSatisfy(
            logged -> {
              switch (logged.getArm()) {
                case "1" -> {
                  assertThat(logged.getTestId()).isEqualTo("t-2");
                  assertThat(logged.getFurtherTestsList()).containsExactly("t-3");
                }
                default -> {
                  assertThat(logged.getTestId()).isEqualTo("t-" + logged.getArm());
                  assertThat(logged.getFurtherTestsList()).isEmpty();
                }
              }
            });
  }

  @Test
  void whatThePolicyHidesIsNowhereOnTheDisk() throws IOException {
    serve(policy(LogPolicy.Mode.ASYNC, 1, Map.of("x", LogPolicy.Treatment.REDACTED), Set.of()));
    float secret = 1234.5678f;

    infer(secret);
    awaitQuiet();
    journal.close();

    byte[] value = ByteBuffer.allocate(8).order(LITTLE_ENDIAN).putDouble(secret).array();
    assertThat(LogOnDisk.read(directory).bytes())
        .hasSize(1)
        .allSatisfy(
            bytes ->
                assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                    .doesNotContain(new String(value, StandardCharsets.ISO_8859_1)));
  }

  @Test
  void aJournalThatIsSwitchedOffCountsWhatItDoesNotLog() throws IOException {
    serve(new Route.Single(1, "1"), Map.of("1", Graphs.sigmoid(1)));
    try (PredictionJournal off = journal(false, directory.resolve("off"))) {
      pipeline = pipeline(Duration.ofSeconds(5), off);

      assertThat(infer(1)).isInstanceOf(Answer.Predicted.class);

      awaitQuiet();
      assertThat(count("gateway.log.dropped", "reason", "disabled")).isOne();
    }
  }

  private PredictionJournal journal(boolean enabled, Path spool) throws IOException {
    return new PredictionJournal(
        "gw",
        new byte[16],
        enabled,
        new PredictionJournal.Bounds(10_000, 16 << 20, Duration.ZERO),
        new PredictionJournal.Spooling(
            spool, SPOOL_BYTES, Duration.ofMillis(200), Duration.ofSeconds(5)),
        Map.of("bootstrap.servers", "127.0.0.1:" + TestKafka.freePort()),
        meters);
  }

  private InferencePipeline pipeline(Duration deadline) {
    return pipeline(deadline, journal);
  }

  private InferencePipeline pipeline(Duration deadline, PredictionJournal journal) {
    return new InferencePipeline(table::get, shadows, journal, inferences, Tracing.off(), deadline);
  }

  private static ServingPolicy fallback(Fallback fallback) {
    return new ServingPolicy(
        ServingPolicy.Batching.DEFAULT,
        ServingPolicy.Capacity.DEFAULT,
        ServingPolicy.LogPolicy.DEFAULT,
        Optional.of(fallback),
        Set.of());
  }

  private static ServingPolicy policy(
      LogPolicy.Mode mode,
      double sample,
      Map<String, LogPolicy.Treatment> fields,
      Set<String> attributes) {
    return new ServingPolicy(
        ServingPolicy.Batching.DEFAULT,
        ServingPolicy.Capacity.DEFAULT,
        new LogPolicy(mode, sample, fields),
        Optional.empty(),
        attributes);
  }

  private void serve(ServingPolicy policy) {
    serve(new Route.Single(1, "1"), policy, Map.of("1", Graphs.sigmoid(1)));
  }

  private void serve(Route route, Map<String, byte[]> versions) {
    serve(route, versions, pool);
  }

  private void serve(Route route, Map<String, byte[]> versions, ModelPool from) {
    serve(route, Eligibility.EVERYBODY, ServingPolicy.DEFAULT, versions, from);
  }

  private void serve(Route route, ServingPolicy policy, Map<String, byte[]> versions) {
    serve(route, Eligibility.EVERYBODY, policy, versions);
  }

  private void serve(
      Route route, Eligibility eligibility, ServingPolicy policy, Map<String, byte[]> versions) {
    serve(route, eligibility, policy, versions, pool);
  }

  private void serve(
      Route route,
      Eligibility eligibility,
      ServingPolicy policy,
      Map<String, byte[]> versions,
      ModelPool from) {
    Map<String, ModelPool.Lease> leases = new LinkedHashMap<>();
    versions.forEach((version, content) -> leases.put(version, lease(content, from)));
    ServedModel next =
        new ServedModel("p", "m", route, eligibility, Contracts.number(), policy, leases);
    RoutingTable before = table.getAndSet(table.get().with(next));
    before.find("m").ifPresent(ServedModel::retire);
  }

  private static ModelPool.Lease lease(byte[] content, ModelPool from) {
    try {
      return from.lease(Digest.of(content), Contracts.number(), () -> content);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Answer infer(float x) {
    return join(pipeline.infer(request("m", Optional.empty(), x)));
  }

  private Answer infer(Map<String, String> attributes) {
    InferenceRequest plain = request("m", Optional.empty(), 1);
    return join(
        pipeline.infer(
            new InferenceRequest(
                plain.model(),
                plain.version(),
                plain.clientId(),
                plain.inputs(),
                plain.rows(),
                plain.arrivedAt(),
                new RequestTraits(
                    RequestTraits.Protocol.REST,
                    name -> Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    0,
                    attributes))));
  }

  private static Answer join(CompletionStage<Answer> answer) {
    return answer.toCompletableFuture().join();
  }

  private static InferenceRequest request(Optional<String> version, float... x) {
    return request("m", version, x);
  }

  private static InferenceRequest request(float x, Optional<Duration> budget, int priority) {
    return request(
        "m",
        Optional.empty(),
        new RequestTraits(
            RequestTraits.Protocol.REST,
            name -> Optional.empty(),
            Map.of(),
            budget,
            priority,
            Map.of()),
        x);
  }

  private static InferenceRequest request(String model, Optional<String> version, float... x) {
    return request(model, version, RequestTraits.plain(RequestTraits.Protocol.REST), x);
  }

  private static InferenceRequest request(
      String model, Optional<String> version, RequestTraits traits, float... x) {
    return new InferenceRequest(
        model,
        version,
        "",
        Map.of("x", Tensor.ofFloats("x", new long[] {x.length}, x)),
        x.length,
        Instant.now(),
        traits);
  }

  private void awaitQuiet() {
    await().untilAsserted(() -> assertThat(pipeline.inFlight()).isZero());
  }

  private double count(String name, String tag, String value) {
    return meters.find(name).tag(tag, value).counters().stream().mapToDouble(Counter::count).sum();
  }
}
