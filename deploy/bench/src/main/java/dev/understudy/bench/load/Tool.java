package dev.understudy.bench.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program that is installed, and takes what it says. */
final class Tool {
  /** What a program may take longer than the load that it makes. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private Tool() {}

  /**
   * Everything that it prints; its exit code means nothing here.
   *
   * @param expected how long it should take
   * @throws IOException it is not installed
   */
  static String run(List<String> command, Duration expected) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var said = process.getInputStream()) {
      process.getOutputStream().close();
      // It prints less than a pipe holds, so to wait first cannot block it.
      if (!process.waitFor(expected.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("%s did not end".formatted(command.getFirst()));
      }
      return new String(said.readAllBytes(), StandardCharsets.UTF_8);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** One thread is enough for any server on this machine, and takes the least from it. */
  static int threads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
  }
}
