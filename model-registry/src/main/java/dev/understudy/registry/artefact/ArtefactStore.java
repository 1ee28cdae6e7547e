package dev.understudy.registry.artefact;

import dev.understudy.contracts.Digest;
import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A directory of files named by the SHA-256 of their content. A file appears whole or not at all:
 * it is written beside, forced to the disk and moved. Thread-safe, also between processes.
 */
@ApplicationScoped
public class ArtefactStore {
  private static final int PIECE = 1 << 16;
  private static final Duration ABANDONED = Duration.ofDays(1);

  /** What was stored. */
  public record Stored(String sha256, long bytes) {}

  private final Path directory;
  private final Path unfinished;
  private final long mostBytes;
  private final Clock clock;

  ArtefactStore(RegistryConfig config, Clock clock) {
    this.directory = config.artefactDir().toAbsolutePath().normalize();
    this.unfinished = directory.resolve("unfinished");
    this.mostBytes = config.artefactMaxBytes();
    this.clock = clock;
  }

  void prepare(@Observes StartupEvent event) throws IOException {
    Files.createDirectories(unfinished);
    Instant old = clock.instant().minus(ABANDONED);
    try (Stream<Path> files = Files.list(unfinished)) {
      for (Path file : files.toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** The file of that digest, when it is here. */
  public Optional<Path> find(String sha256) {
    Path file = place(sha256);
    return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
  }

  /**
   * Stores content under the digest that was announced for it.
   *
   * @return whether it is new
   * @throws Refused when the content has another digest or is too large; nothing is kept then
   */
  boolean put(String announced, InputStream content) throws IOException {
    Path file = place(announced);
    boolean there = Files.exists(file);
    Path beside = unfinished.resolve(announced.substring(0, 8) + "-" + UUID.randomUUID());
    try {
      String found = copy(content, beside);
      if (!found.equals(announced)) {
        throw Refused.field(
            ProblemType.DIGEST_MISMATCH, "sha256", "the content has the digest " + found);
      }
      if (there) {
        return false;
      }
      move(beside, file);
      return true;
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  /**
   * Stores content whose digest nobody announced.
   *
   * @throws Refused when it is too large; nothing is kept then
   */
  public Stored add(InputStream content) throws IOException {
    Path beside = unfinished.resolve("new-" + UUID.randomUUID());
    try {
      String found = copy(content, beside);
      long bytes = Files.size(beside);
      Path file = place(found);
      if (!Files.exists(file)) {
        move(beside, file);
      }
      return new Stored(found, bytes);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private void move(Path beside, Path file) throws IOException {
    Path folder = Checks.present("folder", file.getParent());
    Files.createDirectories(folder);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    force(folder);
  }

  private String copy(InputStream content, Path to) throws IOException {
    MessageDigest digest = Digest.sha256();
    byte[] piece = new byte[PIECE];
    long total = 0;
    try (FileChannel out =
        FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int read = content.read(piece); read >= 0; read = content.read(piece)) {
        total += read;
        if (total > mostBytes) {
          throw Refused.of(
              ProblemType.TOO_LARGE,
              "the artefact has more than the %d bytes allowed".formatted(mostBytes));
        }
        digest.update(piece, 0, read);
        ByteBuffer rest = ByteBuffer.wrap(piece, 0, read);
        while (rest.hasRemaining()) {
          out.write(rest);
        }
      }
      out.force(true);
    }
    return Digest.hex(digest.digest());
  }

  /** A digest is checked before it becomes a path, so no request reaches outside. */
  private Path place(String sha256) {
    if (!Digest.isOne(sha256)) {
      throw Refused.field("sha256", "a digest has 64 lower-case hex digits");
    }
    return folder(sha256).resolve(sha256);
  }

  private Path folder(String sha256) {
    return directory.resolve(sha256.substring(0, 2));
  }

  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException("the folder of an artefact could not be forced to disk", e);
    }
  }
}
