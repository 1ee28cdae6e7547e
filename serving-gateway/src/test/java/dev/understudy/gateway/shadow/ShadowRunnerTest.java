package dev.understudy.gateway.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Digest;
import dev.understudy.gateway.Contracts;
import dev.understudy.scoring.Model;
import dev.understudy.scoring.ModelLoader;
import dev.understudy.scoring.ModelRefused;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.Graphs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShadowRunnerTest {
  private static final Map<String, Tensor> QUICK =
      Map.of("x", Tensor.ofFloats("x", new long[] {1}, 0));
  private static final Map<String, Tensor> ENDLESS =
      Map.of("x", Tensor.ofFloats("x", new long[] {1}, 1_000_000));

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ShadowRunner runner = new ShadowRunner(1, 1, meters);

  @AfterEach
  void close() {
    runner.close();
  }

  @Test
  void aShadowIsScoredAndCounted() throws ModelRefused {
    try (Model model = load(Graphs.sigmoid(1))) {
      Score score = join(runner.offer(model, QUICK, Duration.ofSeconds(5)));

      assertThat(score).isInstanceOf(Score.Answered.class);
      assertThat(outcome("answered")).isOne();
    }
  }

  @Test
  void aFailureOfAShadowIsAnOutcome() throws ModelRefused {
    try (Model model = load(Graphs.failsOutsideZeroAndOne())) {
      assertThat(join(runner.offer(model, ENDLESS, Duration.ofSeconds(5))))
          .isInstanceOf(Score.Failed.class);
      assertThat(outcome("failed")).isOne();
    }
  }

  @Test
  void aFullQueueShedsAtOnceAndALateShadowTimesOut() throws ModelRefused {
    try (Model model = load(Graphs.loopsForMillions())) {
      Optional<CompletionStage<Score>> running =
          runner.offer(model, ENDLESS, Duration.ofMillis(300));
      await()
          .untilAsserted(
              () -> assertThat(meters.get("gateway.shadow.waiting").gauge().value()).isZero());
      Optional<CompletionStage<Score>> waiting = runner.offer(model, QUICK, Duration.ofSeconds(20));

      assertThat(runner.offer(model, QUICK, Duration.ofSeconds(20))).isEmpty();

      assertThat(join(running)).isInstanceOf(Score.TimedOut.class);
      assertThat(join(waiting)).isInstanceOf(Score.Answered.class);
      assertThat(outcome("timed_out")).isOne();
      assertThat(outcome("shed")).isOne();
      assertThat(meters.get("gateway.shadow.dropped").tag("reason", "queue_full").counter().count())
          .isOne();
    }
  }

  private double outcome(String outcome) {
    return meters.get("gateway.shadow").tag("outcome", outcome).counter().count();
  }

  private static Score join(Optional<CompletionStage<Score>> score) {
    return score.orElseThrow().toCompletableFuture().join();
  }

  private static Model load(byte[] content) throws ModelRefused {
    return ModelLoader.load(content, Digest.of(content), Contracts.number());
  }
}
