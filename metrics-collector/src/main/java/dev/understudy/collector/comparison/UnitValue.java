package dev.understudy.collector.comparison;

/**
 * What a request is worth by the primary KPI: the mean of its labelled rows, each cut at the cap.
 *
 * @param cut whether a row's value was outside 0 .. cap; that of a failure is the worst by rule and
 *     was not cut
 */
record UnitValue(double value, boolean cut) {
  static UnitValue of(Measure measure, Scored scored, Truth truth) {
    double sum = 0;
    boolean cut = false;
    for (int row = 0; row < truth.rows(); row++) {
      if (!Double.isNaN(truth.row(row))) {
        double raw = measure.value(scored, row, truth.row(row));
        sum += Math.max(0, Math.min(raw, measure.cap()));
        cut |= (raw < 0 || raw > measure.cap()) && !scored.error();
      }
    }
    return new UnitValue(truth.known() == 1 ? sum : sum / truth.known(), cut);
  }
}
