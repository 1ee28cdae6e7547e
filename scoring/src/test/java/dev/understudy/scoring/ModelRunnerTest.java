package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testkit.Graphs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Where a model runs. The limit of what is cheap is wide, for a machine that is busy. */
class ModelRunnerTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final RunPolicy POLICY =
      RunPolicy.standard().withCapacity(2, 100).withCheap(Duration.ofMillis(10));

  @Test
  void aCheapRunIsDoneBeforeTheCallReturns() throws Exception {
    try (ModelRunner runner = runner(Graphs.sigmoid(1), POLICY)) {
      CompletableFuture<Score> score = runner.score(x(0), LONG).toCompletableFuture();

      assertThat(score).isDone();
      assertThat(score.join()).isInstanceOf(Score.Answered.class);
      assertThat(runner.statistics().waits()).isZero();
    }
  }

  @Test
  void nothingIsCheapWhereThePolicySaysSo() throws Exception {
    try (ModelRunner runner = runner(Graphs.sigmoid(1), POLICY.withCheap(Duration.ZERO))) {
      assertThat(runner.isCheap(1)).isFalse();
      assertThat(join(runner, 0, LONG)).isInstanceOf(Score.Answered.class);
      assertThat(runner.statistics().waits()).isOne();
      assertThat(runner.statistics().waitedNanos()).isPositive();
    }
  }

  @Test
  void whatSeemedCheapAndIsNotIsScoredInTheRoom() throws Exception {
    try (ModelRunner runner = runner(Graphs.loopsForMillions(), POLICY)) {
      assertThat(runner.isCheap(1)).isTrue();

      assertThat(join(runner, 0.2f, LONG)).isInstanceOf(Score.Answered.class);

      assertThat(runner.isCheap(1)).isFalse();
      RunStatistics statistics = runner.statistics();
      assertThat(statistics.runs()).isEqualTo(2);
      assertThat(statistics.failed()).isOne();
      assertThat(statistics.answered()).isOne();
    }
  }

  @Test
  void whatSeemedCheapAndNeverEndsIsLateAtItsDeadline() throws Exception {
    try (ModelRunner runner = runner(Graphs.loopsForMillions(), POLICY)) {
      assertThat(join(runner, 1_000_000, Duration.ofMillis(200)))
          .isInstanceOf(Score.TimedOut.class);
    }
  }

  @Test
  void aClosedRunnerShedsEverything() throws Exception {
    ModelRunner runner = runner(Graphs.sigmoid(1), POLICY);

    runner.close();

    assertThat(join(runner, 0, LONG)).isEqualTo(new Score.Shed("closed"));
    assertThat(runner.scoreTogether(List.of(x(1), x(2)))).containsOnly(new Score.Shed("closed"));
  }

  @Test
  void requestsThatAreScoredTogetherAreAnsweredAsIfAlone() throws Exception {
    try (ModelRunner runner = runner(Graphs.sigmoid(1), POLICY)) {
      List<Map<String, Tensor>> requests = List.of(x(1), x(2, 3), x(), x(4));

      List<Score> together = runner.scoreTogether(requests);

      assertThat(runner.statistics().runs()).isOne();
      for (int i = 0; i < requests.size(); i++) {
        Score alone = runner.score(requests.get(i), LONG).toCompletableFuture().join();
        assertThat(((Score.Answered) together.get(i)).outputs())
            .isEqualTo(((Score.Answered) alone).outputs());
      }
    }
  }

  @Test
  void oneThatFailsAmongThoseScoredTogetherFailsAlone() throws Exception {
    try (ModelRunner runner = runner(Graphs.failsOutsideZeroAndOne(), POLICY)) {
      List<Score> together = runner.scoreTogether(List.of(x(0), x(5), x(1), Map.of()));

      assertThat(together)
          .extracting(Object::getClass)
          .map(Class::getSimpleName)
          .containsExactly("Answered", "Failed", "Answered", "Failed");
    }
  }

  @Test
  void manyThreadsGetTheirOwnAnswers() throws Exception {
    try (ModelRunner runner = runner(Graphs.sigmoid(1), POLICY);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Integer>> wrong = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        int seed = thread;
        wrong.add(threads.submit(() -> wrongAnswers(runner, seed)));
      }

      for (Future<Integer> count : wrong) {
        assertThat(count.get()).isZero();
      }
    }
  }

  private static int wrongAnswers(ModelRunner runner, int seed) {
    int wrong = 0;
    for (int i = 0; i < 2_000; i++) {
      float[] values = new float[1 + (seed + i) % 5];
      for (int row = 0; row < values.length; row++) {
        values[row] = seed + i * 0.001f - row;
      }
      Score score = runner.score(x(values), LONG).toCompletableFuture().join();
      Tensor p = ((Score.Answered) score).output("p");
      for (int row = 0; row < values.length; row++) {
        wrong += Math.abs(p.number(row) - 1 / (1 + Math.exp(-values[row]))) < 1e-5 ? 0 : 1;
      }
    }
    return wrong;
  }

  @Test
  void anotherVersionIsWarmedUpWithWhatWasAsked() throws Exception {
    try (ModelRunner runner = runner(Graphs.failsOutsideZeroAndOne(), POLICY)) {
      for (int i = 0; i < 100_000 && runner.recorded().isEmpty(); i++) {
        join(runner, 5, LONG);
      }
      assertThat(runner.recorded()).isNotEmpty();

      byte[] next = Graphs.failsOutsideZeroAndOne();
      WarmModel warm =
          ModelLoader.loadWarm(
              next,
              ModelLoader.digest(next),
              Contracts.number(),
              runner.recorded(),
              RemoteAccess.NONE);

      assertThat(warm.takesBatches()).isTrue();
      warm.model().close();
    }
  }

  @Test
  void aModelWithOneAnswerForAllRowsIsNotBatched() throws Exception {
    byte[] graph = Graphs.oneAnswerForAllRows();
    WarmModel warm =
        ModelLoader.loadWarm(
            graph, ModelLoader.digest(graph), Contracts.number(), List.of(), RemoteAccess.NONE);

    assertThat(warm.takesBatches()).isFalse();
    warm.model().close();
  }

  @Test
  void rowsThatChangeEachOthersAnswersShareARunOnlyWhereThePolicySaysSo() throws Exception {
    byte[] graph = Graphs.weighsRowsAgainstEachOther();
    try (ModelRunner alone = runner(graph, POLICY);
        ModelRunner together =
            runner(graph, POLICY.withBatching(RunPolicy.Batching.ON, 8, Duration.ZERO))) {
      List<Map<String, Tensor>> requests = List.of(x(0), x(0));

      assertThat(alone.scoreTogether(requests))
          .extracting(ModelRunnerTest::number)
          .containsExactly(1.0, 1.0);
      assertThat(together.scoreTogether(requests))
          .extracting(ModelRunnerTest::number)
          .containsExactly(0.5, 0.5);
    }
  }

  @Test
  void rowsThatDoNotChangeEachOthersAnswersAreSeenNotTo() throws Exception {
    for (byte[] graph : List.of(Graphs.sigmoid(1), Graphs.identity(Graphs.FLOAT, -1))) {
      WarmModel warm =
          ModelLoader.loadWarm(
              graph, ModelLoader.digest(graph), Contracts.number(), List.of(), RemoteAccess.NONE);

      assertThat(warm.takesBatches()).isTrue();
      assertThat(warm.neighboursMayMatter()).isFalse();
      warm.model().close();
    }
  }

  @Test
  void whereItCannotBeSeenWhetherNeighboursMatterRequestsAreKeptApart() throws Exception {
    byte[] graph = Graphs.failsOutsideZero();
    try (ModelRunner alone = runner(graph, POLICY);
        ModelRunner together =
            runner(graph, POLICY.withBatching(RunPolicy.Batching.ON, 8, Duration.ZERO))) {
      List<Map<String, Tensor>> requests = List.of(x(0), x(0));

      assertThat(alone.scoreTogether(requests))
          .extracting(ModelRunnerTest::number)
          .containsExactly(0.5, 0.5);
      assertThat(alone.statistics().runs()).isEqualTo(2);
      together.scoreTogether(requests);
      assertThat(together.statistics().runs()).isOne();
    }
  }

  private static double number(Score score) {
    return ((Score.Answered) score).outputs().getFirst().number(0);
  }

  private static ModelRunner runner(byte[] graph, RunPolicy policy) throws ModelRefused {
    return new ModelRunner(
        "test",
        ModelLoader.loadWarm(
            graph, ModelLoader.digest(graph), Contracts.number(), List.of(), RemoteAccess.NONE),
        policy);
  }

  private static Score join(ModelRunner runner, float value, Duration deadline) {
    return runner.score(x(value), deadline).toCompletableFuture().join();
  }

  private static Map<String, Tensor> x(float... values) {
    return Map.of("x", Tensor.ofFloats("x", new long[] {values.length}, values));
  }
}
