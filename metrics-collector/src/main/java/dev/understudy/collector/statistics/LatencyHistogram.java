package dev.understudy.collector.statistics;

import dev.understudy.collector.statistics.CellBetting.Cell;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Latencies by size, and their quantiles with an interval that may be looked at at any time; for
 * the report.
 *
 * <p><b>Question.</b> Between which values is the p95?
 *
 * <p><b>Hypotheses.</b> At each edge x, null: the share F(x) of latencies up to x is p.
 *
 * <p><b>Formula.</b> Buckets grow by 2 %. The lower end is the largest edge at which F(x) &lt; p is
 * proven, the upper end the smallest at which F(x) &gt; p is, each by {@link CellBetting} over the
 * cells (up to x, above x) at α/2. So the interval holds the quantile at all times with probability
 * 1-α: a wrong end implies a wrong proof at the edge next to the quantile itself.
 *
 * <p><b>Assumptions.</b> Latencies are identically distributed during the test.
 *
 * <p><b>Source.</b> Howard and Ramdas, Bernoulli 2022 (arXiv 1906.09712).
 *
 * <p><b>When it misleads.</b> Under bursts: a burst that hits both versions moves both quantiles.
 * Decisions are made on the share of slow answers, which needs less than half of the records.
 *
 * @param counts by number of the bucket; what is not there was not seen
 */
public record LatencyHistogram(NavigableMap<Integer, Long> counts) {
  /** By how much one edge exceeds the one before. */
  public static final double GROWTH = 1.02;

  /** Where the last bucket begins, which has no upper edge: ten minutes, in microseconds. */
  public static final double LONGEST_US = 600e6;

  private static final int LAST_BUCKET =
      1 + (int) Math.ceil(Math.log(LONGEST_US) / Math.log(GROWTH));

  /** Before the first record. */
  public static final LatencyHistogram EMPTY = new LatencyHistogram(new TreeMap<>());

  /**
   * A quantile.
   *
   * @param micros the upper edge of the bucket that it is in; NaN without records
   * @param interval in microseconds
   */
  public record Quantile(double micros, Interval interval) {}

  public LatencyHistogram {
    counts.forEach(
        (bucket, count) -> {
          if (bucket < 0 || bucket > LAST_BUCKET || count < 0) {
            throw new IllegalArgumentException("bucket %d has count %d".formatted(bucket, count));
          }
        });
    counts = Collections.unmodifiableNavigableMap(new TreeMap<>(counts));
  }

  /**
   * The number of the bucket of a latency: 0 up to 1 µs; the last has no upper edge and begins at
   * ten minutes.
   */
  public static int bucket(long micros) {
    if (micros < 0) {
      throw new IllegalArgumentException("a latency of %d µs".formatted(micros));
    }
    if (micros <= 1) {
      return 0;
    }
    int near = (int) Math.min(LAST_BUCKET, Math.ceil(Math.log(micros) / Math.log(GROWTH)));
    // The logarithm may be off by one at an edge.
    if (upperEdge(near - 1) >= micros) {
      return near - 1;
    }
    return upperEdge(near) >= micros ? near : near + 1;
  }

  /** The largest latency of a bucket, in microseconds. */
  public static double upperEdge(int bucket) {
    return bucket >= LAST_BUCKET ? Double.POSITIVE_INFINITY : Math.pow(GROWTH, bucket);
  }

  /** With one more record. Who adds many counts them by {@link #bucket} and merges once. */
  public LatencyHistogram add(long micros) {
    return merge(new LatencyHistogram(new TreeMap<>(Map.of(bucket(micros), 1L))));
  }

  /** Both sets of records together. */
  public LatencyHistogram merge(LatencyHistogram other) {
    NavigableMap<Integer, Long> both = new TreeMap<>(counts);
    other.counts.forEach((bucket, count) -> both.merge(bucket, count, Long::sum));
    return new LatencyHistogram(both);
  }

  /**
   * A quantile with its interval.
   *
   * @param share p, in (0, 1)
   * @param alpha of the whole interval
   */
  public Quantile quantile(double share, double alpha) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("a share of %s is not between 0 and 1".formatted(share));
    }
    double needed = EValues.needed(alpha / 2);
    long records = counts.values().stream().mapToLong(Long::longValue).sum();
    double micros = Double.NaN;
    double lower = 0;
    double upper = Double.POSITIVE_INFINITY;
    long below = 0;
    for (int bucket = 0; bucket <= LAST_BUCKET && records > 0; bucket++) {
      below += counts.getOrDefault(bucket, 0L);
      CellBetting cells = CellBetting.of(new Cell(1, below), new Cell(0, records - below));
      if (Double.isNaN(micros) && below >= share * records) {
        micros = upperEdge(bucket);
      }
      if (cells.logE(share, Side.LESS) >= needed) {
        lower = upperEdge(bucket);
      }
      if (cells.logE(share, Side.GREATER) >= needed) {
        upper = upperEdge(bucket);
        break;
      }
    }
    return new Quantile(micros, new Interval(lower, upper));
  }
}
