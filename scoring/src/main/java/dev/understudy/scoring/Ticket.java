package dev.understudy.scoring;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One request on its way through a room: it waits, it runs, it is over, and it is answered at its
 * deadline wherever it is by then. Thread-safe.
 */
final class Ticket {
  private static final ScheduledThreadPoolExecutor CLOCK = clock();

  /** Whose request it is. */
  interface Holder {
    /** The request was answered before its run has ended. */
    void late();

    /** The request was answered and will never run. */
    void neverRan();
  }

  private enum State {
    WAITING,
    RUNNING,
    OVER
  }

  private final long deadlineNanos;
  private final Holder holder;
  private final long issuedAt = System.nanoTime();
  private final CompletableFuture<Score> answer = new CompletableFuture<>();
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private volatile long startedAt;

  Ticket(Duration deadline, Holder holder) {
    this.deadlineNanos = deadline.toNanos();
    this.holder = holder;
  }

  CompletionStage<Score> answer() {
    return answer;
  }

  /** From now on the deadline is kept. */
  void startClock() {
    ScheduledFuture<?> alarm =
        CLOCK.schedule(this::deadlineOver, deadlineNanos, TimeUnit.NANOSECONDS);
    answer.whenComplete((score, impossible) -> alarm.cancel(false));
  }

  /** The run begins; false: it is too late for that. */
  boolean start() {
    startedAt = System.nanoTime();
    return state.compareAndSet(State.WAITING, State.RUNNING);
  }

  /** How long the request has waited; only once it was started. */
  long waitedNanos() {
    return startedAt - issuedAt;
  }

  /** The run has ended; false: somebody was answered already. */
  boolean finish(Score score) {
    state.set(State.OVER);
    return answer.complete(score);
  }

  /** Whether somebody was answered already. */
  boolean isAnswered() {
    return answer.isDone();
  }

  /** Gives a request up that still waits; false: it does not. */
  boolean shed(String cause) {
    if (!state.compareAndSet(State.WAITING, State.OVER)) {
      return false;
    }
    holder.neverRan();
    answer.complete(new Score.Shed(cause));
    return true;
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
      holder.late();
    }
  }

  private static ScheduledThreadPoolExecutor clock() {
    ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("understudy-deadlines").factory());
    clock.setRemoveOnCancelPolicy(true);
    return clock;
  }
}
