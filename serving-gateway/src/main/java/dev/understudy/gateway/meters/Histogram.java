package dev.understudy.gateway.meters;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long something took, in few buckets. It costs two additions where a Micrometer timer costs
 * seven times as much, which tells where several things are timed within a request of some
 * microseconds. Thread-safe; all sums only rise.
 */
public final class Histogram {
  private final long[] bounds;
  private final LongAdder[] counts;
  private final LongAdder sum = new LongAdder();

  /** A histogram with these upper bounds in nanoseconds, rising, and one bucket beyond them. */
  public Histogram(long... bounds) {
    this.bounds = bounds.clone();
    this.counts = new LongAdder[bounds.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
      if (i > 0 && i < bounds.length && bounds[i] <= bounds[i - 1]) {
        throw new IllegalArgumentException("the bounds of a histogram must rise");
      }
    }
  }

  /** A histogram of a part of a request: few buckets, which begin where the clock is coarse. */
  public static Histogram ofStage() {
    return new Histogram(
        2_000,
        10_000,
        50_000,
        250_000,
        1_000_000,
        5_000_000,
        25_000_000,
        100_000_000,
        1_000_000_000);
  }

  /** Takes account of a duration; one below zero counts as zero, since clocks may jump. */
  public void record(long nanos) {
    int bucket = 0;
    while (bucket < bounds.length && nanos > bounds[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sum.add(Math.max(0, nanos));
  }

  /** How many durations there were. */
  public long count() {
    long all = 0;
    for (LongAdder count : counts) {
      all += count.sum();
    }
    return all;
  }

  /** Nanoseconds in all. */
  public long sum() {
    return sum.sum();
  }

  /** The sums of now, for an exposition in seconds. */
  public Buckets inSeconds() {
    List<Double> seconds = new ArrayList<>(bounds.length);
    for (long bound : bounds) {
      seconds.add(bound / 1e9);
    }
    List<Long> each = new ArrayList<>(counts.length);
    for (LongAdder count : counts) {
      each.add(count.sum());
    }
    return new Buckets(seconds, each, sum() / 1e9);
  }

  /**
   * What a histogram shows.
   *
   * @param bounds the upper bounds
   * @param counts of each bucket alone, with one more for what is beyond the last bound
   */
  public record Buckets(List<Double> bounds, List<Long> counts, double sum) {
    public Buckets {
      bounds = List.copyOf(bounds);
      counts = List.copyOf(counts);
      if (counts.size() != bounds.size() + 1) {
        throw new IllegalArgumentException(
            "%d bounds need one more bucket, not %d".formatted(bounds.size(), counts.size()));
      }
    }
  }
}
