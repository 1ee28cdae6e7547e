package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.LabelPolicy;
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

  /** The policy, or the field that makes no sense beside the others. */
  LabelPolicy checked(String at, boolean shadow, double minimumCoverage) {
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
    return policy.build();
  }

  private static void refuseIf(boolean wrong, String field, String why) {
    if (wrong) {
      throw Refused.field(field, why);
    }
  }
}
