package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.testkit.Graphs;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeMemoryTest {
  private final ScoringRoom room = new ScoringRoom("test", 1, 1);

  @AfterEach
  void close() {
    room.close();
  }

  @Test
  void aRunThatEatsMemoryFailsAndTheNextOneIsAnswered() throws ModelRefused {
    NativeMemory.limitTo(1L << 30);
    assertThat(NativeMemory.limitTo(2L << 30)).isFalse();

    try (Model model = OnnxModel.open(Graphs.eatsMemory(), Contracts.number())) {
      assertThat(score(model, 1)).isInstanceOf(Score.Answered.class);
      for (float millions : new float[] {400, 1_000, 1_000_000}) {
        assertThat(score(model, millions))
            .isInstanceOfSatisfying(
                Score.Failed.class,
                failed -> {
                  assertThat(failed.errorClass()).isEqualTo("runtime");
                  assertThat(failed.reason()).contains("memory");
                });
      }
      assertThat(score(model, 2)).isInstanceOf(Score.Answered.class);
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
    Tensor x = Tensor.ofFloats("x", new long[] {1}, millions);
    return model.score(Map.of("x", x), Duration.ofMinutes(1), room).toCompletableFuture().join();
  }
}
