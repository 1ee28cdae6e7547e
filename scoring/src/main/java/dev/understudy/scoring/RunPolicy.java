package dev.understudy.scoring;

import java.time.Duration;

/**
 * How a model is run.
 *
 * @param batching whether requests that wait may share a run
 * @param mostRows of a run that is shared
 * @param longestDelay how long a run waits for others to join it; zero: it takes those that waited
 *     for a thread anyway
 * @param concurrency runs at once, besides cheap ones
 * @param queue requests that may wait
 * @param cheap a run that takes no longer is done on the caller's thread, at once
 */
public record RunPolicy(
    Batching batching,
    int mostRows,
    Duration longestDelay,
    int concurrency,
    int queue,
    Duration cheap) {

  private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);
  private static final Duration MOST_CHEAP = Duration.ofMillis(10);

  /** Whether requests may share a run. */
  public enum Batching {
    /** Where the warm-up shows a gain, and no row is answered otherwise for its neighbours. */
    AUTO,
    /** Also where a row is answered otherwise for its neighbours, as by quantised transformers. */
    ON,
    OFF
  }

  public RunPolicy {
    if (mostRows < 1) {
      throw new IllegalArgumentException("a batch of %d rows is none".formatted(mostRows));
    }
    if (longestDelay.isNegative() || longestDelay.compareTo(LONGEST_DELAY) > 0) {
      throw new IllegalArgumentException(
          "a batch may wait from 0 to %s, not %s".formatted(LONGEST_DELAY, longestDelay));
    }
    if (concurrency < 1 || queue < 1) {
      throw new IllegalArgumentException(
          "a model needs at least one thread and one place to wait, not %d and %d"
              .formatted(concurrency, queue));
    }
    if (cheap.isNegative() || cheap.compareTo(MOST_CHEAP) > 0) {
      throw new IllegalArgumentException(
          "a cheap run takes from 0 to %s, not %s".formatted(MOST_CHEAP, cheap));
    }
  }

  /** As many runs at once as there are processors; cheap is what takes 200 microseconds. */
  public static RunPolicy standard() {
    return new RunPolicy(
        Batching.AUTO,
        32,
        Duration.ZERO,
        Runtime.getRuntime().availableProcessors(),
        1024,
        Duration.ofNanos(200_000));
  }

  /** The same with so many runs at once and so many requests that may wait. */
  public RunPolicy withCapacity(int concurrency, int queue) {
    return new RunPolicy(batching, mostRows, longestDelay, concurrency, queue, cheap);
  }

  /** The same with other batches. */
  public RunPolicy withBatching(Batching batching, int mostRows, Duration longestDelay) {
    return new RunPolicy(batching, mostRows, longestDelay, concurrency, queue, cheap);
  }

  /** The same with another limit of what is cheap; zero: nothing is. */
  public RunPolicy withCheap(Duration cheap) {
    return new RunPolicy(batching, mostRows, longestDelay, concurrency, queue, cheap);
  }
}
