package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.AucSpread;
import dev.understudy.contracts.v1.Task;

/**
 * What a calibration counts of the current version for one of the tests that follow, by request.
 *
 * @param scored requests that the version did its part of
 * @param known scored requests with an outcome that counts
 * @param labels rows with a known outcome
 * @param positives rows with the positive outcome; of a BINARY task
 * @param single values of requests of one row, where the KPI has a value of a row
 * @param several of the others, each the mean of its rows
 * @param rows of the others' rows
 * @param table of outcome and prediction, {@code label * base + predicted}, where the KPI has one
 * @param ranksOfPositives by {@link AucSpread#bucket}, where the KPI is AUC
 * @param ranksOfNegatives likewise
 * @param harm among scored requests
 */
public record DraftTally(
    long scored,
    long known,
    long labels,
    long positives,
    ValueSketch single,
    ValueSketch several,
    ValueSketch rows,
    SparseCounts table,
    SparseCounts ranksOfPositives,
    SparseCounts ranksOfNegatives,
    HarmCounts harm) {
  /** Nothing counted yet. */
  public static final DraftTally EMPTY =
      new DraftTally(
          0,
          0,
          0,
          0,
          ValueSketch.EMPTY,
          ValueSketch.EMPTY,
          ValueSketch.EMPTY,
          SparseCounts.EMPTY,
          SparseCounts.EMPTY,
          SparseCounts.EMPTY,
          HarmCounts.EMPTY);

  /** With one more request, as the draft's plan reads it. */
  DraftTally plus(TestPlan plan, JudgedUnit.Reading reading) {
    Scored current = reading.scored();
    Truth truth = reading.truth();
    if (!current.complete() || !plan.labels().takes(truth.rows())) {
      return this;
    }
    boolean counts = truth.known() > 0 && !plan.labels().outside(plan, current);
    DraftTally next =
        new DraftTally(
            scored + 1,
            known + (counts ? 1 : 0),
            labels,
            positives,
            single,
            several,
            rows,
            table,
            ranksOfPositives,
            ranksOfNegatives,
            harm.plus(plan, current));
    return counts ? next.labelled(plan, current, truth) : next;
  }

  private DraftTally labelled(TestPlan plan, Scored current, Truth truth) {
    Measure measure = plan.measure();
    boolean binary = measure.task() != Task.MULTICLASS && measure.task() != Task.REGRESSION;
    long positiveRows = 0;
    for (int row = 0; row < truth.rows(); row++) {
      positiveRows += binary && truth.row(row) == 1 ? 1 : 0;
    }
    DraftTally next =
        new DraftTally(
            scored,
            known,
            labels + truth.known(),
            positives + positiveRows,
            single,
            several,
            rows,
            table,
            ranksOfPositives,
            ranksOfNegatives,
            harm);
    return switch (measure.family()) {
      case CELLS, SUMS -> next.valued(measure, current, truth);
      case TABLE -> next.tabled(measure, current, truth);
      case BLOCKS -> next.ranked(measure, current, truth);
    };
  }

  private DraftTally valued(Measure measure, Scored current, Truth truth) {
    if (truth.rows() == 1) {
      double value = measure.value(current, 0, truth.row(0));
      return with(single.plus(value), several, rows);
    }
    ValueSketch ofRows = rows;
    double sum = 0;
    for (int row = 0; row < truth.rows(); row++) {
      if (!Double.isNaN(truth.row(row))) {
        double value = Math.max(0, measure.value(current, row, truth.row(row)));
        ofRows = ofRows.plus(value);
        sum += Math.min(value, measure.cap());
      }
    }
    return with(single, several.plus(sum / truth.known()), ofRows);
  }

  private DraftTally with(ValueSketch newSingle, ValueSketch newSeveral, ValueSketch newRows) {
    return new DraftTally(
        scored,
        known,
        labels,
        positives,
        newSingle,
        newSeveral,
        newRows,
        table,
        ranksOfPositives,
        ranksOfNegatives,
        harm);
  }

  /** As {@link TableTally}: of several rows the first with a known outcome. */
  private DraftTally tabled(Measure measure, Scored current, Truth truth) {
    int row = truth.firstKnown();
    double label = truth.row(row);
    int cell = (int) label * measure.base() + measure.tabled(current, row, label);
    return new DraftTally(
        scored,
        known,
        labels,
        positives,
        single,
        several,
        rows,
        table.plus(cell),
        ranksOfPositives,
        ranksOfNegatives,
        harm);
  }

  private DraftTally ranked(Measure measure, Scored current, Truth truth) {
    int row = truth.firstKnown();
    boolean positive = truth.row(row) == 1;
    int bucket = AucSpread.bucket(measure.rank(current, row, truth.row(row)));
    return new DraftTally(
        scored,
        known,
        labels,
        positives,
        single,
        several,
        rows,
        table,
        positive ? ranksOfPositives.plus(bucket) : ranksOfPositives,
        positive ? ranksOfNegatives : ranksOfNegatives.plus(bucket),
        harm);
  }

  DraftTally merge(DraftTally other) {
    return new DraftTally(
        scored + other.scored,
        known + other.known,
        labels + other.labels,
        positives + other.positives,
        single.merge(other.single),
        several.merge(other.several),
        rows.merge(other.rows),
        table.merge(other.table),
        ranksOfPositives.merge(other.ranksOfPositives),
        ranksOfNegatives.merge(other.ranksOfNegatives),
        harm.merge(other.harm));
  }
}
