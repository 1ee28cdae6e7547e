package dev.understudy.local.stack;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One part of the stack as a process of its own: started, watched until it is ready, stopped in
 * order, and, for those who want to see what a bad day looks like, killed, paused or resumed.
 */
public final class ServiceProcess {
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final int LINES_SHOWN = 25;
  private static final Path SETSID = Path.of("/usr/bin/setsid");

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final Readiness readiness;
  private Predicate<String> inherited = variable -> true;
  private boolean apart = true;
  private @Nullable Process process;

  /** How one knows that the part is ready. */
  public interface Readiness {
    /** Asked again and again until it is so. */
    boolean reached();
  }

  /**
   * A part that is not started yet.
   *
   * @param environment in addition to this process's own
   * @param log appended to
   */
  public ServiceProcess(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      Readiness readiness) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.log = log;
    this.readiness = readiness;
  }

  /** Ready when the health address answers 200. */
  public static Readiness health(URI address) {
    HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    HttpRequest request =
        HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(5)).GET().build();
    return () -> {
      try {
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
      } catch (IOException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    };
  }

  /** The part's name, e.g. {@code gateway}. */
  public String name() {
    return name;
  }

  /** Where it writes its log. */
  public Path log() {
    return log;
  }

  /**
   * Leaves it in this process's session; to be said before it starts. A Linux that groups threads
   * by session shares the processors out among sessions first, which a benchmark must not measure.
   */
  public ServiceProcess inThisSession() {
    apart = false;
    return this;
  }

  /**
   * Hands over those variables of this process's environment only; to be said before it starts.
   *
   * @param inherited by name
   */
  ServiceProcess inheriting(Predicate<String> inherited) {
    this.inherited = inherited;
    return this;
  }

  /** Starts it, and does not wait. */
  public void start() {
    try {
      Files.createDirectories(log.getParent());
      ProcessBuilder builder =
          new ProcessBuilder(apart ? inItsOwnSession(command) : command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
      builder.environment().keySet().removeIf(inherited.negate());
      builder.environment().putAll(environment);
      process = builder.start();
    } catch (IOException e) {
      throw new StackException(
          "The %s could not be started: %s".formatted(name, e.getMessage()), e);
    }
  }

  /**
   * Ctrl-C reaches every process of a terminal's session: a part outside of it is stopped in its
   * turn instead, while those that it needs are still there. Where the tool is missing it stays.
   */
  private static List<String> inItsOwnSession(List<String> command) {
    if (!Files.isExecutable(SETSID)) {
      return command;
    }
    List<String> apart = new ArrayList<>(List.of(SETSID.toString()));
    apart.addAll(command);
    return apart;
  }

  /** Waits until it is ready; when it ends instead or takes too long, shows what it said last. */
  public void awaitReady(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (!readiness.reached()) {
      if (!running()) {
        throw new StackException(
            "The %s ended before it was ready. It said last (%s):%n%s"
                .formatted(name, log, lastLines()));
      }
      if (System.nanoTime() > end) {
        throw new StackException(
            "The %s was not ready within %d s. It said last (%s):%n%s"
                .formatted(name, limit.toSeconds(), log, lastLines()));
      }
      pauseBriefly();
    }
  }

  /** Whether its health address says that it is ready. */
  public boolean ready() {
    return running() && readiness.reached();
  }

  /** Whether its process lives. */
  public boolean running() {
    return process != null && process.isAlive();
  }

  /** Its process id; zero while it does not run. */
  public long pid() {
    return process != null && process.isAlive() ? process.pid() : 0;
  }

  /** Stops it in order; a process that does not go is killed. */
  public void stop() {
    if (process == null) {
      return;
    }
    process.destroy();
    await(GRACE);
    if (process.isAlive()) {
      kill();
    }
  }

  /** Ends it at once, as {@code kill -9} does. */
  public void kill() {
    if (process != null) {
      process.destroyForcibly();
      await(GRACE);
    }
  }

  /** Stops its clock, as {@code kill -STOP} does. */
  public void pause() {
    signal("-STOP");
  }

  /** Lets it go on after {@link #pause}. */
  public void resume() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", signal, String.valueOf(pid())).inheritIO().start();
      if (kill.waitFor() != 0) {
        throw new StackException("kill %s of the %s failed".formatted(signal, name));
      }
    } catch (IOException e) {
      throw new StackException("kill %s of the %s failed".formatted(signal, name), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }

  private void await(Duration limit) {
    if (process == null) {
      return;
    }
    try {
      process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private String lastLines() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
    } catch (IOException e) {
      return "(no log)";
    }
  }

  private static void pauseBriefly() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }
}
