package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.understudy.testkit.Graphs;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OnnxModelTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private final ScoringRoom room = new ScoringRoom("test", 1, 1);

  @AfterEach
  void closeRoom() {
    room.close();
  }

  @Test
  void rowsAreAnsweredInTheirOrder() throws ModelRefused {
    try (Model model = load(Graphs.sigmoid(2))) {
      Score score = score(model, LONG, 0f, 1f);

      Tensor p = ((Score.Answered) score).output("p");
      assertThat(p.rows()).isEqualTo(2);
      assertThat(p.number(0)).isEqualTo(0.5);
      assertThat(p.number(1)).isCloseTo(1 / (1 + Math.exp(-2)), within(1e-6));
    }
  }

  @Test
  void textsReachTheGraph() throws ModelRefused {
    byte[] content = Graphs.is("rent");
    try (Model model = ModelLoader.load(content, ModelLoader.digest(content), Contracts.text())) {
      Tensor x = Tensor.ofTexts("x", new long[] {2}, "rent", "");

      Score score = join(model.score(Map.of("x", x), LONG, room));

      assertThat(((Score.Answered) score).output("p"))
          .isEqualTo(Tensor.ofFloats("p", new long[] {2}, 1f, 0f));
    }
  }

  @Test
  void aFailureInsideTheGraphIsAnAnswer() throws ModelRefused {
    try (Model model = load(Graphs.failsOutsideZeroAndOne())) {
      assertThat(score(model, LONG, 1f)).isInstanceOf(Score.Answered.class);
      assertThat(score(model, LONG, 5f))
          .isInstanceOfSatisfying(
              Score.Failed.class, failed -> assertThat(failed.errorClass()).isEqualTo("runtime"));
    }
  }

  @Test
  void anAnswerThatIsNotANumberIsAFailure() throws ModelRefused {
    byte[] content = Graphs.notANumberAtZero();
    try (OnnxModel model = OnnxModel.open(content, Contracts.number())) {
      assertThat(score(model, LONG, 0f))
          .isInstanceOfSatisfying(
              Score.Failed.class, failed -> assertThat(failed.errorClass()).isEqualTo("outputs"));
    }
  }

  @Test
  void anAnswerWithTooFewRowsIsAFailure() throws ModelRefused {
    try (Model model = load(Graphs.oneAnswerForAllRows())) {
      assertThat(score(model, LONG, 1f)).isInstanceOf(Score.Answered.class);
      assertThat(score(model, LONG, 1f, 2f)).isInstanceOf(Score.Failed.class);
    }
  }

  @Test
  void aRunPastItsDeadlineIsAnsweredAndStopped() throws ModelRefused {
    OnnxModel model = (OnnxModel) load(Graphs.loopsForMillions());

    Score score = score(model, Duration.ofMillis(50), 1_000_000f);
    model.close();

    assertThat(score)
        .isInstanceOfSatisfying(
            Score.TimedOut.class,
            late ->
                assertThat(Duration.ofNanos(late.afterNanos()))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(25)));
    // The memory comes back only because the run was told to stop: it would take hours.
    await().atMost(LONG).untilAsserted(() -> assertThat(model.isReleased()).isTrue());
  }

  @Test
  void whatDoesNotFitTheRoomIsShedAtOnce() throws ModelRefused {
    try (Model model = load(Graphs.loopsForMillions())) {
      CompletionStage<Score> running = submit(model, Duration.ofMillis(300), 1_000_000f);
      await().untilAsserted(() -> assertThat(room.waiting()).isZero());
      CompletionStage<Score> waiting = submit(model, Duration.ofMillis(100), 0f);

      Score shed = score(model, LONG, 0f);

      assertThat(shed).isEqualTo(new Score.Shed("queue_full"));
      assertThat(join(waiting)).isEqualTo(new Score.Shed("queue_timeout"));
      assertThat(join(running)).isInstanceOf(Score.TimedOut.class);
    }
  }

  @Test
  void aClosedModelScoresNothing() throws ModelRefused {
    OnnxModel model = (OnnxModel) load(Graphs.sigmoid(1));

    model.close();

    assertThat(score(model, LONG, 0f)).isEqualTo(new Score.Shed("closed"));
    assertThat(model.isReleased()).isTrue();
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

  private static Model load(byte[] content) throws ModelRefused {
    return ModelLoader.load(content, ModelLoader.digest(content), Contracts.number());
  }
}
