package dev.understudy.collector.comparison;

/**
 * What the primary KPI needs of the labelled units beyond the counts of who was right: nothing,
 * sums, a table or blocks, by the KPI's {@link Measure.Family}.
 */
public sealed interface KpiTally permits KpiTally.Nothing, LossSums, TableTally, AucTally {
  /** Nothing counted yet, or nothing but cells. */
  KpiTally NOTHING = new Nothing();

  /** Both tallies together; of two families they cannot be. */
  KpiTally merge(KpiTally other);

  /** Of a KPI whose cells say everything. */
  record Nothing() implements KpiTally {
    @Override
    public KpiTally merge(KpiTally other) {
      return other;
    }
  }

  /** What two tallies of different KPIs are: a fault of this collector. */
  static IllegalStateException strangers(KpiTally one, KpiTally other) {
    return new IllegalStateException(
        "a %s cannot be added to a %s"
            .formatted(one.getClass().getSimpleName(), other.getClass().getSimpleName()));
  }
}
