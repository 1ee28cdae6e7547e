package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.LabelPolicy;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Task;

/**
 * What a missing label is to a test. Without a policy it is left out, and the coverage test holds
 * the verdict when too many are missing. Pure.
 *
 * <p><b>Worst case.</b> A missing label counts against the candidate where a promotion is asked
 * for, and for it where a rollback or futility is: bounds that hold whatever the label would have
 * been (Manski 1990), so a coverage that is low or uneven invalidates nothing; it only proves less.
 *
 * <p><b>Known probability.</b> Labels are drawn with a logged probability q; the contrast is D/q
 * with a label and 0 without (Horvitz and Thompson 1952), within bounds wider by 1/q_min.
 *
 * <p>Both need a KPI that is a mean over requests, so F1, precision, recall, macro-F1 and AUC have
 * no policy; the worst case needs outcomes that can be named, so amounts have none. A request of
 * several rows has several labels, of which each could be missing or drawn for itself: a policy
 * takes requests of one row.
 *
 * <p><b>Selective labels.</b> A label exists only where a version approved: the comparison holds
 * for those requests, unless a random share of the others is labelled too, with its q.
 *
 * @param leastProbability q_min; 0 when labels are not drawn
 * @param approvesPositive what approving is: predicting the positive outcome, or the negative
 * @param overrideShare of those turned down that are labelled all the same; 0 for none
 */
public record LabelRule(
    boolean worstCase,
    double leastProbability,
    boolean selective,
    boolean approvesPositive,
    double overrideShare) {
  /** Below it one label would stand for more than twenty requests. */
  private static final double SMALLEST_PROBABILITY = 0.05;

  /**
   * Reads a policy.
   *
   * @throws IllegalArgumentException naming the field of what makes no sense
   */
  static LabelRule of(LabelPolicy policy, RouteMode mode, Measure measure, double minimumCoverage) {
    double least = policy.getLeastProbability();
    double override = policy.getOverrideShare();
    require(
        least == 0 || (least >= SMALLEST_PROBABILITY && least <= 1),
        "labels.least_probability: %s is neither 0 nor in %s..1",
        least,
        SMALLEST_PROBABILITY);
    require(
        override >= 0 && override < 1,
        "labels.override_share: %s is not from 0 to below 1",
        override);
    require(
        !policy.getWorstCase() || least == 0,
        "labels.worst_case: labels that are drawn (least_probability) are not missing, "
            + "take one of the two");
    require(
        !policy.getWorstCase() || !policy.getSelective(),
        "labels.worst_case: with selective nobody turned down has a label, take one of the two");
    require(
        least == 0 || minimumCoverage > 0,
        "policy.minimum_coverage: with labels.least_probability it must be above 0, "
            + "or a test without any label would look like one without a difference");
    require(
        policy.getSelective() || !policy.getApprovesPositive(),
        "labels.approves_positive: only selective labels depend on what was approved");
    require(
        policy.getSelective() || override == 0,
        "labels.override_share: only selective labels have somebody turned down");
    require(
        override == 0 || (least > 0 && least <= override),
        "labels.override_share: it needs a least_probability above 0 and up to %s, not %s",
        override,
        least);
    require(
        mode != RouteMode.SPLIT || !policy.getSelective() || override > 0,
        "labels.selective: in a SPLIT each arm would choose its own labels; "
            + "compare in SHADOW, or label an override_share");
    checkFit(policy, measure);
    return new LabelRule(
        policy.getWorstCase(),
        least,
        policy.getSelective(),
        policy.getApprovesPositive(),
        override);
  }

  private static void checkFit(LabelPolicy policy, Measure measure) {
    String field =
        policy.getWorstCase()
            ? "labels.worst_case"
            : policy.getLeastProbability() > 0 ? "labels.least_probability" : "labels.selective";
    require(
        !takesOneRow(policy)
            || measure.family() == Measure.Family.CELLS
            || measure.family() == Measure.Family.SUMS,
        "%s: %s is no mean over requests, so a label cannot be bounded, weighted or left outside; "
            + "take primary.kind ACCURACY, LOG_LOSS, BRIER or COST, or leave labels out",
        field,
        measure.kind());
    require(
        !policy.getWorstCase() || measure.outcomes().length > 0,
        "labels.worst_case: the outcome of a REGRESSION could be any number, so %s has no worst "
            + "case; draw labels (least_probability), or leave labels out",
        measure.kind());
    require(
        !policy.getSelective() || measure.task() == Task.BINARY,
        "labels.selective: to approve is to predict one of two outcomes, which a %s task has not; "
            + "draw labels (least_probability), or leave labels out",
        measure.task());
  }

  private static boolean takesOneRow(LabelPolicy policy) {
    return policy.getWorstCase() || policy.getLeastProbability() > 0 || policy.getSelective();
  }

  /** Whether requests of so many rows are judged; with a policy only those of one row are. */
  public boolean takes(int rows) {
    return rows == 1 || !(worstCase || drawn() || selective);
  }

  /** Whether labels are drawn with a known probability. */
  public boolean drawn() {
    return leastProbability > 0;
  }

  /** Whether a label that was drawn with this probability can be used. */
  public boolean allows(double probability) {
    return !drawn() || (probability >= leastProbability && probability <= 1);
  }

  /** How much wider than usual the contrast's bounds are. */
  double stretch() {
    return drawn() ? 1 / leastProbability : 1;
  }

  /** Whether the comparison does not hold for requests that this score answered. */
  public boolean outside(TestPlan plan, Scored answering) {
    return selective && overrideShare == 0 && !approved(plan, answering);
  }

  /** Whether a unit without a label has none because none was drawn. */
  boolean undrawn(TestPlan plan, Scored answering, LabelDraw draw) {
    boolean alwaysLabelled = overrideShare > 0 && approved(plan, answering);
    return drawn() && !draw.spoiled() && !alwaysLabelled;
  }

  /** Whether both versions said the same of every row, so that D = 0 whatever the labels. */
  static boolean agree(TestPlan plan, Scored one, Scored other, int rows) {
    if (plan.measure().kind() != KpiKind.ACCURACY) {
      return false;
    }
    if (one.error() || other.error()) {
      return one.error() && other.error();
    }
    for (int row = 0; row < rows; row++) {
      if (plan.measure().predicted(one, row) != plan.measure().predicted(other, row)) {
        return false;
      }
    }
    return true;
  }

  /** The label of a unit; in the worst case one that failed is the worst without any. */
  JudgedUnit.Assigned known(JudgedUnit.Assigned unit) {
    return worstCase && unit.truth().known() == 0 && unit.scored().error()
        ? new JudgedUnit.Assigned(
            unit.epoch(), unit.share(), unit.toCandidate(), unit.scored(), Truth.of(0), 0)
        : unit;
  }

  private boolean approved(TestPlan plan, Scored answering) {
    return answering.status() == ScoreStatus.ANSWERED
        && plan.measure().predicted(answering, 0) == (approvesPositive ? 1 : 0);
  }

  private static void require(boolean holds, String message, Object... parts) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(parts));
    }
  }
}
