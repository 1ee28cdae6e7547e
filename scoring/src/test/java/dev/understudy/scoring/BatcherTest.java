package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import dev.understudy.scoring.RunPolicy.Batching;
import dev.understudy.testkit.Graphs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Batches that close when they are full, so that no clock decides what is in them. */
class BatcherTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void requestsThatShareARunGetTheirOwnRows() throws Exception {
    try (ModelRunner runner = runner(Graphs.sigmoid(1), Contracts.number(), full(8), 1)) {
      List<CompletionStage<Score>> scores = new ArrayList<>();
      for (Map<String, Tensor> request : List.of(x(1), x(2, 3), x(4), x(5, 6, 7), x(8))) {
        scores.add(runner.score(request, LONG));
      }

      assertThat(scores.stream().map(BatcherTest::join).map(BatcherTest::numbers))
          .containsExactly(
              sigmoids(1), sigmoids(2, 3), sigmoids(4), sigmoids(5, 6, 7), sigmoids(8));
      assertThat(runner.statistics().runs()).isOne();
      assertThat(runner.statistics().rows()).isEqualTo(8);
      assertThat(runner.statistics().runsByRows()).startsWith(0L, 0L, 0L, 1L, 0L).hasSize(12);
      assertThat(runner.statistics().waits()).isEqualTo(5);
      assertThat(scores.stream().map(BatcherTest::join))
          .map(score -> ((Score.Answered) score).runRows())
          .containsOnlyOnce(8L)
          .containsOnly(0L, 8L);
    }
  }

  @Test
  void eachIsChargedOnlyItsRowsOfTheRun() throws Exception {
    byte[] graph = Graphs.sigmoid(1);
    WarmModel loaded =
        ModelLoader.loadWarm(
            graph, ModelLoader.digest(graph), Contracts.number(), List.of(), RemoteAccess.NONE);
    // As a model whose rows cost everything, and its runs nothing.
    WarmModel warm = new WarmModel(loaded.model(), RunCost.ofRows(1_000, 8_000), true, false);
    try (ModelRunner runner = new ModelRunner("test", warm, full(8).withCapacity(1, 100))) {
      List<CompletionStage<Score>> scores =
          List.of(
              runner.score(x(1), LONG),
              runner.score(x(2), LONG),
              runner.score(x(3, 4, 5, 6, 7, 8), LONG));

      List<Long> nanos =
          scores.stream().map(one -> ((Score.Answered) join(one)).latencyNanos()).toList();

      assertThat(nanos.get(1)).isEqualTo(nanos.get(0));
      assertThat(nanos.get(2) / 6.0).isCloseTo(nanos.get(0), withinPercentage(1));
      assertThat(nanos.stream().mapToLong(Long::longValue).sum())
          .isLessThan(runner.statistics().runNanos() * 101 / 100);
    }
  }

  @Test
  void textsShareARunAsWell() throws Exception {
    try (ModelRunner runner = runner(Graphs.is("rent"), Contracts.text(), full(2), 1)) {
      CompletionStage<Score> no =
          runner.score(Map.of("x", Tensor.ofTexts("x", new long[] {1}, "own")), LONG);
      CompletionStage<Score> yes =
          runner.score(Map.of("x", Tensor.ofTexts("x", new long[] {1}, "rent")), LONG);

      assertThat(numbers(join(no))).containsExactly(0.0);
      assertThat(numbers(join(yes))).containsExactly(1.0);
      assertThat(runner.statistics().runs()).isOne();
    }
  }

  @Test
  void aBadRequestFailsAlone() throws Exception {
    try (ModelRunner runner =
        runner(Graphs.failsOutsideZeroAndOne(), Contracts.number(), full(3), 1)) {
      CompletionStage<Score> good = runner.score(x(0), LONG);
      CompletionStage<Score> bad = runner.score(x(5), LONG);
      CompletionStage<Score> better = runner.score(x(1), LONG);

      assertThat(numbers(join(good))).containsExactly(0.25);
      assertThat(join(bad)).isInstanceOf(Score.Failed.class);
      assertThat(numbers(join(better))).containsExactly(0.75);
    }
  }

  @Test
  void aRequestWithoutItsInputIsNotTakenIntoABatch() throws Exception {
    try (ModelRunner runner = runner(Graphs.sigmoid(1), Contracts.number(), full(2), 1)) {
      CompletionStage<Score> first = runner.score(x(1), LONG);
      CompletionStage<Score> odd = runner.score(Map.of(), LONG);
      CompletionStage<Score> second = runner.score(x(2), LONG);

      assertThat(numbers(join(first))).isEqualTo(sigmoids(1));
      assertThat(join(odd)).isInstanceOf(Score.Failed.class);
      assertThat(numbers(join(second))).isEqualTo(sigmoids(2));
    }
  }

  @Test
  void onlyRequestsOfEqualShapesShareARun() throws Exception {
    List<Long> free = List.of(-1L, -1L);
    Column x =
        new Column(
            "x",
            Datatype.FP32,
            free,
            false,
            false,
            List.of(),
            OptionalDouble.empty(),
            OptionalDouble.empty());
    ModelContract contract =
        new ModelContract(
            new InputContract(List.of(x)), List.of(new TensorSpec("p", Datatype.FP32, free)));
    try (ModelRunner runner = runner(Graphs.identity(Graphs.FLOAT, -1, -1), contract, full(2), 2)) {
      List<CompletionStage<Score>> scores = new ArrayList<>();
      for (int width : new int[] {2, 3, 2, 3}) {
        Tensor tensor = Tensor.ofFloats("x", new long[] {1, width}, new float[width]);
        scores.add(runner.score(Map.of("x", tensor), LONG));
      }

      assertThat(scores.stream().map(BatcherTest::join).map(score -> numbers(score).size()))
          .containsExactly(2, 3, 2, 3);
      assertThat(runner.statistics().runs()).isEqualTo(2);
    }
  }

  @Test
  void whatWaitsForABusyThreadIsAnsweredAtItsDeadline() throws Exception {
    try (ModelRunner runner =
        runner(
            Graphs.loopsForMillions(),
            Contracts.number(),
            policy(Batching.ON, 8, Duration.ZERO),
            1)) {
      CompletionStage<Score> running = runner.score(x(1_000_000), Duration.ofSeconds(2));
      await().untilAsserted(() -> assertThat(runner.statistics().waits()).isOne());
      CompletionStage<Score> waiting = runner.score(x(0), Duration.ofMillis(50));
      CompletionStage<Score> patient = runner.score(x(0), LONG);

      assertThat(join(waiting)).isEqualTo(new Score.Shed("queue_timeout"));
      assertThat(join(running)).isInstanceOf(Score.TimedOut.class);
      assertThat(join(patient)).isInstanceOf(Score.Answered.class);
    }
  }

  @Test
  void aBatchThatNobodyWaitsForIsStopped() throws Exception {
    ModelRunner runner = runner(Graphs.loopsForMillions(), Contracts.number(), full(2), 1);
    CompletionStage<Score> one = runner.score(x(1_000_000), Duration.ofMillis(200));
    CompletionStage<Score> other = runner.score(x(0), Duration.ofMillis(200));

    assertThat(join(one)).isInstanceOf(Score.TimedOut.class);
    assertThat(join(other)).isInstanceOf(Score.TimedOut.class);
    runner.close();

    OnnxModel model = (OnnxModel) runner.model();
    await().atMost(LONG).untilAsserted(() -> assertThat(model.isReleased()).isTrue());
  }

  @Test
  void moreThanMayWaitIsShed() throws Exception {
    ModelRunner runner =
        runner(
            Graphs.sigmoid(1),
            Contracts.number(),
            full(32).withCapacity(1, 2).withCheap(Duration.ZERO),
            1);
    CompletionStage<Score> first = runner.score(x(1), LONG);
    CompletionStage<Score> second = runner.score(x(2), LONG);

    assertThat(join(runner.score(x(3), LONG))).isEqualTo(new Score.Shed("queue_full"));

    assertThat(numbers(join(first))).isEqualTo(sigmoids(1));
    assertThat(numbers(join(second))).isEqualTo(sigmoids(2));
    runner.close();
  }

  @Test
  void whatWaitsWhenTheModelIsClosedIsShed() throws Exception {
    ModelRunner runner =
        runner(
            Graphs.loopsForMillions(),
            Contracts.number(),
            policy(Batching.ON, 8, Duration.ZERO),
            1);
    CompletionStage<Score> running = runner.score(x(1_000_000), Duration.ofSeconds(2));
    await().untilAsserted(() -> assertThat(runner.statistics().waits()).isOne());
    CompletionStage<Score> waiting = runner.score(x(0), LONG);

    runner.close();

    assertThat(join(waiting)).isEqualTo(new Score.Shed("closed"));
    assertThat(join(running)).isInstanceOf(Score.TimedOut.class);
  }

  private static RunPolicy full(int rows) {
    return policy(Batching.ON, rows, Duration.ofSeconds(1));
  }

  private static RunPolicy policy(Batching batching, int rows, Duration delay) {
    return RunPolicy.standard().withCheap(Duration.ZERO).withBatching(batching, rows, delay);
  }

  private static ModelRunner runner(
      byte[] graph, ModelContract contract, RunPolicy policy, int threads) throws ModelRefused {
    return new ModelRunner(
        "test",
        ModelLoader.loadWarm(
            graph, ModelLoader.digest(graph), contract, List.of(), RemoteAccess.NONE),
        policy.withCapacity(threads, policy.queue()));
  }

  private static Map<String, Tensor> x(float... values) {
    return Map.of("x", Tensor.ofFloats("x", new long[] {values.length}, values));
  }

  private static Score join(CompletionStage<Score> score) {
    return score.toCompletableFuture().join();
  }

  private static List<Double> numbers(Score score) {
    Tensor p = ((Score.Answered) score).output("p");
    List<Double> numbers = new ArrayList<>();
    for (int i = 0; i < p.size(); i++) {
      numbers.add(p.number(i));
    }
    return numbers;
  }

  /** As a run of its own answers, to the last bit. */
  private static List<Double> sigmoids(float... values) {
    byte[] graph = Graphs.sigmoid(1);
    try (OnnxModel model = OnnxModel.open(graph, Contracts.number());
        ScoringRoom room = new ScoringRoom("alone", 1, 1)) {
      return numbers(join(model.score(x(values), LONG, room)));
    } catch (ModelRefused e) {
      throw new AssertionError(e);
    }
  }
}
