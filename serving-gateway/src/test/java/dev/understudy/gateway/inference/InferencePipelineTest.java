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
        .isInstanceOf(Answer.Unknown.class);
    assertThat(join(pipeline.infer(request("m", Optional.of("9"), 0))))
        .isInstanceOf(Answer.Unknown.class);
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
    double dropped = count("gateway.shadow.dropped", "reason", "queue_full");
    journal.close();
    assertThat(count("gateway.log.dropped", "event", "prediction")).isEqualTo(5);
    // One that was dropped after it was taken on has a record; one that was refused has none.
    assertThat(count("gateway.log.dropped", "event", "shadow")).isBetween(5 - dropped, 5.0);
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
    return new InferencePipeline(
        table::get, shadows, journal, new InferenceMeters(meters), deadline);
  }

  private void serve(Route route, Map<String, byte[]> versions) {
    Map<String, ModelPool.Lease> leases = new LinkedHashMap<>();
    versions.forEach((version, content) -> leases.put(version, lease(content)));
    ServedModel next = new ServedModel("p", "m", route, Contracts.number(), leases);
    RoutingTable before = table.getAndSet(table.get().with(next));
    before.find("m").ifPresent(ServedModel::retire);
  }

  private ModelPool.Lease lease(byte[] content) {
    try {
      return pool.lease(Digest.of(content), Contracts.number(), () -> content);
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
    return new InferenceRequest(
        model,
        version,
        "",
        Map.of("x", Tensor.ofFloats("x", new long[] {1}, x)),
        1,
        Instant.now(),
        RequestTraits.plain(RequestTraits.Protocol.REST));
  }

  private void awaitQuiet() {
    await().untilAsserted(() -> assertThat(pipeline.inFlight()).isZero());
  }

  private double count(String name, String tag, String value) {
    return meters.find(name).tag(tag, value).counters().stream().mapToDouble(Counter::count).sum();
  }
}
