package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ModestThreadsTest {
  private static final Path SELF = Path.of("/proc/thread-self/stat");

  /** Of the fields behind the name in brackets. */
  private static final int NICE = 16;

  private static final int POLICY = 38;
  private static final int SCHED_IDLE = 5;

  @Test
  void aModestThreadIsNiceAndOthersAreNot() {
    assumeThat(SELF).exists();

    assertThat(niceOf(7)).isEqualTo(7);
    assertThat(niceOf(0)).isEqualTo(niceHere());
  }

  @Test
  void theMostModestTakesIdleTimeOnly() {
    assumeThat(SELF).exists();

    assertThat(inThread(ModestThreads.IDLE_TIME, POLICY)).isEqualTo(SCHED_IDLE);
    assertThat(inThread(7, POLICY)).isEqualTo(here(POLICY));
  }

  @Test
  void noThreadPushesForward() {
    assertThatThrownBy(() -> ModestThreads.named("test", -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ModestThreads.named("test", 21))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int niceOf(int asked) {
    return inThread(asked, NICE);
  }

  private static int inThread(int asked, int field) {
    CompletableFuture<Integer> value = new CompletableFuture<>();
    ModestThreads.named("test", asked).newThread(() -> value.complete(here(field))).start();
    return value.join();
  }

  private static int niceHere() {
    return here(NICE);
  }

  private static int here(int field) {
    try {
      String stat = Files.readString(SELF);
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[field]);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
