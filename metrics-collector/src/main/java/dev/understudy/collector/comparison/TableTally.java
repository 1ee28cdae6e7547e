package dev.understudy.collector.comparison;

/**
 * The table of classes that F1 and its relatives are made of. In shadow a cell is the outcome and
 * both predictions, {@code (label * base + current) * base + candidate}; in a split it is the arm,
 * the outcome and the prediction, {@code (arm * base + label) * base + predicted}, with arm 1 for
 * the candidate.
 *
 * <p>Rows of one request are not independent, and these KPIs are no means of a contrast that could
 * be averaged over them. So of a request with several rows the first with a known outcome is
 * counted.
 *
 * @param cells by number
 */
public record TableTally(SparseCounts cells) implements KpiTally {
  /** Nothing counted yet. */
  public static final TableTally EMPTY = new TableTally(SparseCounts.EMPTY);

  static TableTally in(KpiTally tally) {
    return switch (tally) {
      case Nothing nothing -> EMPTY;
      case TableTally table -> table;
      case LossSums sums -> throw KpiTally.strangers(EMPTY, sums);
      case AucTally auc -> throw KpiTally.strangers(EMPTY, auc);
    };
  }

  TableTally plus(TestPlan plan, JudgedUnit.Pair pair) {
    Measure measure = plan.measure();
    int row = pair.truth().firstKnown();
    double truth = pair.truth().row(row);
    int base = measure.base();
    int cell =
        ((int) truth * base + measure.tabled(pair.current(), row, truth)) * base
            + measure.tabled(pair.candidate(), row, truth);
    return new TableTally(cells.plus(cell));
  }

  TableTally plus(TestPlan plan, JudgedUnit.Assigned unit) {
    Measure measure = plan.measure();
    int row = unit.truth().firstKnown();
    double truth = unit.truth().row(row);
    int base = measure.base();
    int cell =
        ((unit.toCandidate() ? base : 0) + (int) truth) * base
            + measure.tabled(unit.scored(), row, truth);
    return new TableTally(cells.plus(cell));
  }

  @Override
  public KpiTally merge(KpiTally other) {
    return switch (other) {
      case Nothing nothing -> this;
      case TableTally table -> new TableTally(cells.merge(table.cells));
      case LossSums sums -> throw KpiTally.strangers(this, sums);
      case AucTally auc -> throw KpiTally.strangers(this, auc);
    };
  }
}
