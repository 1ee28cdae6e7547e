package dev.understudy.collector.comparison;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of every row of a request, as a number that {@link Measure#truth} gives: 1 for the
 * positive outcome and 0 for the other, the number of the class, or the outcome's own number. Rows
 * without a usable outcome in time are not known. Immutable.
 */
public final class Truth {
  private static final Truth UNKNOWN = new Truth(new double[] {Double.NaN});
  private static final Truth POSITIVE = new Truth(new double[] {1});
  private static final Truth NEGATIVE = new Truth(new double[] {0});

  private final double[] rows;
  private final int known;

  private Truth(double[] rows) {
    this.rows = rows;
    int found = 0;
    for (double row : rows) {
      found += Double.isNaN(row) ? 0 : 1;
    }
    this.known = found;
  }

  /** The outcomes of a request's rows, NaN where they are not known; at least one row. */
  public static Truth of(double... rows) {
    if (rows.length == 0) {
      throw new IllegalArgumentException("a request without rows");
    }
    return new Truth(rows.clone());
  }

  /** The outcome of the only row; null when it is not known. */
  public static Truth ofOne(@Nullable Boolean positive) {
    if (positive == null) {
      return UNKNOWN;
    }
    return positive ? POSITIVE : NEGATIVE;
  }

  /** How many rows the request has. */
  public int rows() {
    return rows.length;
  }

  /** Of how many rows the outcome is known. */
  public int known() {
    return known;
  }

  /** The outcome of a row; NaN when it is not known. */
  public double row(int row) {
    return rows[row];
  }

  /** The first row whose outcome is known; -1 without any. */
  int firstKnown() {
    for (int row = 0; row < rows.length; row++) {
      if (!Double.isNaN(rows[row])) {
        return row;
      }
    }
    return -1;
  }
}
