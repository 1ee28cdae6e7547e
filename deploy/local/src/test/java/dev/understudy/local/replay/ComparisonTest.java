package dev.understudy.local.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.KpiEvidence;
import dev.understudy.contracts.v1.LogE;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Sum;
import dev.understudy.contracts.v1.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static RolloutEvaluated.Builder evaluation(long number) {
    return RolloutEvaluated.newBuilder()
        .setRolloutId("rollout")
        .setTestId("test")
        .setNumber(number)
        .setVerdict(Verdict.CONTINUE)
        .setReason("12.3 of 45.6")
        .setEvidence(
            Evidence.newBuilder()
                .setUnits(100 + number)
                .setPrimary(
                    KpiEvidence.newBuilder().setBetter(LogE.newBuilder().setValue(1.5)).setLower(0))
                .addCounts(Count.newBuilder().setName("epoch 0 lost").setValue(3))
                .addSums(Sum.newBuilder().setName("epoch 0 better").addValues(12_345.678)));
  }

  private static Recorded recorded(RolloutEvaluated.Builder... evaluations) {
    Recorded recorded = new Recorded("rollout");
    for (RolloutEvaluated.Builder evaluation : evaluations) {
      recorded.add(evaluation.build().toByteArray());
    }
    return recorded;
  }

  private static List<String> compare(
      Recorded recorded, boolean sentences, RolloutEvaluated.Builder... recomputed) {
    Comparison comparison = new Comparison(recorded, sentences);
    for (RolloutEvaluated.Builder evaluation : recomputed) {
      comparison.recomputed(evaluation.build());
    }
    comparison.done();
    return comparison.differences().stream()
        .map(
            one ->
                "%d %s %s %s"
                    .formatted(one.number(), one.field(), one.recorded(), one.recomputed()))
        .toList();
  }

  @Test
  void whatIsEqualHasNoDifferenceAndSumsMayDifferByTheirRounding() {
    Recorded recorded = recorded(evaluation(0), evaluation(1));
    RolloutEvaluated.Builder other = evaluation(1);
    other.getEvidenceBuilder().getSumsBuilder(0).setValues(0, 12_345.678 * (1 + 1e-12));

    assertThat(compare(recorded, true, evaluation(0), other)).isEmpty();
  }

  @Test
  void everyTamperedFieldIsNamedWithItsNumberAndBothValues() {
    RolloutEvaluated.Builder verdict = evaluation(0).setVerdict(Verdict.PROMOTE);
    RolloutEvaluated.Builder count = evaluation(1);
    count.getEvidenceBuilder().getCountsBuilder(0).setValue(4);
    RolloutEvaluated.Builder sum = evaluation(2);
    sum.getEvidenceBuilder().getSumsBuilder(0).setValues(0, 12_345.679);
    RolloutEvaluated.Builder missing = evaluation(3);
    missing.getEvidenceBuilder().getPrimaryBuilder().clearLower();
    RolloutEvaluated.Builder more = evaluation(4);
    more.getEvidenceBuilder().addCounts(Count.newBuilder().setName("refused"));
    RolloutEvaluated.Builder log = evaluation(5);
    log.getEvidenceBuilder().getPrimaryBuilder().getBetterBuilder().setValue(2);

    assertThat(
            compare(
                recorded(verdict, count, sum, missing, more, log, evaluation(6)),
                true,
                evaluation(0),
                evaluation(1),
                evaluation(2),
                evaluation(3),
                evaluation(4),
                evaluation(5),
                evaluation(6)))
        .containsExactly(
            "0 verdict PROMOTE CONTINUE",
            "1 evidence.counts[epoch 0 lost].value 4 3",
            "2 evidence.sums[epoch 0 better].values[0] 12345.679 12345.678",
            "3 evidence.primary.lower none a value",
            "4 evidence.counts 2 items 1 items",
            "5 evidence.primary.better.value 2.0 1.5");
  }

  @Test
  void whatIsMissingTwiceOrOneTooManyIsADifference() {
    assertThat(
            compare(
                recorded(evaluation(0), evaluation(0), evaluation(2), evaluation(3)),
                true,
                evaluation(0),
                evaluation(1),
                evaluation(2)))
        .containsExactly(
            "0 evaluation twice once", "1 evaluation none CONTINUE", "3 evaluation one none");
  }

  @Test
  void theLogMayGoOnAfterTheRecordUnlessTheTestHadEnded() {
    assertThat(compare(recorded(evaluation(0)), true, evaluation(0), evaluation(1))).isEmpty();

    RolloutEvaluated.Builder last = evaluation(0).setVerdict(Verdict.STOP_FUTILE);
    assertThat(compare(recorded(last), true, last, evaluation(1)))
        .containsExactly("1 evaluation none CONTINUE");
  }

  @Test
  void sentencesAreComparedWhereRoundingCannotChangeThem() {
    RolloutEvaluated.Builder other = evaluation(0).setReason("12.4 of 45.6");

    assertThat(compare(recorded(evaluation(0)), false, other)).isEmpty();
    assertThat(compare(recorded(evaluation(0)), true, other))
        .containsExactly("0 reason 12.3 of 45.6 12.4 of 45.6");
  }

  @Test
  void whatIsNoEvaluationOfTheRolloutIsPassedOver() {
    Recorded recorded = recorded(evaluation(0).setRolloutId("another"));
    recorded.add(new byte[] {1, 2, 3});
    recorded.add(null);

    assertThat(recorded.testIds()).isEmpty();
  }
}
