package dev.understudy.scoring;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Some threads with a bounded queue before them, where models run. What does not fit is shed at
 * once; what is late is answered at its deadline, whether the run can be stopped or not.
 * Thread-safe.
 */
public final class ScoringRoom implements AutoCloseable {
  private static final ScheduledThreadPoolExecutor CLOCK = clock();

  private final ThreadPoolExecutor threads;
  private final int commonPlaces;

  /** A room of so many threads, with so many places to wait. */
  public ScoringRoom(String name, int threads, int places) {
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(places),
            Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    this.commonPlaces = places - Math.max(places > 1 ? 1 : 0, places / 10);
    this.threads.allowCoreThreadTimeOut(true);
  }

  /** What a room runs. */
  interface Work {
    /** Blocks until the model has answered; never throws. */
    Score run();

    /** Asks a run that is under way to end early; may come too late. */
    void terminate();

    /** Called once: the run is over, or will never begin. */
    void end();
  }

  CompletionStage<Score> submit(Work work, Duration deadline) {
    Run run = new Run(work, deadline.toNanos());
    try {
      threads.execute(run);
    } catch (RejectedExecutionException full) {
      work.end();
      return CompletableFuture.completedStage(
          new Score.Shed(threads.isShutdown() ? "closed" : "queue_full"));
    }
    run.startClock();
    return run.answer;
  }

  /** How many runs wait for a thread now. */
  public int waiting() {
    return threads.getQueue().size();
  }

  /** Whether only the last tenth of the places is free, which is for urgent runs. */
  public boolean isNearlyFull() {
    return threads.getQueue().size() >= commonPlaces;
  }

  /** No more runs; those that wait are shed. */
  @Override
  public void close() {
    threads.shutdownNow().forEach(waiting -> ((Run) waiting).shed("closed"));
  }

  private static ScheduledThreadPoolExecutor clock() {
    ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("understudy-deadlines").factory());
    clock.setRemoveOnCancelPolicy(true);
    return clock;
  }

  private enum State {
    WAITING,
    RUNNING,
    OVER
  }

  private static final class Run implements Runnable {
    private final Work work;
    private final long deadlineNanos;
    private final CompletableFuture<Score> answer = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private volatile long startedAt;

    Run(Work work, long deadlineNanos) {
      this.work = work;
      this.deadlineNanos = deadlineNanos;
    }

    void startClock() {
      ScheduledFuture<?> alarm =
          CLOCK.schedule(this::deadlineOver, deadlineNanos, TimeUnit.NANOSECONDS);
      answer.whenComplete((score, impossible) -> alarm.cancel(false));
    }

    @Override
    public void run() {
      startedAt = System.nanoTime();
      if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
        return;
      }
      Score score;
      try {
        score = work.run();
      } catch (OutOfMemoryError e) {
        score = new Score.Failed("memory", "out of memory", System.nanoTime() - startedAt);
      } finally {
        state.set(State.OVER);
        work.end();
      }
      answer.complete(score);
    }

    private void deadlineOver() {
      if (shed("queue_timeout")) {
        return;
      }
      long ran = System.nanoTime() - startedAt;
      // The version is to blame only when the run, not the queue, used up most of the time.
      boolean versionIsLate = ran >= deadlineNanos / 2;
      if (answer.complete(
          versionIsLate ? new Score.TimedOut(ran) : new Score.Shed("queue_timeout"))) {
        work.terminate();
      }
    }

    boolean shed(String cause) {
      if (!state.compareAndSet(State.WAITING, State.OVER)) {
        return false;
      }
      work.end();
      answer.complete(new Score.Shed(cause));
      return true;
    }
  }
}
