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

  @Test
  void aModestThreadIsNiceAndOthersAreNot() {
    assumeThat(SELF).exists();

    assertThat(niceOf(7)).isEqualTo(7);
    assertThat(niceOf(0)).isEqualTo(niceHere());
  }

  @Test
  void noThreadPushesForward() {
    assertThatThrownBy(() -> ModestThreads.named("test", -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ModestThreads.named("test", 20))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int niceOf(int asked) {
    CompletableFuture<Integer> nice = new CompletableFuture<>();
    ModestThreads.named("test", asked).newThread(() -> nice.complete(niceHere())).start();
    return nice.join();
  }

  private static int niceHere() {
    try {
      String stat = Files.readString(SELF);
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
