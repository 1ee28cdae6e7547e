package dev.understudy.registry.background;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * One thread that repeats a step until it is closed. A step that fails is repeated after a second:
 * a neighbour that is away is waited for, and said once when it goes and once when it is back.
 * Thread-safe.
 */
public final class BackgroundLoop implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(BackgroundLoop.class);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(10);

  /** One round of work. */
  @FunctionalInterface
  public interface Step {
    /** Works once and says how long to rest when nobody wakes the loop. */
    Duration run() throws Exception;
  }

  private final Step step;
  private final Runnable atTheEnd;
  private final Thread thread;
  private final Semaphore wake = new Semaphore(0);
  private volatile boolean closed;

  private BackgroundLoop(String name, Step step, Runnable atTheEnd) {
    this.step = step;
    this.atTheEnd = atTheEnd;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::repeat);
  }

  /**
   * Starts the thread.
   *
   * @param atTheEnd runs on the same thread after the last step, e.g. to close what it used
   */
  public static BackgroundLoop start(String name, Step step, Runnable atTheEnd) {
    BackgroundLoop loop = new BackgroundLoop(name, step, atTheEnd);
    loop.thread.start();
    return loop;
  }

  /** There is work: does not wait for the rest to end. */
  public void wake() {
    wake.release();
  }

  /** Lets the step end, and waits for it. */
  @Override
  public void close() {
    closed = true;
    wake.release();
    try {
      if (!thread.join(PATIENCE_AT_CLOSE)) {
        LOG.warnf("%s did not end in time", thread.getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void repeat() {
    boolean failing = false;
    try {
      while (!closed) {
        Duration rest = PAUSE_AFTER_FAILURE;
        try {
          rest = step.run();
          if (failing) {
            LOG.infof("%s goes on", thread.getName());
            failing = false;
          }
        } catch (InterruptedException e) {
          throw e;
        } catch (Throwable e) {
          // Even an error must not end the thread unseen: a registry that no longer listens is
          // worse.
          if (!failing && !closed) {
            LOG.warnf(e, "%s waits and tries again", thread.getName());
            failing = true;
          }
        }
        rest(rest);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      atTheEnd.run();
    }
  }

  private void rest(Duration rest) throws InterruptedException {
    if (!closed && wake.tryAcquire(rest.toMillis(), TimeUnit.MILLISECONDS)) {
      wake.drainPermits();
    }
  }
}
