package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.LatencyHistogram;
import dev.understudy.contracts.v1.ScoreStatus;

/**
 * What is counted of one epoch in shadow, by request.
 *
 * @param notSampled pairs that were not meant to be
 * @param shed pairs that our own limits prevented
 * @param lost pairs of which a record never came
 * @param unlabelled complete pairs without the label that they need
 * @param labelled complete pairs with a label that counts
 * @param several complete pairs of several rows
 * @param right whose prediction came true, among labelled complete pairs of one row, where
 *     predictions can
 * @param harm among complete pairs
 * @param kpi among complete pairs whose difference is known, or bounded by the rule of labels
 * @param currentLatency buckets of {@link LatencyHistogram}
 * @param candidateLatency likewise
 * @param labels what the rule of labels counts beside them
 */
public record PairTally(
    long notSampled,
    long shed,
    long lost,
    long unlabelled,
    long labelled,
    SeveralRows several,
    PairedCounts right,
    PairedHarm harm,
    KpiTally kpi,
    SparseCounts currentLatency,
    SparseCounts candidateLatency,
    LabelCounts labels) {
  /** Nothing counted yet. */
  public static final PairTally EMPTY =
      new PairTally(
          0,
          0,
          0,
          0,
          0,
          SeveralRows.EMPTY,
          PairedCounts.EMPTY,
          PairedHarm.EMPTY,
          KpiTally.NOTHING,
          SparseCounts.EMPTY,
          SparseCounts.EMPTY,
          LabelCounts.EMPTY);

  /** Pairs that both versions did their part of. */
  public long complete() {
    return harm.errors().total();
  }

  /** Rows of complete pairs. */
  public long rows() {
    return several.rowsOf(complete());
  }

  /** Rows of complete pairs whose outcome is known. */
  public long labelledRows() {
    return several.labelledRowsOf(labelled);
  }

  /** Pairs whose difference is known: with a label, in no need of one, or with none drawn. */
  public long known() {
    return labelled + labels.agreed() + labels.undrawn();
  }

  /** The share of the labels, by row, that were needed and came; 1 when none was needed. */
  public double coverage() {
    long needed = rows() - labels.outside() - labels.spareRows();
    double came = labelledRows() - labels.confirmedRows() + labels.surplusNeeded();
    return needed == 0 ? 1 : Math.min(1, came / needed);
  }

  /** The sums of a KPI that has them; those of nothing for any other. */
  public LossSums loss() {
    return kpi instanceof LossSums sums ? sums : LossSums.EMPTY;
  }

  PairTally plus(TestPlan plan, JudgedUnit.Pair pair) {
    Scored candidate = pair.candidate();
    Scored current = pair.current();
    if (!candidate.complete() || !current.complete()) {
      return incomplete(candidate, current);
    }
    Truth truth = pair.truth();
    Scored answering = plan.answering(current, candidate);
    boolean outside = plan.labels().outside(plan, answering);
    boolean known = truth.known() > 0 && !outside;
    boolean agreed = !outside && LabelRule.agree(plan, candidate, current, truth.rows());
    boolean undrawn = !known && !agreed && plan.labels().undrawn(plan, answering, pair.draw());
    boolean missing = !known && !outside && !agreed && !undrawn;
    LabelCounts labelsToo = labels;
    KpiTally kpiToo = kpi;
    if (outside) {
      labelsToo = labels.plusOutside();
    } else if (known) {
      labelsToo = labels.plusLabelled(truth, pair.draw(), !agreed);
      kpiToo = plusKpi(plan, pair);
    } else if (missing) {
      kpiToo = PairSums.missing(kpi, plan, pair);
    } else {
      labelsToo = agreed ? labels.plusAgreed(truth) : labels.plusUndrawn();
      kpiToo = PairSums.equal(kpi, plan);
    }
    PairedCounts rightToo = right;
    if (known && truth.rows() == 1 && plan.measure().classifies()) {
      rightToo =
          right.plus(
              plan.measure().right(candidate, 0, truth.row(0)),
              plan.measure().right(current, 0, truth.row(0)));
    }
    return new PairTally(
        notSampled,
        shed,
        lost,
        unlabelled + (missing ? 1 : 0),
        labelled + (known ? 1 : 0),
        several.plus(truth),
        rightToo,
        harm.plus(plan, candidate, current),
        kpiToo,
        timed(currentLatency, current),
        timed(candidateLatency, candidate),
        labelsToo);
  }

  private KpiTally plusKpi(TestPlan plan, JudgedUnit.Pair pair) {
    return switch (plan.family()) {
      case CELLS ->
          pair.truth().rows() == 1 ? kpi : PairSums.labelled(LossSums.in(kpi), plan, pair);
      case SUMS -> PairSums.labelled(LossSums.in(kpi), plan, pair);
      case TABLE -> TableTally.in(kpi).plus(plan, pair);
      case BLOCKS -> AucTally.in(kpi).plus(plan, pair);
    };
  }

  static SparseCounts timed(SparseCounts latency, Scored scored) {
    return scored.timed()
        ? latency.plus(LatencyHistogram.bucket(Math.max(0, scored.latencyUs())))
        : latency;
  }

  private PairTally incomplete(Scored candidate, Scored current) {
    boolean unsampled = is(candidate, current, ScoreStatus.NOT_SAMPLED);
    boolean refused = !unsampled && is(candidate, current, ScoreStatus.SHED);
    return new PairTally(
        notSampled + (unsampled ? 1 : 0),
        shed + (refused ? 1 : 0),
        lost + (unsampled || refused ? 0 : 1),
        unlabelled,
        labelled,
        several,
        right,
        harm,
        kpi,
        currentLatency,
        candidateLatency,
        labels);
  }

  private static boolean is(Scored one, Scored other, ScoreStatus status) {
    return one.status() == status || other.status() == status;
  }

  /** Both tallies together. */
  public PairTally merge(PairTally other) {
    return new PairTally(
        notSampled + other.notSampled,
        shed + other.shed,
        lost + other.lost,
        unlabelled + other.unlabelled,
        labelled + other.labelled,
        several.merge(other.several),
        right.merge(other.right),
        harm.merge(other.harm),
        kpi.merge(other.kpi),
        currentLatency.merge(other.currentLatency),
        candidateLatency.merge(other.candidateLatency),
        labels.merge(other.labels));
  }
}
