package dev.understudy.scoring;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;

/**
 * The part of the heap that artefacts may take while they are loaded. Many loads at once are
 * welcome, but each holds its artefact as bytes until its model is warm, and ten of half a gigabyte
 * would end the process. One that is larger than the whole part is loaded when no other is. Small
 * ones take nothing: among them are the descriptions of models elsewhere, whose servers may let a
 * load wait. Thread-safe.
 */
final class HeapShare {
  private static final int UNIT = 1 << 10;
  private static final int OF_THE_HEAP = 4;
  private static final int SMALL = 1 << 16;

  private final int units;
  private final Semaphore free;

  HeapShare(long bytes) {
    this.units = (int) Math.clamp(bytes / UNIT, 1, Integer.MAX_VALUE);
    this.free = new Semaphore(units, true);
  }

  static HeapShare ofThisProcess() {
    return new HeapShare(Runtime.getRuntime().maxMemory() / OF_THE_HEAP);
  }

  /** An artefact, which takes its part until it is closed. */
  final class Held implements AutoCloseable {
    private final byte[] bytes;
    private final int taken;

    private Held(byte[] bytes, int taken) {
      this.bytes = bytes;
      this.taken = taken;
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public void close() {
      free.release(taken);
    }
  }

  boolean someoneWaits() {
    return free.hasQueuedThreads();
  }

  /** Waits until there is room for the artefact, and reads it. */
  Held read(ModelPool.Artefact artefact) throws IOException {
    long bytes = artefact.bytes();
    int needed = bytes <= SMALL ? 0 : (int) Math.min(units, bytes / UNIT);
    try {
      if (needed > 0) {
        free.acquire(needed);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a load waited for room on the heap");
    }
    try {
      return new Held(artefact.content(), needed);
    } catch (IOException | RuntimeException | Error e) {
      free.release(needed);
      throw e;
    }
  }
}
