package dev.understudy.registry.chain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks an export against checkpoints and public keys, all from files; needs no service. Reads the
 * export line by line; keeps the checkpoints of its project, at most a million.
 */
public final class OfflineCheck {
  private static final int LONGEST_LINE = 16 << 20;
  private static final int MOST_CHECKPOINTS = 1_000_000;

  private OfflineCheck() {}

  /**
   * What came of it. It holds only if at least one checkpoint vouches for something: without any, a
   * log that was rewritten as a whole would look well.
   *
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if the checkpoints or keys are not what they should be
   */
  public static ChainReport check(Path export, Path checkpoints, Path publicKeys)
      throws IOException {
    CheckpointKeys keys;
    try {
      keys = CheckpointKeys.ofPem(Files.readString(publicKeys, StandardCharsets.US_ASCII));
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new IllegalArgumentException("%s is not PEM".formatted(publicKeys), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s: %s".formatted(publicKeys, e.getMessage()), e);
    }
    try (Lines lines = new Lines(export)) {
      String first = lines.next();
      if (first == null) {
        throw new IllegalArgumentException("%s holds no event".formatted(export));
      }
      String project = projectOf(first, export);
      List<Checkpoint> vouching = read(checkpoints, project);
      ChainVerifier walk = new ChainVerifier(project, keys, vouching.iterator(), Long.MAX_VALUE);
      boolean goOn = true;
      for (String line = first; goOn && line != null; line = lines.next()) {
        try {
          goOn = walk.accept(ChainEvent.ofLine(line));
        } catch (IllegalArgumentException e) {
          goOn = walk.refuse("line %d: %s".formatted(lines.number(), e.getMessage()));
        }
      }
      ChainReport report = walk.finish();
      if (report.valid() && report.lastCheckpoint() == null) {
        return new ChainReport(
            project,
            false,
            report.checked(),
            null,
            "%s holds no checkpoint of project %s: nothing vouches for this log"
                .formatted(checkpoints, project),
            null);
      }
      return report;
    }
  }

  private static String projectOf(String line, Path export) {
    try {
      return Envelope.projectOf(Canonical.read(ChainEvent.ofLine(line).envelope()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s, line 1: %s".formatted(export, e.getMessage()), e);
    }
  }

  private static List<Checkpoint> read(Path file, String project) throws IOException {
    List<Checkpoint> found = new ArrayList<>();
    try (Lines lines = new Lines(file)) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        Checkpoint checkpoint;
        try {
          checkpoint = Checkpoint.ofLine(line);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "%s, line %d is not a checkpoint: %s".formatted(file, lines.number(), e.getMessage()),
              e);
        }
        if (checkpoint.project().equals(project)) {
          if (found.size() == MOST_CHECKPOINTS) {
            throw new IllegalArgumentException(
                "%s holds more than %d checkpoints of project %s"
                    .formatted(file, MOST_CHECKPOINTS, project));
          }
          found.add(checkpoint);
        }
      }
    }
    // Files of several registries may have been put together.
    found.sort(Comparator.comparingLong(Checkpoint::size));
    return found;
  }

  /**
   * Lines of UTF-8 of bounded length; whatever is not UTF-8 becomes what cannot have been hashed.
   */
  private static final class Lines implements AutoCloseable {
    private final Path file;
    private final Reader reader;
    private long number;

    Lines(Path file) throws IOException {
      this.file = file;
      this.reader =
          new BufferedReader(
              new InputStreamReader(
                  Files.newInputStream(file),
                  StandardCharsets.UTF_8
                      .newDecoder()
                      .onMalformedInput(CodingErrorAction.REPLACE)
                      .onUnmappableCharacter(CodingErrorAction.REPLACE)));
    }

    long number() {
      return number;
    }

    @Nullable String next() throws IOException {
      StringBuilder line = new StringBuilder();
      int read = reader.read();
      if (read < 0) {
        return null;
      }
      number++;
      for (; read >= 0 && read != '\n'; read = reader.read()) {
        if (line.length() == LONGEST_LINE) {
          throw new IllegalArgumentException(
              "%s, line %d is longer than %d characters".formatted(file, number, LONGEST_LINE));
        }
        line.append((char) read);
      }
      return line.toString();
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
