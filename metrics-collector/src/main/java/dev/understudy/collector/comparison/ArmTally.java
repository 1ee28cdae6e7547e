package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.ScoreStatus;

/**
 * What is counted of one arm of a split.
 *
 * @param assigned all mature units of the arm
 * @param shed or lost: not scored, and nobody's fault
 * @param unlabelled scored, without the label that it needs
 * @param right scored and labelled, the prediction came true
 * @param wrong scored and labelled, it did not
 * @param errors scored units that failed or timed out
 * @param slow scored units over the threshold
 * @param labels what the rule of labels counts beside them
 */
public record ArmTally(
    long assigned,
    long shed,
    long unlabelled,
    long right,
    long wrong,
    long errors,
    long slow,
    LabelCounts labels) {
  /** Nothing counted yet. */
  public static final ArmTally EMPTY = new ArmTally(0, 0, 0, 0, 0, 0, 0, LabelCounts.EMPTY);

  public ArmTally {
    if (shed < 0 || unlabelled < 0 || right < 0 || wrong < 0 || errors < 0 || slow < 0) {
      throw new IllegalArgumentException("a count is below 0");
    }
    long accounted = shed + unlabelled + right + wrong + labels.undrawn();
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
    return right + wrong;
  }

  /** Units whose contrast is known: with a label, or with none drawn. */
  public long known() {
    return labelled() + labels.undrawn();
  }

  /** For how many units the labelled ones stand. */
  public double weight() {
    return labelled() + labels.surplus();
  }

  /** The share of the labels that were needed and came; 1 when none was needed. */
  public double coverage() {
    long scored = scored();
    return scored == 0 ? 1 : Math.min(1, weight() / scored);
  }

  ArmTally plus(TestPlan plan, JudgedUnit.Assigned unit) {
    Scored scored = unit.scored();
    if (!scored.complete()) {
      return new ArmTally(assigned + 1, shed + 1, unlabelled, right, wrong, errors, slow, labels);
    }
    Boolean positive = unit.positive();
    boolean came = positive != null && scored.right(plan, positive);
    boolean undrawn = positive == null && plan.labels().undrawn(plan, scored, unit.draw());
    LabelCounts labelsToo = undrawn ? labels.plusUndrawn() : labels;
    return new ArmTally(
        assigned + 1,
        shed,
        unlabelled + (positive == null && !undrawn ? 1 : 0),
        right + (came ? 1 : 0),
        wrong + (positive != null && !came ? 1 : 0),
        errors + (scored.status() != ScoreStatus.ANSWERED ? 1 : 0),
        slow + (scored.slow(plan.slowThresholdUs()) ? 1 : 0),
        positive == null ? labelsToo : labels.plusLabelled(unit.draw(), true));
  }

  /** Both tallies together. */
  public ArmTally merge(ArmTally other) {
    return new ArmTally(
        assigned + other.assigned,
        shed + other.shed,
        unlabelled + other.unlabelled,
        right + other.right,
        wrong + other.wrong,
        errors + other.errors,
        slow + other.slow,
        labels.merge(other.labels));
  }
}
