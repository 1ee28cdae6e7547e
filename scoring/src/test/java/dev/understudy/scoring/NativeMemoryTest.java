package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.testkit.Graphs;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeMemoryTest {
  private static final long LIMIT = 1L << 28;
  private static final Duration LONG = Duration.ofMinutes(1);

  private final ScoringRoom room = new ScoringRoom("test", 1, 1);

  @AfterEach
  void close() {
    room.close();
  }

  @Test
  void aRunThatEatsMemoryFailsAndTheNextOneIsAnswered() throws ModelRefused {
    NativeMemory.limitTo(LIMIT);
    assertThat(NativeMemory.limitTo(2 * LIMIT)).isFalse();

    try (Model model = OnnxModel.open(Graphs.eatsMemory(), Contracts.number())) {
      assertThat(score(model, 1)).isInstanceOf(Score.Answered.class);
      for (float millions : new float[] {400, 1_000, 1_000_000}) {
        assertThat(score(model, millions))
            .isInstanceOfSatisfying(
                Score.Failed.class,
                failed -> {
                  assertThat(failed.errorClass()).isEqualTo("memory");
                  assertThat(failed.reason()).contains("memory");
                });
      }
      assertThat(score(model, 2)).isInstanceOf(Score.Answered.class);
    }
  }

  /** One takes 200 MB of the 256 as long as it runs, the other needs 120. */
  @Test
  void whoAnswersFindsTheMemoryThatAShadowHeld() throws Exception {
    NativeMemory.limitTo(LIMIT);
    byte[] graph = Graphs.eatsMemory();
    String digest = ModelLoader.digest(graph);
    RunPolicy elsewhere = RunPolicy.standard().withCapacity(1, 8);
    try (ModelPool pool = new ModelPool(1, 8);
        ModelPool.Lease current = pool.lease(digest, Contracts.number(), () -> graph);
        ModelPool.Lease candidate =
            pool.lease(
                ModelPool.Owner.NOBODY,
                digest,
                Contracts.number(),
                elsewhere.withCheap(Duration.ZERO),
                () -> graph)) {
      // Its memory is one piece, as long as nobody else has a part of it.
      assertThat(join(candidate.score(millions(50), LONG, room)))
          .isInstanceOf(Score.Answered.class);
      AtomicBoolean gaveWay = new AtomicBoolean();
      Thread hungry =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!gaveWay.get()) {
                      Score shadow = join(candidate.score(millions(50), LONG, room));
                      gaveWay.set(shadow.equals(new Score.Shed("memory")));
                    }
                  });
      int answers = 0;
      while (!gaveWay.get()) {
        assertThat(join(current.score(millions(30), LONG)))
            .as("answer %d", answers++)
            .isInstanceOf(Score.Answered.class);
      }
      hungry.join();
      assertThat(join(candidate.score(millions(50), LONG, room)))
          .isInstanceOf(Score.Answered.class);
    }
  }

  @Test
  void aGraphThatNoMemoryHoldsIsTooLarge() {
    assertThatThrownBy(
            () -> OnnxModel.open(Graphs.hasMoreWeightsThanAnyMemory(), Contracts.number()))
        .isInstanceOfSatisfying(
            ModelRefused.class,
            refused -> {
              assertThat(refused).hasMessageContaining("bad_alloc");
              assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.TOO_LARGE);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bfc_arena.cc:359 AllocateRawInternal Available memory of 8 is smaller than requested"
            + " bytes of 1024",
        "bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 1024",
        "Exception during initialization: std::bad_alloc"
      })
  void whatTheRuntimeSaysWhenMemoryIsShortIsKnown(String message) {
    assertThat(new OnnxFailure(message).isOfMemory()).isTrue();
  }

  @Test
  void aBrokenGraphIsNotForMemorysSake() {
    assertThat(new OnnxFailure("Protobuf parsing failed.").isOfMemory()).isFalse();
  }

  @Test
  void noMemoryAtAllIsNoLimit() {
    assertThatThrownBy(() -> NativeMemory.limitTo(0)).isInstanceOf(IllegalArgumentException.class);
  }

  private Score score(Model model, float millions) {
    return join(model.score(millions(millions), LONG, room));
  }

  private static Map<String, Tensor> millions(float millions) {
    return Map.of("x", Tensor.ofFloats("x", new long[] {1}, millions));
  }

  private static Score join(CompletionStage<Score> score) {
    return score.toCompletableFuture().join();
  }
}
