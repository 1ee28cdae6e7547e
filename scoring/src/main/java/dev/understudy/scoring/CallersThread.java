package dev.understudy.scoring;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs that are done on the thread that asks, which may be one that serves a thousand connections:
 * so a watch looks at all of them every few milliseconds, and stops one that takes far too long. No
 * timer, queue or other thread is touched for a run. Thread-safe.
 */
final class CallersThread {
  /** A run that has used a processor for about as long is told to stop. */
  private static final Duration MOST_WORK = Duration.ofMillis(20);

  /** A run that is still going after that is told to stop, whatever it has done meanwhile. */
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private static final Duration ROUND = Duration.ofMillis(5);
  private static final int ATTEMPTS = 4;

  /** A power of two. */
  private static final int PLACES =
      Math.max(64, Integer.highestOneBit(Runtime.getRuntime().availableProcessors()) * 8);

  private static final AtomicReferenceArray<@Nullable Watched> RUNNING =
      new AtomicReferenceArray<>(PLACES);

  static {
    Thread.ofPlatform().daemon().name("understudy-watch").start(CallersThread::watch);
  }

  private CallersThread() {}

  /**
   * Runs the work here and now; null: too many do so already, and it was not begun. What was
   * stopped has timed out.
   */
  static @Nullable Score run(ScoringRoom.Work work) {
    Watched watched = new Watched(work);
    int first = (int) Thread.currentThread().threadId();
    for (int i = first; i < first + ATTEMPTS; i++) {
      int place = i & (PLACES - 1);
      if (RUNNING.compareAndSet(place, null, watched)) {
        try {
          Score score = ScoringRoom.run(work);
          return watched.stopped && !(score instanceof Score.Answered)
              ? new Score.TimedOut(System.nanoTime() - watched.since)
              : score;
        } finally {
          RUNNING.set(place, null);
        }
      }
    }
    return null;
  }

  private static void watch() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    boolean countsWork = threads.isThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
    while (true) {
      LockSupport.parkNanos(ROUND.toNanos());
      for (int i = 0; i < PLACES; i++) {
        Watched watched = RUNNING.get(i);
        if (watched != null && !watched.stopped) {
          watched.look(countsWork ? threads.getThreadCpuTime(watched.thread) : -1);
        }
      }
    }
  }

  /**
   * A run under watch. What counts is the work of its thread since the watch first saw it: a
   * machine that is busy, or a collection of garbage, is no fault of the model.
   */
  private static final class Watched {
    final ScoringRoom.Work work;
    final long thread = Thread.currentThread().threadId();
    final long since = System.nanoTime();
    volatile boolean stopped;

    // Of the watch alone.
    private boolean seen;
    private long workWhenSeen;

    Watched(ScoringRoom.Work work) {
      this.work = work;
    }

    /** By the watch; the work of the thread in nanoseconds, -1 where nobody counts it. */
    void look(long workNow) {
      if (!seen) {
        seen = true;
        workWhenSeen = workNow;
      }
      if (workNow - workWhenSeen > MOST_WORK.toNanos()
          || System.nanoTime() - since > LONGEST.toNanos()) {
        stopped = true;
        work.terminate();
      }
    }
  }
}
