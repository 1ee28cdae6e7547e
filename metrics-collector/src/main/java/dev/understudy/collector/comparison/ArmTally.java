package dev.understudy.collector.comparison;

/**
 * What is counted of one arm of a split, by request.
 *
 * @param assigned all mature units of the arm
 * @param shed or lost: not scored, and nobody's fault
 * @param unlabelled scored, without a label in time
 * @param right scored and labelled, the prediction came true
 * @param wrong scored and labelled, it did not
 * @param others scored and labelled, where that cannot be said: several rows, an amount, a value
 * @param harm among scored units
 * @param several scored units of several rows
 * @param latency buckets of {@link dev.understudy.collector.statistics.LatencyHistogram}
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
    SparseCounts latency) {
  /** Nothing counted yet. */
  public static final ArmTally EMPTY =
      new ArmTally(0, 0, 0, 0, 0, 0, HarmCounts.EMPTY, SeveralRows.EMPTY, SparseCounts.EMPTY);

  public ArmTally {
    if (shed < 0 || unlabelled < 0 || right < 0 || wrong < 0 || others < 0) {
      throw new IllegalArgumentException("a count is below 0");
    }
    if (shed + unlabelled + right + wrong + others != assigned) {
      throw new IllegalArgumentException(
          "%d units assigned, %d accounted for"
              .formatted(assigned, shed + unlabelled + right + wrong + others));
    }
  }

  /** Units that the arm's version did its part of. */
  public long scored() {
    return assigned - shed;
  }

  /** The units of the primary KPI. */
  public long labelled() {
    return right + wrong + others;
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
          assigned + 1, shed + 1, unlabelled, right, wrong, others, harm, several, latency);
    }
    Truth truth = unit.truth();
    boolean known = truth.known() > 0;
    boolean told = known && truth.rows() == 1 && plan.measure().classifies();
    boolean came = told && plan.measure().right(scored, 0, truth.row(0));
    return new ArmTally(
        assigned + 1,
        shed,
        unlabelled + (known ? 0 : 1),
        right + (came ? 1 : 0),
        wrong + (told && !came ? 1 : 0),
        others + (known && !told ? 1 : 0),
        harm.plus(plan, scored),
        several.plus(truth),
        PairTally.timed(latency, scored));
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
        latency.merge(other.latency));
  }
}
