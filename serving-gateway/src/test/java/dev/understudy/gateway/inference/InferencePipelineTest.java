package dev.understudy.gateway.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Digest;
import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.Contracts;
import dev.understudy.gateway.journal.PredictionJournal;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.TestKafka;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The way of a request with real models; Kafka is away, so the journal only keeps and counts. */
class InferencePipelineTest {
  private static final Route.Test TEST = new Route.Test("t", 0, "salt");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ModelPool pool = new ModelPool(2, 2_000);
  private final ShadowRunner shadows = new ShadowRunner(1, 1, meters);
  private final PredictionJournal journal =
      new PredictionJournal(
          "gw",
          new byte[16],
          new PredictionJournal.Bounds(10_000, 16 << 20, Duration.ZERO),
          Map.of("bootstrap.servers", "127.0.0.1:" + TestKafka.freePort()),
          meters);
  private final AtomicReference<RoutingTable> table = new AtomicReference<>(RoutingTable.EMPTY);
  private final InferenceMeters inferences = new InferenceMeters(meters);
  private InferencePipeline pipeline = pipeline(Duration.ofMillis(500));

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
  void aShadowThatNeverEndsIsNotFeltByTheCaller() {
    serve(
        new Route.Shadow(
            1, "1", List.of(new Route.Candidate("2", 1)), TEST, Duration.ofMillis(300)),
        Map.of("1", Graphs.sigmoid(1), "2", Graphs.loopsForMillions()));

    for (int i = 0; i < 5; i++) {
      assertThat(infer(1_000_000)).isInstanceOf(Answer.Predicted.class);
    }

    awaitQuiet();
    double expected = 5 - count("gateway.shadow.dropped", "reason", "queue_full");
    journal.close();
    assertThat(count("gateway.log.dropped", "event", "prediction")).isEqualTo(5);
    assertThat(count("gateway.log.dropped", "event", "shadow")).isEqualTo(expected);
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
    ModelPool narrow = new ModelPool(1, 10);
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
  void noRequestFailsWhileTheTableIsSwapped() {
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
    assertThat(count("gateway.log.dropped", "event", "prediction")).isEqualTo(1_000);
  }

  private InferencePipeline pipeline(Duration deadline) {
    return new InferencePipeline(table::get, shadows, journal, inferences, deadline);
  }

  private void serve(Route route, Map<String, byte[]> versions) {
    serve(route, versions, pool);
  }

  private void serve(Route route, Map<String, byte[]> versions, ModelPool from) {
    Map<String, ModelPool.Lease> leases = new LinkedHashMap<>();
    versions.forEach((version, content) -> leases.put(version, lease(content, from)));
    ServedModel next = new ServedModel("p", "m", route, Contracts.number(), leases);
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

  private static Answer join(CompletionStage<Answer> answer) {
    return answer.toCompletableFuture().join();
  }

  private static InferenceRequest request(String model, Optional<String> version, float x) {
    return request(model, version, x, RequestTraits.plain(RequestTraits.Protocol.REST));
  }

  private static InferenceRequest request(float x, Optional<Duration> budget, int priority) {
    return request(
        "m",
        Optional.empty(),
        x,
        new RequestTraits(
            RequestTraits.Protocol.REST,
            name -> Optional.empty(),
            Map.of(),
            budget,
            priority,
            Map.of()));
  }

  private static InferenceRequest request(
      String model, Optional<String> version, float x, RequestTraits traits) {
    return new InferenceRequest(
        model,
        version,
        "",
        Map.of("x", Tensor.ofFloats("x", new long[] {1}, x)),
        1,
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
