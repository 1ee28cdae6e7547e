package dev.understudy.gateway.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Digest;
import dev.understudy.gateway.Contracts;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.RemoteAccess;
import dev.understudy.scoring.RunPolicy;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.Graphs;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShadowRunnerTest {
  private static final Map<String, Tensor> QUICK =
      Map.of("x", Tensor.ofFloats("x", new long[] {1}, 0));
  private static final Map<String, Tensor> ENDLESS =
      Map.of("x", Tensor.ofFloats("x", new long[] {1}, 1_000_000));

  private static final RunPolicy CHEAP =
      RunPolicy.standard().withCapacity(1, 100).withCheap(Duration.ofMillis(10));
  private static final Duration LONG = Duration.ofSeconds(20);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ModelPool pool = new ModelPool(CHEAP, Long.MAX_VALUE, RemoteAccess.NONE);
  private ShadowRunner runner = new ShadowRunner(1, 1, meters);

  @AfterEach
  void close() {
    runner.close();
  }

  @Test
  void aShadowIsScoredAndCounted() throws Exception {
    try (ModelPool.Lease model = lease(Graphs.sigmoid(1), CHEAP)) {
      assertThat(join(runner.offer("m", "1", model, QUICK, LONG)))
          .isInstanceOf(Score.Answered.class);
      assertThat(outcome("answered")).isOne();
    }
  }

  @Test
  void manyCheapShadowsTakeFewRuns() throws Exception {
    runner.close();
    runner = new ShadowRunner(1, 1_000, meters);
    try (ModelPool.Lease model = lease(Graphs.sigmoid(1), CHEAP)) {
      List<CompletionStage<Score>> scores = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        scores.add(runner.offer("m", "1", model, QUICK, LONG));
      }

      assertThat(scores).map(ShadowRunnerTest::join).hasOnlyElementsOfType(Score.Answered.class);
      assertThat(outcome("answered")).isEqualTo(500);
      assertThat(model.statistics().rows()).isEqualTo(500);
      assertThat(model.statistics().runs()).isLessThan(500);
    }
  }

  @Test
  void aFailureOfAShadowIsAnOutcome() throws Exception {
    try (ModelPool.Lease model = lease(Graphs.failsOutsideZeroAndOne(), CHEAP)) {
      assertThat(join(runner.offer("m", "1", model, ENDLESS, LONG)))
          .isInstanceOf(Score.Failed.class);
      assertThat(outcome("failed")).isOne();
    }
  }

  @Test
  void aShadowThatSeemedCheapAndNeverEndsTimesOut() throws Exception {
    try (ModelPool.Lease model = lease(Graphs.loopsForMillions(), CHEAP)) {
      assertThat(join(runner.offer("m", "1", model, ENDLESS, Duration.ofMillis(300))))
          .isInstanceOf(Score.TimedOut.class);
      assertThat(outcome("timed_out")).isOne();
    }
  }

  @Test
  void aFullQueueShedsAtOnceAndALateShadowTimesOut() throws Exception {
    try (ModelPool.Lease model = lease(Graphs.loopsForMillions(), CHEAP.withCheap(Duration.ZERO))) {
      CompletionStage<Score> running =
          runner.offer("m", "1", model, ENDLESS, Duration.ofSeconds(2));
      await()
          .untilAsserted(
              () -> assertThat(meters.get("gateway.shadow.waiting").gauge().value()).isZero());
      CompletionStage<Score> waiting = runner.offer("m", "1", model, QUICK, LONG);

      assertThat(runner.offer("m", "1", model, QUICK, LONG).toCompletableFuture())
          .isCompletedWithValue(new Score.Shed("queue_full"));

      assertThat(join(running)).isInstanceOf(Score.TimedOut.class);
      assertThat(join(waiting)).isInstanceOf(Score.Answered.class);
      assertThat(outcome("timed_out")).isOne();
      assertThat(outcome("dropped_by_queue")).isOne();
      assertThat(dropped("queue_full")).isOne();
    }
  }

  @Test
  void shadowsBeyondTheirShareAreDropped() throws Exception {
    runner.close();
    runner = withShares(Double.MIN_NORMAL, 1);
    try (ModelPool.Lease model = lease(Graphs.sigmoid(1), CHEAP)) {
      assertThat(join(runner.offer("m", "1", model, QUICK, LONG)))
          .isInstanceOf(Score.Answered.class);

      assertThat(runner.offer("m", "1", model, QUICK, LONG).toCompletableFuture())
          .isCompletedWithValue(new Score.Shed("budget"));
      assertThat(dropped("budget")).isOne();
    }
  }

  @Test
  void theShareOfSlowShadowsIsTheirOwn() throws Exception {
    runner.close();
    runner = withShares(1, Double.MIN_NORMAL);
    try (ModelPool.Lease slow = lease(Graphs.sigmoid(1), CHEAP.withCheap(Duration.ZERO));
        ModelPool.Lease cheap = lease(Graphs.sigmoid(1), CHEAP)) {
      assertThat(join(runner.offer("m", "1", slow, QUICK, LONG)))
          .isInstanceOf(Score.Answered.class);

      assertThat(runner.offer("m", "1", slow, QUICK, LONG).toCompletableFuture())
          .isCompletedWithValue(new Score.Shed("budget"));
      assertThat(join(runner.offer("m", "1", cheap, QUICK, LONG)))
          .isInstanceOf(Score.Answered.class);
      assertThat(dropped("budget")).isOne();
    }
  }

  @Test
  void aCandidateThatTookTooMuchDropsItsOwnShadowsOnly() throws Exception {
    runner.close();
    runner = withShares(0.1, 0.1);
    try (ModelPool.Lease greedy = lease(Graphs.loopsForMillions(), CHEAP.withCheap(Duration.ZERO));
        ModelPool.Lease modest = lease(Graphs.sigmoid(1), CHEAP)) {
      // Longer than a second of the share of all.
      assertThat(join(runner.offer("m", "1", greedy, ENDLESS, Duration.ofSeconds(3))))
          .isInstanceOf(Score.TimedOut.class);

      for (int i = 0; i < 50; i++) {
        assertThat(join(runner.offer("m", "2", modest, QUICK, LONG)))
            .isInstanceOf(Score.Answered.class);
      }
      assertThat(runner.offer("m", "1", greedy, QUICK, LONG).toCompletableFuture())
          .isCompletedWithValue(new Score.Shed("budget"));
    }
  }

  private ShadowRunner withShares(double share, double slowShare) {
    return new ShadowRunner(
        new ShadowRunner.Limits(1, 100, share, slowShare, Long.MAX_VALUE, 0), meters);
  }

  @Test
  void tensorsBeyondTheirBytesAreShedUntilOthersAreDone() throws Exception {
    runner.close();
    runner = new ShadowRunner(new ShadowRunner.Limits(1, 100, 1, 1, 3 * Float.BYTES, 0), meters);
    Map<String, Tensor> two = Map.of("x", Tensor.ofFloats("x", new long[] {2}, 0, 0));
    Map<String, Tensor> four = Map.of("x", Tensor.ofFloats("x", new long[] {4}, 0, 0, 0, 0));
    try (ModelPool.Lease model = lease(Graphs.loopsForMillions(), CHEAP.withCheap(Duration.ZERO));
        ModelPool.Lease cheap = lease(Graphs.sigmoid(1), CHEAP)) {
      CompletionStage<Score> running =
          runner.offer("m", "1", model, ENDLESS, Duration.ofSeconds(2));

      assertThat(join(runner.offer("m", "1", model, four, LONG)))
          .isEqualTo(new Score.Shed("queue_full"));
      CompletionStage<Score> beside = runner.offer("m", "1", model, two, LONG);
      assertThat(join(runner.offer("m", "1", cheap, QUICK, LONG)))
          .isEqualTo(new Score.Shed("queue_full"));
      assertThat(dropped("queue_full")).isEqualTo(2);

      assertThat(join(running)).isInstanceOf(Score.TimedOut.class);
      assertThat(join(beside)).isInstanceOf(Score.Answered.class);
      for (int i = 0; i < 20; i++) {
        assertThat(join(runner.offer("m", "1", cheap, two, LONG)))
            .isInstanceOf(Score.Answered.class);
      }
    }
  }

  @Test
  void theSeriesOfAVersionEndWhenItIsNotLoadedAnyMore() throws Exception {
    try (ModelPool.Lease model = lease(Graphs.sigmoid(1), CHEAP)) {
      join(runner.offer("m", "1", model, QUICK, LONG));
      join(runner.offer("m", "2", model, QUICK, LONG));
      runner.notSampled("m", "2");
      assertThat(runner.lags())
          .extracting(lag -> lag.version() + " " + lag.behind().count())
          .containsExactlyInAnyOrder("1 1", "2 1");
      assertThat(outcome("not_sampled")).isOne();

      runner.keepOnly((name, version) -> version.equals("1"));

      assertThat(meters.find("gateway.shadow").tag("version", "2").meters()).isEmpty();
      assertThat(meters.find("gateway.shadow.dropped").tag("version", "2").meters()).isEmpty();
      assertThat(meters.find("gateway.shadow").tag("version", "1").meters()).isNotEmpty();
      assertThat(runner.lags()).hasSize(1);
    }
  }

  @Test
  void aClosedRunnerDropsEverything() throws Exception {
    try (ModelPool.Lease model = lease(Graphs.sigmoid(1), CHEAP)) {
      runner.close();

      assertThat(join(runner.offer("m", "1", model, QUICK, LONG)))
          .isEqualTo(new Score.Shed("closed"));
    }
  }

  private double dropped(String reason) {
    return meters.get("gateway.shadow.dropped").tag("reason", reason).counter().count();
  }

  private double outcome(String outcome) {
    return meters.get("gateway.shadow").tag("code", outcome).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private static Score join(CompletionStage<Score> score) {
    return score.toCompletableFuture().join();
  }

  private ModelPool.Lease lease(byte[] content, RunPolicy policy) throws Exception {
    return pool.lease(
        ModelPool.Owner.NOBODY, Digest.of(content), Contracts.number(), policy, () -> content);
  }
}
