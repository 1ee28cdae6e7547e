package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.SparseCounts;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.EValues;
import dev.understudy.collector.statistics.LatencyHistogram;
import dev.understudy.collector.statistics.Side;
import dev.understudy.contracts.v1.LatencyEvidence;
import dev.understudy.contracts.v1.LatencyQuantile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The quantiles of {@link LatencyHistogram}, found by bisection: they are shown at every second,
 * and what is proven at one edge is proven at all beyond it.
 */
final class LatencyReport {
  private static final double[] SHARES = {0.5, 0.95, 0.99};

  /** Each interval misses its quantile with this probability at most, at either end half of it. */
  private static final double ALPHA = 0.05;

  /** Edges that were reached, rising, and how many latencies lie up to each. */
  private final List<Integer> buckets = new ArrayList<>();

  private final List<Long> upTo = new ArrayList<>();
  private final long total;

  private LatencyReport(SparseCounts counts) {
    long[] sum = {0};
    counts.forEach(
        (bucket, count) -> {
          sum[0] += count;
          buckets.add(bucket);
          upTo.add(sum[0]);
        });
    this.total = sum[0];
  }

  static LatencyEvidence of(String version, SparseCounts counts) {
    LatencyEvidence.Builder evidence =
        LatencyEvidence.newBuilder().setVersion(version).setCount(counts.total());
    if (counts.total() > 0) {
      LatencyReport report = new LatencyReport(counts);
      for (double share : SHARES) {
        evidence.addQuantiles(report.quantile(share));
      }
    }
    return evidence.build();
  }

  private LatencyQuantile quantile(double share) {
    double needed = EValues.needed(ALPHA / 2);
    int at = first(i -> upTo.get(i) >= share * total);
    // Up to the edge before the first that may hold the quantile, too few are proven.
    int open = first(i -> cells(i).logE(share, Side.LESS) < needed);
    int closed = first(i -> cells(i).logE(share, Side.GREATER) >= needed);
    LatencyQuantile.Builder quantile =
        LatencyQuantile.newBuilder()
            .setShare(share)
            .setMicros(edge(at))
            .setLower(lower(share, needed, open));
    if (closed < buckets.size() && Double.isFinite(edge(closed))) {
      quantile.setUpper(edge(closed));
    }
    return quantile.build();
  }

  /**
   * Between two edges that were reached nothing changes, so the last before {@code open} counts.
   */
  private double lower(double share, double needed, int open) {
    long before = open == 0 ? 0 : upTo.get(open - 1);
    boolean proven = cells(before).logE(share, Side.LESS) >= needed;
    if (!proven || open == buckets.size()) {
      return 0;
    }
    int edge = buckets.get(open) - 1;
    return edge < 0 ? 0 : LatencyHistogram.upperEdge(edge);
  }

  private double edge(int i) {
    return LatencyHistogram.upperEdge(buckets.get(i));
  }

  private CellBetting cells(int i) {
    return cells(upTo.get(i).longValue());
  }

  private CellBetting cells(long below) {
    return CellBetting.of(new Cell(1, below), new Cell(0, total - below));
  }

  /** The first of the edges at which it holds, as at all that follow; their number when at none. */
  private int first(IntPredicate holds) {
    int from = 0;
    int to = buckets.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (holds.test(middle)) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }
}
