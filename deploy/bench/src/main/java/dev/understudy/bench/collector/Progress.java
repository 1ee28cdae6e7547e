package dev.understudy.bench.collector;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far one batch is through: its time runs from the first outcome that is met to the last pair.
 * Thread-safe.
 */
final class Progress {
  private final AtomicLong left;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile long start;
  private volatile long end;

  Progress(int pairs) {
    left = new AtomicLong(pairs);
  }

  /** An outcome is met. */
  void outcome() {
    if (start == 0) {
      start = System.nanoTime();
    }
  }

  /** A pair is through. */
  void through() {
    if (left.decrementAndGet() == 0) {
      end = System.nanoTime();
      done.countDown();
    }
  }

  CountDownLatch done() {
    return done;
  }

  long left() {
    return left.get();
  }

  double seconds() {
    return (end - start) / 1e9;
  }
}
