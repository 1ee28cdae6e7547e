package dev.understudy.scoring;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs that are done on the thread that asks, which may be one that serves a thousand connections:
 * so a watch looks at all of them every few milliseconds, and stops one that takes far too long. No
 * timer, queue or other thread is touched for a run. Thread-safe.
 */
final class CallersThread {
  /** A run that has taken as long is told to stop. */
  static final Duration LIMIT = Duration.ofMillis(20);

  private static final Duration ROUND = Duration.ofMillis(5);

  private static final int ATTEMPTS = 4;

  /** A power of two. */
  private static final int PLACES =
      Math.max(64, Integer.highestOneBit(Runtime.getRuntime().availableProcessors()) * 8);

  private static final AtomicReferenceArray<ScoringRoom.@Nullable Work> RUNNING =
      new AtomicReferenceArray<>(PLACES);
  private static final AtomicLongArray SINCE = new AtomicLongArray(PLACES);

  static {
    Thread.ofPlatform().daemon().name("understudy-watch").start(CallersThread::watch);
  }

  private CallersThread() {}

  /** Runs the work here and now; null: too many do so already, and it was not begun. */
  static @Nullable Score run(ScoringRoom.Work work) {
    int first = (int) Thread.currentThread().threadId();
    for (int i = first; i < first + ATTEMPTS; i++) {
      int place = i & (PLACES - 1);
      if (RUNNING.compareAndSet(place, null, work)) {
        SINCE.set(place, System.nanoTime() | 1);
        try {
          return ScoringRoom.run(work);
        } finally {
          SINCE.set(place, 0);
          RUNNING.set(place, null);
        }
      }
    }
    return null;
  }

  // A start that is read after the run itself is that run's, not yet written, or a later one's:
  // whoever leaves a place wipes it first.
  private static void watch() {
    while (true) {
      LockSupport.parkNanos(ROUND.toNanos());
      for (int i = 0; i < PLACES; i++) {
        ScoringRoom.Work work = RUNNING.get(i);
        long since = SINCE.get(i);
        if (work != null
            && since != 0
            && System.nanoTime() - since > LIMIT.toNanos()
            && RUNNING.get(i) == work) {
          work.terminate();
        }
      }
    }
  }
}
