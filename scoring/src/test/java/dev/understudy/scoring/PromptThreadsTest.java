package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PromptThreadsTest {
  /** Slices, by a thread before and after it has asked. */
  private record Slices(boolean taken, long before, long after) {}

  private static Slices asked() {
    CompletableFuture<Slices> asked = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              long before = PromptThreads.sliceNanos();
              boolean taken = PromptThreads.beOne();
              asked.complete(new Slices(taken, before, PromptThreads.sliceNanos()));
            });
    return asked.join();
  }

  @Test
  void aThreadThatAsksHasShortSlicesAndNoOtherHas() {
    Slices slices = asked();
    // Before Linux 6.12 no slice is told, and elsewhere nothing is.
    assumeThat(slices.before()).isPositive();

    assertThat(slices.taken()).isTrue();
    assertThat(slices.after()).isEqualTo(500_000).isLessThan(slices.before());
    assertThat(PromptThreads.sliceNanos()).isEqualTo(slices.before());
  }

  @Test
  void askingHurtsNowhere() {
    assertThat(asked().after()).isNotNegative();
  }

  @Test
  void aThreadThatTakesIdleTimeOnlyStaysOne() {
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    ModestThreads.named("idle", ModestThreads.IDLE_TIME)
        .newThread(() -> taken.complete(PromptThreads.beOne()))
        .start();

    assumeThat(System.getProperty("os.name")).contains("Linux");
    assertThat(taken.join()).isFalse();
  }
}
