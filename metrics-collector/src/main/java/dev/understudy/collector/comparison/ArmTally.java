package dev.understudy.collector.comparison;

/**
 * What is counted of one arm of a split, by request.
 *
 * @param assigned all mature units of the arm
 * @param shed or lost: not scored, and nobody's fault
 * @param unlabelled scored, without the label that it needs
 * @param right scored and labelled, the prediction came true
 * @param wrong scored and labelled, it did not
 * @param others scored and labelled, where that cannot be said: several rows, an amount, a value
 * @param harm among scored units
 * @param several scored units of several rows
 * @param latency buckets of {@link dev.understudy.collector.statistics.LatencyHistogram}
 * @param labels what the rule of labels counts beside them
 */
public record ArmTally(
    long assigned,
    long shed,
    long unlabelled,
    long right,
    long wrong,
    long others,
    HarmCounts harm,
    SeveralRows several,
    SparseCounts latency,
    LabelCounts labels) {
  /** Nothing counted yet. */
  public static final ArmTally EMPTY =
      new ArmTally(
          0,
          0,
          0,
          0,
          0,
          0,
          HarmCounts.EMPTY,
          SeveralRows.EMPTY,
          SparseCounts.EMPTY,
          LabelCounts.EMPTY);

  public ArmTally {
    if (shed < 0 || unlabelled < 0 || right < 0 || wrong < 0 || others < 0) {
      throw new IllegalArgumentException("a count is below 0");
    }
    long accounted = shed + unlabelled + right + wrong + others + labels.undrawn();
    if (accounted != assigned) {
      throw new IllegalArgumentException(
          "%d units assigned, %d accounted for".formatted(assigned, accounted));
    }
  }

  /** Units that the arm's version did its part of. */
  public long scored() {
    return assigned - shed;
  }

  /** Scored units with a label. */
  public long labelled() {
    return right + wrong + others;
  }

  /** Units whose contrast is known: with a label, or with none drawn. */
  public long known() {
    return labelled() + labels.undrawn();
  }

  /** For how many units the labelled ones stand. */
  public double weight() {
    return labelled() + labels.surplus();
  }

  /** The share of the labels, by row, that were needed and came; 1 when none was needed. */
  public double coverage() {
    long rows = rows();
    return rows == 0 ? 1 : Math.min(1, (labelledRows() + labels.surplus()) / rows);
  }

  /** Units of which the outcome of a row, or of all, is missing. */
  public long incomplete() {
    return unlabelled + several.partly();
  }

  /** Rows of scored units. */
  public long rows() {
    return several.rowsOf(scored());
  }

  /** Rows of scored units whose outcome is known. */
  public long labelledRows() {
    return several.labelledRowsOf(labelled());
  }

  ArmTally plus(TestPlan plan, JudgedUnit.Assigned unit) {
    Scored scored = unit.scored();
    if (!scored.complete()) {
      return new ArmTally(
          assigned + 1, shed + 1, unlabelled, right, wrong, others, harm, several, latency, labels);
    }
    Truth truth = unit.truth();
    boolean known = truth.known() > 0;
    boolean told = known && truth.rows() == 1 && plan.measure().classifies();
    boolean came = told && plan.measure().right(scored, 0, truth.row(0));
    boolean undrawn = !known && plan.labels().undrawn(plan, scored, unit.draw());
    LabelCounts labelsToo = undrawn ? labels.plusUndrawn() : labels;
    return new ArmTally(
        assigned + 1,
        shed,
        unlabelled + (known || undrawn ? 0 : 1),
        right + (came ? 1 : 0),
        wrong + (told && !came ? 1 : 0),
        others + (known && !told ? 1 : 0),
        harm.plus(plan, scored),
        several.plus(truth),
        PairTally.timed(latency, scored),
        known ? labels.plusLabelled(truth, unit.draw(), true) : labelsToo);
  }

  /** Both tallies together. */
  public ArmTally merge(ArmTally other) {
    return new ArmTally(
        assigned + other.assigned,
        shed + other.shed,
        unlabelled + other.unlabelled,
        right + other.right,
        wrong + other.wrong,
        others + other.others,
        harm.merge(other.harm),
        several.merge(other.several),
        latency.merge(other.latency),
        labels.merge(other.labels));
  }
}
