package dev.understudy.collector.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.understudy.contracts.v1.LabelPolicy;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import org.junit.jupiter.api.Test;

/** What a policy of labels may say, and what a single label then counts for. */
class LabelRuleTest {
  private static final Scored YES = says(0.9);
  private static final Scored NO = says(0.1);
  private static final Scored FAILED = new Scored(ScoreStatus.FAILED, Double.NaN, 1_000);

  private static Scored says(double probability) {
    return new Scored(ScoreStatus.ANSWERED, probability, 1_000);
  }

  private static LabelPolicy.Builder policy() {
    return LabelPolicy.newBuilder();
  }

  private static TestPlan shadow(LabelPolicy.Builder policy) {
    return Plans.plan(Plans.shadow("t").setLabels(policy));
  }

  private static TestPlan split(LabelPolicy.Builder policy) {
    return Plans.plan(Plans.split("t").setLabels(policy));
  }

  private static void refused(TestDefinition.Builder test, String field) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(test))
        .withMessageStartingWith(field);
  }

  private static PairTally pair(TestPlan plan, JudgedUnit.Pair pair) {
    return Tally.EMPTY.plus(plan, pair).allPairs();
  }

  private static PairTally pair(TestPlan plan, Scored current, Scored candidate, Boolean positive) {
    return pair(plan, new JudgedUnit.Pair(0, current, candidate, positive));
  }

  @Test
  void policiesThatMakeNoSenseAreRefusedByName() {
    refused(
        Plans.shadow("t").setLabels(policy().setLeastProbability(0.04)),
        "labels.least_probability: 0.04");
    refused(
        Plans.shadow("t").setLabels(policy().setLeastProbability(Double.NaN)),
        "labels.least_probability");
    refused(
        Plans.shadow("t").setLabels(policy().setLeastProbability(1.1)), "labels.least_probability");
    refused(
        Plans.shadow("t").setLabels(policy().setWorstCase(true).setLeastProbability(0.5)),
        "labels.worst_case");
    refused(
        Plans.shadow("t").setLabels(policy().setWorstCase(true).setSelective(true)),
        "labels.worst_case");
    refused(Plans.shadow("t").setLabels(policy().setOverrideShare(0.1)), "labels.override_share");
    refused(
        Plans.shadow("t").setLabels(policy().setSelective(true).setOverrideShare(1)),
        "labels.override_share");
    refused(
        Plans.shadow("t").setLabels(policy().setSelective(true).setOverrideShare(0.1)),
        "labels.override_share: it needs a least_probability");
    refused(
        Plans.shadow("t")
            .setLabels(policy().setSelective(true).setOverrideShare(0.1).setLeastProbability(0.2)),
        "labels.override_share");
    refused(
        Plans.shadow("t").setLabels(policy().setApprovesPositive(true)),
        "labels.approves_positive");
    refused(
        Plans.split("t").setLabels(policy().setSelective(true)), "labels.selective: in a SPLIT");
    TestDefinition.Builder uncovered =
        Plans.shadow("t").setLabels(policy().setLeastProbability(0.2));
    uncovered.getPolicyBuilder().setMinimumCoverage(0);
    refused(uncovered, "policy.minimum_coverage");
  }

  @Test
  void policiesThatMakeSenseAreTaken() {
    assertThat(shadow(policy()).labels().drawn()).isFalse();
    assertThat(shadow(policy().setWorstCase(true)).labels().worstCase()).isTrue();
    assertThat(split(policy().setLeastProbability(0.05)).labels().drawn()).isTrue();
    assertThat(shadow(policy().setSelective(true)).labels().selective()).isTrue();
    assertThat(
            split(policy().setSelective(true).setOverrideShare(0.1).setLeastProbability(0.1))
                .labels()
                .overrideShare())
        .isEqualTo(0.1);
  }

  @Test
  void whereBothVersionsSayTheSameNoLabelIsNeeded() {
    TestPlan plan = shadow(policy());

    PairTally tally =
        pair(plan, YES, says(0.6), null)
            .merge(pair(plan, FAILED, FAILED, null))
            .merge(pair(plan, YES, YES, false))
            .merge(pair(plan, YES, NO, true))
            .merge(pair(plan, NO, YES, null))
            .merge(pair(plan, NO, FAILED, null));

    assertThat(tally.complete()).isEqualTo(6);
    assertThat(tally.labels().agreed()).isEqualTo(2);
    assertThat(tally.labels().confirmed()).isEqualTo(1);
    assertThat(tally.unlabelled()).isEqualTo(2);
    assertThat(tally.known()).isEqualTo(4);
    assertThat(tally.coverage()).isEqualTo(1.0 / 3);
  }

  @Test
  void aLossAlwaysNeedsItsLabel() {
    TestPlan plan = Plans.plan(Plans.byLogLoss(Plans.shadow("t")));

    PairTally tally = pair(plan, YES, YES, null).merge(pair(plan, YES, YES, true));

    assertThat(tally.unlabelled()).isEqualTo(1);
    assertThat(tally.coverage()).isEqualTo(0.5);
  }

  @Test
  void aDrawnLabelStandsForAllThatWereNotDrawn() {
    TestPlan plan = shadow(policy().setLeastProbability(0.25));
    LabelDraw quarter = new LabelDraw(0.25, false);

    PairTally tally = pair(plan, new JudgedUnit.Pair(0, NO, YES, true, quarter));
    for (int i = 0; i < 3; i++) {
      tally = tally.merge(pair(plan, NO, YES, null));
    }

    assertThat(tally.labels().undrawn()).isEqualTo(3);
    assertThat(tally.unlabelled()).isZero();
    assertThat(tally.known()).isEqualTo(4);
    assertThat(tally.coverage()).isEqualTo(1);
    assertThat(tally.loss().candidate()).isEqualTo(4);
    assertThat(tally.loss().current()).isZero();
  }

  @Test
  void aDrawnLabelThatCannotBeUsedIsMissingAndNotUndrawn() {
    TestPlan plan = shadow(policy().setLeastProbability(0.25));

    PairTally tally = pair(plan, new JudgedUnit.Pair(0, NO, YES, null, LabelDraw.SPOILED));

    assertThat(tally.unlabelled()).isEqualTo(1);
    assertThat(tally.labels().undrawn()).isZero();
    assertThat(tally.coverage()).isZero();
  }

  @Test
  void selectiveLabelsCountOnlyWhereCurrentApproved() {
    TestPlan negative = shadow(policy().setSelective(true));
    TestPlan positive = shadow(policy().setSelective(true).setApprovesPositive(true));

    assertThat(pair(negative, YES, NO, true).labels().outside()).isEqualTo(1);
    assertThat(pair(negative, YES, NO, true).known()).isZero();
    assertThat(pair(negative, FAILED, NO, null).labels().outside()).isEqualTo(1);
    assertThat(pair(negative, FAILED, NO, null).harm().errors().currentOnly()).isEqualTo(1);
    assertThat(pair(negative, NO, YES, true).right().candidateOnly()).isEqualTo(1);
    assertThat(pair(negative, NO, YES, null).unlabelled()).isEqualTo(1);
    assertThat(pair(positive, YES, NO, true).right().currentOnly()).isEqualTo(1);
    assertThat(pair(positive, NO, YES, true).labels().outside()).isEqualTo(1);
  }

  @Test
  void withAnOverrideWhoIsApprovedMustHaveALabelAndWhoIsNotMay() {
    TestPlan plan =
        split(policy().setSelective(true).setOverrideShare(0.1).setLeastProbability(0.1));

    SplitTally approved =
        SplitTally.EMPTY.plus(plan, new JudgedUnit.Assigned(0, 0.5, true, NO, null));
    SplitTally turnedDown =
        SplitTally.EMPTY.plus(plan, new JudgedUnit.Assigned(0, 0.5, true, YES, null));

    assertThat(approved.candidate().unlabelled()).isEqualTo(1);
    assertThat(turnedDown.candidate().labels().undrawn()).isEqualTo(1);
    assertThat(turnedDown.candidate().known()).isEqualTo(1);
  }

  @Test
  void theRuleOfLabelsSurvivesStorage() {
    TestPlan plan = shadow(policy().setLeastProbability(0.3));
    Tally tally =
        Tally.EMPTY
            .plus(plan, new JudgedUnit.Pair(0, NO, YES, true, new LabelDraw(0.3, false)))
            .plus(plan, new JudgedUnit.Pair(0, NO, NO, true, new LabelDraw(0.7, false)))
            .plus(plan, new JudgedUnit.Pair(0, NO, NO, null))
            .plus(plan, new JudgedUnit.Pair(0, NO, YES, null));

    assertThat(TallyCodec.read(TallyCodec.write(tally))).isEqualTo(tally);
  }

  @Test
  void whatDecidesMostIsWorthMost() {
    TestPlan accuracy = shadow(policy());
    TestPlan loss = Plans.plan(Plans.byLogLoss(Plans.shadow("t")));

    assertThat(worth(accuracy, says(0.1), says(0.9))).isEqualTo(0.8);
    assertThat(worth(accuracy, says(0.4), says(0.6))).isBetween(0.19, 0.21);
    assertThat(worth(accuracy, FAILED, says(0.8))).isBetween(0.29, 0.31);
    assertThat(worth(accuracy, says(0.6), says(0.9))).isZero();
    assertThat(worth(accuracy, Scored.LOST, says(0.9))).isZero();
    assertThat(worth(loss, says(0.5), says(0.5))).isZero();
    assertThat(worth(loss, says(0.5), says(0.75))).isEqualTo(Math.log(0.5) - Math.log(0.25));
    assertThat(worth(shadow(policy().setSelective(true)), says(0.9), says(0.1))).isZero();
    assertThat(worth(shadow(policy().setLeastProbability(0.5)), says(0.1), says(0.9))).isZero();
    assertThat(LabelWorth.of(accuracy, new JudgedUnit.Pair(0, NO, YES, true))).isEmpty();
  }

  private static double worth(TestPlan plan, Scored current, Scored candidate) {
    return LabelWorth.of(plan, new JudgedUnit.Pair(0, current, candidate, null)).orElse(0);
  }
}
