package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.LabelPolicy;
import dev.understudy.contracts.v1.Task;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import org.jspecify.annotations.Nullable;

/**
 * How the labels of a test come about, as it is written in a request; whatever is left out is no.
 *
 * @param worstCase count a missing label against the candidate, instead of leaving it out
 * @param leastProbability labels are drawn with a probability that each carries, never below this
 * @param selective a label exists only where the answering version approved
 * @param overrideShare of those turned down that are labelled all the same, drawn at random
 * @param approvesPositive to approve is to predict the positive outcome, not the negative one
 */
record LabelRequest(
    @Nullable Boolean worstCase,
    @Nullable Double leastProbability,
    @Nullable Boolean selective,
    @Nullable Double overrideShare,
    @Nullable Boolean approvesPositive) {
  /** Below it one label would stand for more than twenty requests; the judge refuses it too. */
  private static final double SMALLEST_PROBABILITY = 0.05;

  private static final double LARGEST_OVERRIDE = 0.99;

  /**
   * The policy, or the field that makes no sense beside the others or for that KPI.
   *
   * @param primary KPI of the same test
   * @param task of the model
   */
  LabelPolicy checked(String at, boolean shadow, double minimumCoverage, Kpi primary, Task task) {
    boolean worst = Boolean.TRUE.equals(worstCase);
    boolean chosen = Boolean.TRUE.equals(selective);
    LabelPolicy.Builder policy =
        LabelPolicy.newBuilder()
            .setWorstCase(worst)
            .setSelective(chosen)
            .setApprovesPositive(Boolean.TRUE.equals(approvesPositive));
    if (leastProbability != null) {
      policy.setLeastProbability(
          Checks.between(at + ".least_probability", leastProbability, SMALLEST_PROBABILITY, 1));
      refuseIf(
          minimumCoverage == 0,
          at + ".least_probability",
          "with a policy.minimum_coverage of 0 a test without labels would look like one without"
              + " a difference");
    }
    refuseIf(
        worst && leastProbability != null,
        at + ".worst_case",
        "labels that are drawn (least_probability) are not missing; take one of the two");
    refuseIf(
        worst && chosen,
        at + ".worst_case",
        "with 'selective' nobody turned down has a label; take one of the two");
    refuseIf(
        !chosen && approvesPositive != null,
        at + ".approves_positive",
        "only labels that are 'selective' depend on what was approved");
    if (overrideShare != null) {
      refuseIf(
          !chosen, at + ".override_share", "only 'selective' labels have somebody turned down");
      double share =
          Checks.between(
              at + ".override_share", overrideShare, SMALLEST_PROBABILITY, LARGEST_OVERRIDE);
      refuseIf(
          leastProbability == null || leastProbability > share,
          at + ".override_share",
          "it needs a 'least_probability' that is not above it");
      policy.setOverrideShare(share);
    }
    refuseIf(
        !shadow && chosen && overrideShare == null,
        at + ".selective",
        "in a split each arm would choose its own labels; compare in a shadow, or label an"
            + " 'override_share'");
    refuseUnfit(at, policy.build(), primary.getKind(), task);
    return policy.build();
  }

  private static void refuseUnfit(String at, LabelPolicy policy, KpiKind kind, Task task) {
    String field =
        at
            + (policy.getWorstCase()
                ? ".worst_case"
                : policy.getLeastProbability() > 0 ? ".least_probability" : ".selective");
    refuseIf(
        (policy.getWorstCase() || policy.getSelective() || policy.getLeastProbability() > 0)
            && !isMean(kind),
        field,
        "%s is no mean over requests, so a label cannot be bounded, weighted or left out; take"
                .formatted(kind)
            + " another KPI, or leave 'labels' out");
    refuseIf(
        policy.getWorstCase() && task == Task.REGRESSION && kind != KpiKind.VALUE,
        field,
        "the outcome of a REGRESSION could be any number, so %s has no worst case; draw labels"
                .formatted(kind)
            + " (least_probability), or leave 'labels' out");
    refuseIf(
        policy.getSelective() && task != Task.BINARY,
        at + ".selective",
        "to approve is to predict one of two outcomes, and the model's task is %s; leave it out"
            .formatted(task));
  }

  private static boolean isMean(KpiKind kind) {
    return switch (kind) {
      case ACCURACY, LOG_LOSS, BRIER, COST, MAE, RMSE, VALUE -> true;
      case F1, PRECISION, RECALL, MACRO_F1, AUC, KPI_KIND_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private static void refuseIf(boolean wrong, String field, String why) {
    if (wrong) {
      throw Refused.field(field, why);
    }
  }
}
