package dev.understudy.gateway.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumMap;
import java.util.Map;

/**
 * How many records are in memory alone, by kind, in a memory-mapped file: the operating system
 * keeps what a killed process wrote there, so the next start knows the most that the kill took. A
 * count rises before a record is taken (before its answer, where the answer does not wait for it)
 * and falls after it is safe, so it is never too low. (After a loss of power the file may be {@link
 * #force} old.) Also holds how far the spool was sent, and the lock that keeps a second gateway out
 * of the directory. Thread-safe.
 */
final class CrashLedger implements AutoCloseable {
  private static final String NAME = "ledger";
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.arrayElementVarHandle().withInvokeExactBehavior();
  private static final int MARK = 0;
  private static final int SLOTS = 8;

  private final FileChannel file;
  private final FileLock lock;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment slots;
  private final Map<LogRecord.Kind, Long> lost = new EnumMap<>(LogRecord.Kind.class);

  private CrashLedger(FileChannel file, FileLock lock) throws IOException {
    this.file = file;
    this.lock = lock;
    if (file.size() != SLOTS * Long.BYTES) {
      // Written, not only made longer: a mapped page without a block on the disk kills the JVM.
      file.truncate(0);
      file.write(ByteBuffer.allocate(SLOTS * Long.BYTES), 0);
    }
    this.slots = file.map(FileChannel.MapMode.READ_WRITE, 0, SLOTS * Long.BYTES, arena);
    for (LogRecord.Kind kind : LogRecord.Kind.values()) {
      lost.put(kind, Math.max(0, (long) LONG.getAndSet(slots, 0L, (long) kind.code, 0L)));
    }
  }

  /** Opens the ledger of that directory, which must be nobody else's. */
  static CrashLedger open(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (Files.getFileStore(directory).supportsFileAttributeView(PosixFileAttributeView.class)) {
      // What callers sent lies here, so it is for the gateway's eyes only.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
    FileChannel file =
        FileChannel.open(
            directory.resolve(NAME),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      FileLock lock = file.tryLock();
      if (lock == null) {
        throw new OverlappingFileLockException();
      }
      return new CrashLedger(file, lock);
    } catch (OverlappingFileLockException e) {
      file.close();
      throw new IOException(
          directory + " is in use by another gateway; give each its own understudy.data-dir", e);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** The most records that the end of the process before took with it. */
  long lost(LogRecord.Kind kind) {
    return lost.getOrDefault(kind, 0L);
  }

  /** A record is about to be in memory alone. */
  void taken(LogRecord.Kind kind) {
    add(kind, 1);
  }

  /** A record is logged, on disk, or counted as dropped. */
  void safe(LogRecord.Kind kind) {
    add(kind, -1);
  }

  private void add(LogRecord.Kind kind, long change) {
    long before = (long) LONG.getAndAdd(slots, 0L, (long) kind.code, change);
    if (before + change < 0) {
      throw new IllegalStateException("a %s was made safe twice".formatted(kind.label));
    }
  }

  SpoolMark mark() {
    return SpoolMark.of((long) LONG.getVolatile(slots, 0L, (long) MARK));
  }

  void mark(SpoolMark mark) {
    LONG.setVolatile(slots, 0L, (long) MARK, mark.written());
  }

  /** Writes it to the disk now. */
  void force() {
    slots.force();
  }

  @Override
  public void close() throws IOException {
    force();
    lock.release();
    arena.close();
    file.close();
  }
}
