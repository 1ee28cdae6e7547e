package dev.understudy.gateway.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The log on local disk while Kafka is away: segment files that are read back in the order they
 * were written, also by the next process, and deleted when all their records are settled. A record
 * that was with Kafka's client at a crash may so be sent twice; consumers ignore the second. For
 * one thread; only {@link #bytes} is for all.
 */
final class Spool implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Spool.class);
  private static final String SUFFIX = ".spool";
  private static final long LARGEST_SEGMENT = 16 << 20;

  /** Told of records that are lost on disk. */
  @FunctionalInterface
  interface Losses {
    /** At least one record cannot be read. */
    void torn();
  }

  /**
   * A record that was read back.
   *
   * @param end where it ends in the segment
   */
  record Spooled(LogRecord record, Segment segment, long end) {}

  private final Path directory;
  private final long bound;
  private final Losses losses;
  private final Deque<Segment> segments = new ArrayDeque<>();
  private @Nullable Segment writing;
  private long nextNumber = 1;
  private ByteBuffer frames = ByteBuffer.allocate(1 << 16);
  private volatile long bytes;

  private Spool(Path directory, long bound, Losses losses) {
    this.directory = directory;
    this.bound = bound;
    this.losses = losses;
  }

  /**
   * Opens what an earlier process left there, or an empty one.
   *
   * @param bound of all files, in bytes
   * @param mark how far the earlier process had come
   */
  static Spool open(Path directory, long bound, SpoolMark mark, Losses losses) throws IOException {
    Files.createDirectories(directory);
    Spool spool = new Spool(directory, bound, losses);
    List<Path> files;
    try (Stream<Path> listed = Files.list(directory)) {
      files =
          listed
              .filter(path -> path.getFileName().toString().matches("\\d{10}\\" + SUFFIX))
              .sorted(Comparator.comparing(path -> path.getFileName().toString()))
              .toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      long number = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
      spool.segments.add(Segment.recover(number, file, mark.within(number)));
      spool.nextNumber = number + 1;
    }
    spool.nextNumber = Math.max(spool.nextNumber, mark.segment() + 1);
    spool.sweep();
    return spool;
  }

  /** Bytes on disk. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return segments.isEmpty();
  }

  /** Whether so many more bytes of frames may be written. */
  boolean hasRoomFor(long size) {
    return bytes + size <= bound;
  }

  /** Whether a record waits to be read back. */
  boolean hasUnread() {
    return segments.stream().anyMatch(Segment::hasUnread);
  }

  /**
   * Writes records, all or none.
   *
   * @param replayed whether this process shall read them back
   * @param force whether they must survive the loss of power
   */
  Segment write(List<LogRecord> records, boolean replayed, boolean force) throws IOException {
    Segment segment = segment(replayed);
    encode(records);
    try {
      segment.append(frames, force);
    } catch (IOException e) {
      endSegment();
      throw e;
    }
    bytes = segments.stream().mapToLong(Segment::length).sum();
    if (segment.length() >= Math.min(LARGEST_SEGMENT, bound / 4)) {
      endSegment();
    }
    return segment;
  }

  private void encode(List<LogRecord> records) {
    int size = 0;
    for (LogRecord record : records) {
      size += SpoolFrame.size(record);
    }
    if (frames.capacity() < size) {
      frames = ByteBuffer.allocate(size);
    }
    frames.clear();
    for (LogRecord record : records) {
      SpoolFrame.write(record, frames);
    }
    frames.flip();
  }

  private Segment segment(boolean replayed) throws IOException {
    if (writing != null && writing.replayed() != replayed) {
      endSegment();
    }
    if (writing == null) {
      Path path = directory.resolve("%010d%s".formatted(nextNumber, SUFFIX));
      writing = Segment.create(nextNumber++, path, replayed);
      segments.add(writing);
    }
    return writing;
  }

  private void endSegment() throws IOException {
    if (writing != null) {
      Segment ended = writing;
      writing = null;
      ended.endWriting();
    }
  }

  /** The next record in the order of time; null: there is none. */
  @Nullable Spooled next() {
    for (Segment segment : segments) {
      while (segment.hasUnread()) {
        try {
          LogRecord record = segment.next();
          return new Spooled(record, segment, segment.position());
        } catch (SpoolFrame.TornException | IOException e) {
          long position = segment.position();
          LOG.warnf(
              "spool segment %d is torn at byte %d, so its last %d bytes are skipped: %s",
              segment.number(), position, segment.skipRest(), e.getMessage());
          losses.torn();
        }
      }
    }
    return null;
  }

  /** Deletes the files that nobody needs. */
  void sweep() {
    if (writing != null && writing.length() > 0 && !hasUnread()) {
      try {
        endSegment();
      } catch (IOException e) {
        LOG.warnf("a spool segment could not be closed: %s", e.getMessage());
      }
    }
    for (Iterator<Segment> each = segments.iterator(); each.hasNext(); ) {
      Segment segment = each.next();
      if (segment.isOver()) {
        each.remove();
        try {
          segment.delete();
        } catch (IOException e) {
          LOG.warnf("a spool segment could not be deleted: %s", e.getMessage());
        }
      }
    }
    bytes = segments.stream().mapToLong(Segment::length).sum();
  }

  @Override
  public void close() throws IOException {
    sweep();
    for (Segment segment : segments) {
      segment.close();
    }
  }
}
