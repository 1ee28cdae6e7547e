package dev.understudy.local.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a running stack writes down about itself, so that another process can see and stop it. A
 * process is named by its id and its start time, because ids are used again.
 */
public record StackFile(Ports ports, Running supervisor, Map<String, Running> parts) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** PostgreSQL writes its start down in whole seconds, some time after the system has. */
  private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(15);

  /** A process by id and start time (Unix milliseconds). */
  public record Running(long pid, long startedMs) {
    static Running of(ProcessHandle handle) {
      return new Running(
          handle.pid(), handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
    }

    Optional<ProcessHandle> handle() {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(handle -> of(handle).startedMs() == startedMs);
    }

    /** Whether that very process lives. */
    public boolean alive() {
      return handle().isPresent();
    }
  }

  /** What is written in the directory; empty when no stack runs or ran there. */
  public static Optional<StackFile> read(Path home) {
    Path file = file(home);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(file.toFile(), StackFile.class));
    } catch (IOException e) {
      throw new StackException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  static void write(Path home, Ports ports, List<ServiceProcess> parts) {
    Map<String, Running> running = new LinkedHashMap<>();
    for (ServiceProcess part : parts) {
      ProcessHandle.of(part.pid()).ifPresent(it -> running.put(part.name(), Running.of(it)));
    }
    StackFile content = new StackFile(ports, Running.of(ProcessHandle.current()), running);
    try {
      Path next = home.resolve("stack.json.next");
      JSON.writeValue(next.toFile(), content);
      Files.move(
          next,
          file(home),
          java.nio.file.StandardCopyOption.ATOMIC_MOVE,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new StackException("%s cannot be written: %s".formatted(home, e.getMessage()), e);
    }
  }

  static void delete(Path home) {
    try {
      Files.deleteIfExists(file(home));
    } catch (IOException e) {
      System.err.println("%s was not deleted: %s".formatted(file(home), e.getMessage()));
    }
  }

  /** Stops the stack of that directory: its supervisor first, then whatever that left behind. */
  public void stop(Path home) {
    supervisor.handle().ifPresent(StackFile::end);
    parts.values().forEach(part -> part.handle().ifPresent(StackFile::end));
    postmaster(home).ifPresent(StackFile::end);
    delete(home);
  }

  private static void end(ProcessHandle handle) {
    handle.destroy();
    try {
      handle.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      handle.destroyForcibly();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The database that was left behind; a stranger who has its id now is not touched. */
  private static Optional<ProcessHandle> postmaster(Path home) {
    Path file = home.resolve("postgres/postmaster.pid");
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      List<String> lines = Files.readAllLines(file);
      Instant started = Instant.ofEpochSecond(Long.parseLong(lines.get(2).trim()));
      return ProcessHandle.of(Long.parseLong(lines.getFirst().trim()))
          .filter(handle -> isAbout(handle, started));
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private static boolean isAbout(ProcessHandle handle, Instant started) {
    return handle
        .info()
        .startInstant()
        .filter(real -> Duration.between(real, started).abs().compareTo(CLOCKS_DIFFER) < 0)
        .isPresent();
  }

  private static Path file(Path home) {
    return home.resolve("stack.json");
  }

  /** The supervisor's process, when it lives. */
  public @Nullable ProcessHandle living() {
    return supervisor.handle().orElse(null);
  }
}
