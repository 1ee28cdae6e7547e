package dev.understudy.scoring;

/**
 * What a run of a model takes: a part for the run and a part for each row, as measured at warm-up,
 * both scaled by an exponentially weighted mean of what later runs took against it. Thread-safe; of
 * two runs that end at once, one may go unnoticed.
 */
final class RunCost {
  private static final double WEIGHT = 1.0 / 16;

  /** A single run says no more than this, so that one pause does not outweigh a thousand runs. */
  private static final double MOST_TELLING = 64;

  private static final double NOT_WORTH_A_WRITE = 0.05;
  private static final int BATCH = 8;
  private static final double GAIN = 0.5;

  private final double runNanos;
  private final double rowNanos;
  private volatile double scale = 1;

  private RunCost(double runNanos, double rowNanos) {
    this.runNanos = runNanos;
    this.rowNanos = rowNanos;
  }

  /**
   * From runs of one row alone: nothing is known of more rows, so each is taken to cost as much.
   */
  static RunCost ofRow(long nanos) {
    return new RunCost(0, Math.max(1, nanos));
  }

  /** From runs of one row and of eight. */
  static RunCost ofRows(long oneRow, long eightRows) {
    double row = Math.max(0, (eightRows - oneRow) / (BATCH - 1.0));
    return new RunCost(Math.max(1, oneRow - row), row);
  }

  /** How long a run of so many rows takes, in nanoseconds. */
  double nanos(long rows) {
    return scale * measured(rows);
  }

  private double measured(long rows) {
    return runNanos + rowNanos * Math.max(1, rows);
  }

  /**
   * What a request is charged of a run that it shared: the time of the run, as what its own rows
   * cost is to what all of them do. A version is so held against another as if each request had had
   * a run of its own, however busy either was.
   *
   * @param own rows of the request
   * @param all rows of the run
   */
  long asIfAlone(long runNanos, long own, long all) {
    return Math.round(runNanos * (measured(own) / measured(all)));
  }

  /** Whether eight requests of a row are done in half the time when they share a run. */
  boolean isLessInBatches() {
    return nanos(BATCH) < GAIN * BATCH * nanos(1);
  }

  /** Takes account of a run. */
  void ran(long rows, long nanos) {
    double now = scale;
    double ratio = Math.min(now * MOST_TELLING, nanos / measured(rows));
    if (Math.abs(ratio - now) > NOT_WORTH_A_WRITE * now) {
      scale = now + WEIGHT * (ratio - now);
    }
  }
}
