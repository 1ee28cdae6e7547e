package dev.understudy.registry.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.registry.chain.Checkpoint;
import dev.understudy.registry.config.RegistryConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints once more, in files that the database's owner cannot write: one per project, a
 * line each, only ever appended and forced to the disk. Registries that share the directory append
 * each line once.
 */
@ApplicationScoped
class CheckpointFiles {
  private static final String SUFFIX = ".ndjson";
  private static final int LONGEST_LINE = 4096;

  private final Path directory;

  CheckpointFiles(RegistryConfig config) {
    this.directory = config.auditDir().toAbsolutePath().normalize().resolve("checkpoints");
  }

  Path file(String project) {
    return directory.resolve(project + SUFFIX);
  }

  /** The projects that have a file. */
  List<String> projects() {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last one in the project's file. */
  synchronized Optional<Checkpoint> last(String project) {
    try (FileChannel channel = FileChannel.open(file(project), StandardOpenOption.READ)) {
      return Optional.ofNullable(last(channel, project));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Appends what the file does not hold yet.
   *
   * @param after the next checkpoints that are larger than the given size, none at the end
   * @return the size of the last one in the file
   */
  synchronized long append(String project, LongFunction<List<Checkpoint>> after) {
    try {
      boolean isNew = !Files.exists(file(project));
      Files.createDirectories(directory);
      try (FileChannel channel =
              FileChannel.open(
                  file(project),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        Checkpoint last = held.isValid() ? last(channel, project) : null;
        // What a crash left half written goes.
        channel.truncate(endOfLastLine(channel));
        channel.position(channel.size());
        long size = last == null ? 0 : last.size();
        for (List<Checkpoint> next = after.apply(size); !next.isEmpty(); next = after.apply(size)) {
          StringBuilder lines = new StringBuilder();
          next.forEach(checkpoint -> lines.append(checkpoint.line()).append('\n'));
          ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(UTF_8));
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
          size = next.getLast().size();
        }
        channel.force(true);
        if (isNew) {
          force(directory);
        }
        return size;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file from its first line on; close it. */
  Lines read(String project) {
    try {
      return new Lines(project, Files.newBufferedReader(file(project)));
    } catch (NoSuchFileException e) {
      return new Lines(project, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The checkpoints of one file. */
  static final class Lines implements Iterator<Checkpoint>, AutoCloseable {
    private final String project;
    private final @Nullable BufferedReader reader;
    private @Nullable String next;
    private long number;

    Lines(String project, @Nullable BufferedReader reader) {
      this.project = project;
      this.reader = reader;
      advance();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    /**
     * The next one.
     *
     * @throws IllegalArgumentException if the line is none of this project
     */
    @Override
    public Checkpoint next() {
      String line = next;
      if (line == null) {
        throw new NoSuchElementException();
      }
      number++;
      advance();
      return parsed(line, project, "line " + number);
    }

    private void advance() {
      try {
        next = reader == null ? null : reader.readLine();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      try {
        if (reader != null) {
          reader.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static @Nullable Checkpoint last(FileChannel channel, String project) throws IOException {
    long end = endOfLastLine(channel);
    if (end == 0) {
      return null;
    }
    int length = (int) Math.min(end, LONGEST_LINE);
    String tail = new String(read(channel, end - length, length), UTF_8).stripTrailing();
    return parsed(tail.substring(tail.lastIndexOf('\n') + 1), project, "the last line");
  }

  private static long endOfLastLine(FileChannel channel) throws IOException {
    int length = (int) Math.min(channel.size(), LONGEST_LINE);
    byte[] tail = read(channel, channel.size() - length, length);
    for (int i = length - 1; i >= 0; i--) {
      if (tail[i] == '\n') {
        return channel.size() - length + i + 1;
      }
    }
    if (length == LONGEST_LINE) {
      throw new IllegalArgumentException("the file of checkpoints does not end in a checkpoint");
    }
    return 0;
  }

  private static byte[] read(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
      // until it is full
    }
    return bytes.array();
  }

  private static Checkpoint parsed(String line, String project, String where) {
    try {
      Checkpoint checkpoint = Checkpoint.ofLine(line);
      if (checkpoint.project().equals(project)) {
        return checkpoint;
      }
      throw new IllegalArgumentException("it is of project " + checkpoint.project());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s of the file of checkpoints of project %s is none: %s"
              .formatted(where, project, e.getMessage()),
          e);
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
