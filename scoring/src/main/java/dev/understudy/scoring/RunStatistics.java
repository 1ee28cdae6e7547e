package dev.understudy.scoring;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the runs of a loaded model have come to since it was loaded, whoever asked for them.
 *
 * @param runsByRows runs of the model; one may serve several requests. The first number counts
 *     those of one row, each further one those of up to twice as many as the one before, the last
 *     those of more than {@link #MOST_ROWS}
 * @param answered runs among them, by a sum of their own: where runs end while they are read, the
 *     sums need not agree, but none ever goes down
 * @param failed the other runs
 * @param rows that were in them
 * @param runNanos that they took together
 * @param waits requests that waited for a thread, in a room or for others to join their run
 * @param waitedNanos that they waited together
 */
public record RunStatistics(
    List<Long> runsByRows,
    long answered,
    long failed,
    long rows,
    long runNanos,
    long waits,
    long waitedNanos) {
  /** Runs of more rows are not told apart. */
  public static final int MOST_ROWS = 1_024;

  private static final int LAST = Integer.numberOfTrailingZeros(MOST_ROWS) + 1;

  public RunStatistics {
    runsByRows = List.copyOf(runsByRows);
  }

  /** All runs. */
  public long runs() {
    return runsByRows.stream().mapToLong(Long::longValue).sum();
  }

  /** The place of a run of so many rows in {@link #runsByRows}. */
  static int place(long rows) {
    return Math.min(LAST, Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, rows) - 1));
  }

  static LongAdder[] adders() {
    LongAdder[] adders = new LongAdder[LAST + 1];
    for (int i = 0; i < adders.length; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }
}
