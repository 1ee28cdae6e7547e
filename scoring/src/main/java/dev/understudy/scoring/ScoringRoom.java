package dev.understudy.scoring;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Some threads with a bounded queue before them, where models run. What does not fit, or would wait
 * past its deadline, is shed at once; what is late is answered at its deadline, whether the run can
 * be stopped or not. Thread-safe.
 */
public final class ScoringRoom implements AutoCloseable {
  private static final double WEIGHT = 1.0 / 8;

  private final ThreadPoolExecutor threads;
  private final int commonPlaces;

  /** Exponentially weighted; of two runs that end at once, one may go unnoticed. */
  private volatile double meanNanos;

  /** A room of so many threads, with so many places to wait. */
  public ScoringRoom(String name, int threads, int places) {
    this(threads, places, Thread.ofPlatform().daemon().name(name + "-", 0).factory());
  }

  /** The same with threads of another kind. */
  public ScoringRoom(int threads, int places, ThreadFactory kind) {
    this.threads =
        new ThreadPoolExecutor(
            threads, threads, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(places), kind);
    this.commonPlaces = places - Math.max(places > 1 ? 1 : 0, places / 10);
    this.threads.allowCoreThreadTimeOut(true);
  }

  /** What a room runs. */
  interface Work {
    /** It has waited so long for a thread, and runs next. */
    default void waited(long nanos) {}

    /** Blocks until the model has answered; never throws. */
    Score run();

    /** Asks a run that is under way to end early; may come too late. */
    void terminate();

    /** Called once: the run is over, or will never begin. */
    void end();
  }

  /** What waits for a thread. */
  interface Job extends Runnable {
    /** It will never run. */
    void shed(String cause);
  }

  CompletionStage<Score> submit(Work work, Duration deadline) {
    Single single = new Single(work, deadline);
    if (waitNanos() > deadline.toNanos()) {
      single.shed("deadline");
    } else if (enqueue(single)) {
      single.ticket.startClock();
    }
    return single.ticket.answer();
  }

  /** Has the job run when a thread is free, or sheds it now. */
  boolean enqueue(Job job) {
    try {
      threads.execute(job);
      return true;
    } catch (RejectedExecutionException full) {
      job.shed(threads.isShutdown() ? "closed" : "queue_full");
      return false;
    }
  }

  /** About how long a job that came now would wait: its turn after those that wait already. */
  long waitNanos() {
    return (long) (meanNanos * threads.getQueue().size() / threads.getCorePoolSize());
  }

  /** Takes account of how long a job kept a thread. */
  void kept(long nanos) {
    double mean = meanNanos;
    meanNanos = mean == 0 ? nanos : mean + WEIGHT * (nanos - mean);
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
    threads.shutdownNow().forEach(waiting -> ((Job) waiting).shed("closed"));
  }

  /** Runs to the end; an error that is the model's is its answer. */
  static Score run(Work work) {
    long start = System.nanoTime();
    try {
      return work.run();
    } catch (OutOfMemoryError e) {
      return new Score.Failed(Score.Failed.MEMORY, "out of memory", System.nanoTime() - start);
    } finally {
      work.end();
    }
  }

  private final class Single implements Job, Ticket.Holder {
    private final Work work;
    private final Ticket ticket;

    Single(Work work, Duration deadline) {
      this.work = work;
      this.ticket = new Ticket(deadline, this);
    }

    @Override
    public void run() {
      if (!ticket.start()) {
        return;
      }
      work.waited(ticket.waitedNanos());
      long start = System.nanoTime();
      Score score = ScoringRoom.run(work);
      kept(System.nanoTime() - start);
      ticket.finish(score);
    }

    @Override
    public void shed(String cause) {
      ticket.shed(cause);
    }

    @Override
    public void late() {
      work.terminate();
    }

    @Override
    public void neverRan() {
      work.end();
    }
  }
}
