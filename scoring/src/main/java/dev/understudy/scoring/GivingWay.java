package dev.understudy.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The memory that all graphs share, in the order of who needs it: a run whose answer a caller waits
 * for, and that finds none, has it of the runs that nobody depends on. Those are stopped, and none
 * of them begins, until it was tried once more. They are shed, not failed: it was not said that
 * they took too much. Nothing of this costs a run anything as long as memory suffices. Thread-safe.
 */
final class GivingWay {
  /** Cause of what was stopped, or not begun, for another's sake. */
  static final String CAUSE = "memory";

  private static final long LOOK_NANOS = 500_000;

  /**
   * Then it is tried again whoever still runs: one that was told to stop needs processor time to
   * notice, and where all is taken it has the least claim to any.
   */
  private static final Duration LONGEST_WAIT = Duration.ofMillis(50);

  private static final Set<Modest> UNDER_WAY = ConcurrentHashMap.newKeySet();
  private static final AtomicInteger WANTING = new AtomicInteger();
  private static volatile long lastEnd = System.nanoTime();

  private GivingWay() {}

  /** A run that nobody's answer depends on. */
  static ScoringRoom.Work modest(ScoringRoom.Work work) {
    return new Modest(work);
  }

  /** A run whose answer a caller waits for. Not for a thread that may not wait. */
  static ScoringRoom.Work preferred(ScoringRoom.Work work) {
    return preferred(work, LONGEST_WAIT);
  }

  /** One that waits so long at most until the others have stopped. */
  static ScoringRoom.Work preferred(ScoringRoom.Work work, Duration longestWait) {
    return new Preferred(work, longestWait.toNanos());
  }

  /** Whether another attempt, after those that are modest, may find what this one did not. */
  static boolean mayHelp(Score score, long since) {
    return score instanceof Score.Failed failed
        && failed.errorClass().equals(Score.Failed.MEMORY)
        && (!UNDER_WAY.isEmpty() || lastEnd - since >= 0);
  }

  private static final class Modest implements ScoringRoom.Work {
    private final ScoringRoom.Work work;
    private volatile boolean gaveWay;

    Modest(ScoringRoom.Work work) {
      this.work = work;
    }

    @Override
    public void waited(long nanos) {
      work.waited(nanos);
    }

    @Override
    public Score run() {
      // First in the set, then the look: either it is seen, or it sees who wants.
      UNDER_WAY.add(this);
      try {
        if (WANTING.get() > 0) {
          return new Score.Shed(CAUSE);
        }
        Score score = work.run();
        return gaveWay && !(score instanceof Score.Answered) ? new Score.Shed(CAUSE) : score;
      } finally {
        // In this order, so that whoever no longer sees it sees that it has just ended.
        lastEnd = System.nanoTime();
        UNDER_WAY.remove(this);
      }
    }

    void giveWay() {
      gaveWay = true;
      work.terminate();
    }

    @Override
    public void terminate() {
      work.terminate();
    }

    @Override
    public void end() {
      work.end();
    }
  }

  private static final class Preferred implements ScoringRoom.Work {
    private final ScoringRoom.Work work;
    private final long longestWaitNanos;
    private volatile boolean terminated;

    Preferred(ScoringRoom.Work work, long longestWaitNanos) {
      this.work = work;
      this.longestWaitNanos = longestWaitNanos;
    }

    @Override
    public void waited(long nanos) {
      work.waited(nanos);
    }

    @Override
    public Score run() {
      long start = System.nanoTime();
      Score score = work.run();
      return mayHelp(score, start) ? again(score) : score;
    }

    private Score again(Score before) {
      WANTING.incrementAndGet();
      try {
        List<Modest> others = new ArrayList<>(UNDER_WAY);
        others.forEach(Modest::giveWay);
        long start = System.nanoTime();
        while (!terminated
            && others.stream().anyMatch(UNDER_WAY::contains)
            && System.nanoTime() - start < longestWaitNanos) {
          LockSupport.parkNanos(LOOK_NANOS);
          if (Thread.currentThread().isInterrupted()) {
            return before;
          }
        }
        return terminated ? before : work.run();
      } finally {
        WANTING.decrementAndGet();
      }
    }

    @Override
    public void terminate() {
      terminated = true;
      work.terminate();
    }

    @Override
    public void end() {
      work.end();
    }
  }
}
