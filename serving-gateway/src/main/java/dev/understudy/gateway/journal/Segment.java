package dev.understudy.gateway.journal;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One file of the spool. Written, read and deleted by one thread; only {@link #settled} may come
 * from another.
 */
final class Segment implements AutoCloseable {
  private static final int READ_BUFFER = 1 << 16;

  private final long number;
  private final Path path;
  private final boolean replayed;
  private final AtomicInteger unsettled = new AtomicInteger();
  private @Nullable FileChannel writer;
  private @Nullable DataInputStream reader;
  private boolean nameForced;
  private long length;
  private long read;

  private Segment(long number, Path path, boolean replayed) {
    this.number = number;
    this.path = path;
    this.replayed = replayed;
  }

  /**
   * A new file.
   *
   * @param replayed whether this process reads it back; if not, it only waits for a crash, because
   *     Kafka's client already has what is in it
   */
  static Segment create(long number, Path path, boolean replayed) throws IOException {
    Segment segment = new Segment(number, path, replayed);
    segment.writer =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return segment;
  }

  /**
   * A file that an earlier process left.
   *
   * @param from where the records begin that were not yet acknowledged
   */
  static Segment recover(long number, Path path, long from) throws IOException {
    Segment segment = new Segment(number, path, true);
    segment.length = Files.size(path);
    segment.read = Math.min(from, segment.length);
    return segment;
  }

  long number() {
    return number;
  }

  boolean replayed() {
    return replayed;
  }

  /** Bytes of whole frames. */
  long length() {
    return length;
  }

  /** How far it was read, in bytes. */
  long position() {
    return read;
  }

  boolean hasUnread() {
    return replayed && read < length;
  }

  /**
   * Appends all or nothing.
   *
   * @param force whether it must survive the loss of power
   */
  void append(ByteBuffer frames, boolean force) throws IOException {
    FileChannel to = writer();
    int size = frames.remaining();
    try {
      while (frames.hasRemaining()) {
        to.write(frames);
      }
      if (force) {
        to.force(false);
        forceName();
      }
    } catch (IOException e) {
      to.truncate(length);
      throw e;
    }
    length += size;
  }

  // A file that was forced is still lost with the power if its name was not.
  private void forceName() throws IOException {
    if (!nameForced) {
      try (FileChannel names = FileChannel.open(path.resolveSibling(""), StandardOpenOption.READ)) {
        names.force(true);
      }
      nameForced = true;
    }
  }

  private FileChannel writer() {
    if (writer == null) {
      throw new IllegalStateException(path + " is not written any more");
    }
    return writer;
  }

  /** The next record, which is unsettled from now on. */
  LogRecord next() throws IOException, SpoolFrame.TornException {
    if (reader == null) {
      reader =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(path), READ_BUFFER));
      reader.skipNBytes(read);
    }
    LogRecord record = SpoolFrame.read(reader, length - read);
    read += SpoolFrame.size(record);
    unsettled.incrementAndGet();
    return record;
  }

  /** Nothing more can be read; returns the bytes that are given up. */
  long skipRest() {
    long rest = length - read;
    read = length;
    return rest;
  }

  /** One more of its records is with Kafka's client. */
  void unsettled() {
    unsettled.incrementAndGet();
  }

  /** One of its records is logged or dropped for good. */
  void settled() {
    unsettled.decrementAndGet();
  }

  void endWriting() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }

  /** Whether nobody needs the file any more. */
  boolean isOver() {
    return writer == null && !hasUnread() && unsettled.get() == 0;
  }

  void delete() throws IOException {
    close();
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    endWriting();
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
