package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.ScoreStatus;

/**
 * What is counted of one arm of a split.
 *
 * @param assigned all mature units of the arm
 * @param shed or lost: not scored, and nobody's fault
 * @param unlabelled scored, without a label in time
 * @param right scored and labelled, the prediction came true
 * @param wrong scored and labelled, it did not
 * @param errors scored units that failed or timed out
 * @param slow scored units over the threshold
 */
public record ArmTally(
    long assigned, long shed, long unlabelled, long right, long wrong, long errors, long slow) {
  /** Nothing counted yet. */
  public static final ArmTally EMPTY = new ArmTally(0, 0, 0, 0, 0, 0, 0);

  public ArmTally {
    if (shed < 0 || unlabelled < 0 || right < 0 || wrong < 0 || errors < 0 || slow < 0) {
      throw new IllegalArgumentException("a count is below 0");
    }
    if (shed + unlabelled + right + wrong != assigned) {
      throw new IllegalArgumentException(
          "%d units assigned, %d accounted for"
              .formatted(assigned, shed + unlabelled + right + wrong));
    }
  }

  /** Units that the arm's version did its part of. */
  public long scored() {
    return assigned - shed;
  }

  /** The units of the primary KPI. */
  public long labelled() {
    return right + wrong;
  }

  ArmTally plus(TestPlan plan, JudgedUnit.Assigned unit) {
    Scored scored = unit.scored();
    if (!scored.complete()) {
      return new ArmTally(assigned + 1, shed + 1, unlabelled, right, wrong, errors, slow);
    }
    Boolean positive = unit.positive();
    boolean came = positive != null && scored.right(plan, positive);
    return new ArmTally(
        assigned + 1,
        shed,
        unlabelled + (positive == null ? 1 : 0),
        right + (came ? 1 : 0),
        wrong + (positive != null && !came ? 1 : 0),
        errors + (scored.status() != ScoreStatus.ANSWERED ? 1 : 0),
        slow + (scored.slow(plan.slowThresholdUs()) ? 1 : 0));
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
        slow + other.slow);
  }
}
