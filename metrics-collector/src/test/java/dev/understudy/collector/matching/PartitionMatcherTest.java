package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.matching.MatchCounts.PredictionStatus;
import dev.understudy.collector.matching.MatchCounts.ShadowStatus;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.OutcomeObserved;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Verdict;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One partition, no Kafka. The horizon is 3 s, the shadow's deadline 1 s; the test begins at 1 s.
 */
class PartitionMatcherTest {
  private final Bench bench = new Bench(1);

  @BeforeEach
  void defineTheTest() {
    bench.define(Plans.shadow("t"), 1_000);
  }

  private static long count(RolloutEvaluated evaluation, String name) {
    return evaluation.getEvidence().getCountsList().stream()
        .filter(count -> count.getName().equals("epoch 0 " + name))
        .mapToLong(Count::getValue)
        .findFirst()
        .orElse(0);
  }

  private static long units(RolloutEvaluated evaluation) {
    return evaluation.getEvidence().getUnits();
  }

  @Test
  void aPredictionIsJudgedAtTheFirstSecondAfterItsMaturity() {
    bench.run(
        8_000,
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.pair(2_001, "b", "t", 0.1, 0.9),
        Events.label(2_500, "a", "bad", 0),
        Events.label(2_500, "b", "bad", 0));

    assertThat(units(bench.at(4_000))).isZero();
    assertThat(units(bench.at(5_000))).isEqualTo(1);
    assertThat(units(bench.at(6_000))).isEqualTo(2);
    assertThat(count(bench.at(6_000), "right candidate only")).isEqualTo(2);
  }

  @Test
  void everySecondSinceTheBeginIsEvaluatedOnceAndInOrder() {
    bench.run(8_001, Events.tick(true, 500), Events.tick(false, 500));

    assertThat(bench.evaluations)
        .extracting(RolloutEvaluated::getLogTimeMs)
        .containsExactly(2_000L, 3_000L, 4_000L, 5_000L, 6_000L, 7_000L, 8_000L);
    assertThat(bench.evaluations)
        .extracting(RolloutEvaluated::getNumber)
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void aSecondIsOverOnlyWhenBothInputsHaveShownALaterRecord() {
    bench.feed(0, Events.tick(true, 500));
    bench.feed(0, Events.tick(false, 500));
    bench.feed(0, Events.tick(true, 9_999));
    bench.feed(0, Events.tick(false, 3_000));
    bench.settle();

    assertThat(bench.evaluations)
        .extracting(RolloutEvaluated::getLogTimeMs)
        .containsExactly(2_000L);
  }

  @Test
  void theLabelMayComeFirst() {
    bench.run(8_000, Events.label(1_900, "a", "bad", 0), Events.pair(2_000, "a", "t", 0.1, 0.9));

    assertThat(units(bench.at(5_000))).isEqualTo(1);
    assertThat(bench.counts.outcomes)
        .containsEntry(OutcomeStatus.PENDING, 1)
        .containsEntry(OutcomeStatus.MATCHED, 1);
  }

  @Test
  void aLabelExactlyAtTheHorizonCountsAndOneAfterItDoesNot() {
    bench.run(
        8_000,
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.pair(2_000, "b", "t", 0.1, 0.9),
        Events.label(5_000, "a", "bad", 0),
        Events.label(5_001, "b", "bad", 0));

    assertThat(units(bench.at(7_000))).isEqualTo(1);
    assertThat(count(bench.at(7_000), "unlabelled")).isEqualTo(1);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.LATE, 1);
  }

  @Test
  void theNewestRevisionWithinTheHorizonCounts() {
    bench.run(
        9_000,
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.label(2_500, "a", "good", 0),
        Events.label(3_000, "a", "bad", 2),
        Events.label(3_500, "a", "good", 1),
        Events.label(4_000, "a", "bad", 2),
        Events.label(6_000, "a", "good", 3));

    assertThat(count(bench.at(8_000), "right candidate only")).isEqualTo(1);
    assertThat(bench.counts.outcomes)
        .containsEntry(OutcomeStatus.MATCHED, 1)
        .containsEntry(OutcomeStatus.CORRECTED, 1)
        .containsEntry(OutcomeStatus.DUPLICATE, 2)
        .containsEntry(OutcomeStatus.LATE, 1);
  }

  @Test
  void aLabelOfAPredictionThatWasJudgedIsLateAndChangesNothing() {
    bench.run(8_000, Events.pair(2_000, "a", "t", 0.1, 0.9));
    bench.run(12_000, Events.label(9_000, "a", "bad", 0));

    assertThat(units(bench.at(11_000))).isZero();
    assertThat(count(bench.at(11_000), "unlabelled")).isEqualTo(1);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.LATE, 1);
  }

  @Test
  void whatWasCountedIsWrittenNowhereAndIsStillKnownAfterARestart() {
    bench.run(3_000, Events.pair(2_000, "a", "t", 0.4, 0.6), Events.label(2_400, "a", "good", 0));
    byte[] waiting = bench.tables.getFirst().waiting().get(Keys.id("a"));
    bench.run(20_000);
    assertThat(bench.counts.predictions).containsEntry(PredictionStatus.JUDGED, 1);
    assertThat(bench.tables.getFirst().waiting().get(Keys.id("a"))).isEqualTo(waiting);

    bench.restartMatcher(0);
    bench.run(30_000, Events.label(20_500, "a", "bad", 1), Events.pair(20_500, "a", "t", 0.4, 0.6));

    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.LATE, 1);
    assertThat(bench.counts.predictions)
        .containsEntry(PredictionStatus.JUDGED, 1)
        .containsEntry(PredictionStatus.DUPLICATE, 1);
  }

  @Test
  void aPredictionThatComesTwiceCountsOnce() {
    bench.run(
        8_000,
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.pair(2_300, "a", "t", 0.9, 0.1),
        Events.label(2_500, "a", "bad", 0));
    bench.run(14_000, Events.pair(9_000, "a", "t", 0.9, 0.1));

    assertThat(units(bench.at(13_000))).isEqualTo(1);
    assertThat(count(bench.at(13_000), "right candidate only")).isEqualTo(1);
    assertThat(bench.counts.predictions).containsEntry(PredictionStatus.DUPLICATE, 2);
  }

  @Test
  void aShadowWithinItsDeadlineCountsAndALaterOneIsLost() {
    bench.run(
        9_000,
        Events.awaiting(2_000, "a", "t", 0.1),
        Events.awaiting(2_000, "b", "t", 0.1),
        Events.awaiting(2_000, "c", "t", 0.1),
        Events.shadow(3_000, "a", "t", 0.9),
        Events.shadow(3_001, "b", "t", 0.9),
        Events.label(2_500, "a", "bad", 0),
        Events.label(2_500, "b", "bad", 0),
        Events.label(2_500, "c", "bad", 0));

    assertThat(units(bench.at(8_000))).isEqualTo(1);
    assertThat(count(bench.at(8_000), "lost")).isEqualTo(2);
  }

  @Test
  void aShadowThatOvertookItsPredictionCounts() {
    bench.run(
        9_000,
        Events.shadow(1_990, "a", "t", 0.9),
        Events.awaiting(2_000, "a", "t", 0.1),
        Events.label(2_500, "a", "bad", 0));

    assertThat(units(bench.at(8_000))).isEqualTo(1);
  }

  @Test
  void aShadowOfAnotherTestOrASecondOneIsIgnored() {
    bench.run(
        9_000,
        Events.awaiting(2_000, "a", "t", 0.1),
        Events.awaiting(2_000, "b", "t", 0.1),
        Events.shadow(2_100, "a", "other", 0.9),
        Events.shadow(2_100, "b", "t", 0.9),
        Events.shadow(2_200, "b", "t", 0.1),
        Events.label(2_500, "a", "bad", 0),
        Events.label(2_500, "b", "bad", 0));

    assertThat(count(bench.at(8_000), "lost")).isEqualTo(1);
    assertThat(count(bench.at(8_000), "right candidate only")).isEqualTo(1);
    assertThat(bench.counts.shadows)
        .containsEntry(ShadowStatus.KEPT, 2)
        .containsEntry(ShadowStatus.DUPLICATE, 1);
  }

  @Test
  void aShadowThatComesAfterTheVerdictOnItsPredictionIsCountedAsLate() {
    bench.run(9_000, Events.awaiting(2_000, "a", "t", 0.1), Events.label(2_500, "a", "bad", 0));

    bench.run(20_000, Events.shadow(15_000, "a", "t", 0.9));

    assertThat(bench.counts.shadows).containsOnly(Map.entry(ShadowStatus.LATE, 1));
  }

  @Test
  void tooManyRowsPinnedVersionsAndOtherTrafficAreNotJudged() {
    bench.run(
        9_000,
        Events.prediction(2_000, Events.logged("a", "t").setRows(129)),
        Events.prediction(2_000, Events.logged("b", "t").setPinned(true)),
        Events.prediction(2_000, Events.logged("c", "").setMode(RouteMode.SINGLE)),
        Events.label(2_500, "c", "bad", 0));

    assertThat(bench.counts.predictions)
        .containsEntry(PredictionStatus.NOT_JUDGED, 2)
        .containsEntry(PredictionStatus.UNTESTED, 1);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.MATCHED, 1);
    assertThat(count(bench.at(8_000), "complete")).isZero();
  }

  @Test
  void aPredictionThatContradictsTheDefinitionIsRefusedAndCounted() {
    bench.run(
        9_000,
        Events.prediction(2_000, Events.logged("a", "t").setMode(RouteMode.SPLIT)),
        Events.prediction(2_000, Events.logged("b", "t").setModel("other")),
        Events.prediction(2_000, Events.logged("c", "t").setArm("2")),
        Events.prediction(2_000, Events.logged("d", "t").setEpoch(9)));

    long refused =
        bench.at(8_000).getEvidence().getCountsList().stream()
            .filter(count -> count.getName().equals("refused"))
            .mapToLong(Count::getValue)
            .sum();
    assertThat(refused).isEqualTo(4);
  }

  @Test
  void aRecordThatIsNoEventStillMovesTheClockAndNothingElse() {
    bench.feed(0, new Events.Entry(true, 500, null, null));
    bench.feed(0, new Events.Entry(false, 500, new byte[] {1}, new byte[] {9, 9}));
    bench.run(
        4_000,
        Events.prediction(2_000, Events.logged("../x", "t")),
        new Events.Entry(true, 2_100, new byte[] {1}, Events.pair(0, "a", "t", 0.1, 0.9).value()),
        Events.outcome(2_200, OutcomeObserved.newBuilder().setPredictionId("a").setName("status")),
        Events.outcome(
            2_200,
            OutcomeObserved.newBuilder()
                .setPredictionId("a")
                .setName("status")
                .setValue(OutcomeValue.newBuilder().setNumber(Double.NaN))));

    assertThat(bench.evaluations).hasSize(2);
    assertThat(bench.counts.predictions).containsEntry(PredictionStatus.REFUSED, 3);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.REFUSED, 3);
  }

  @Test
  void anOutcomeForAnotherModelIsRefusedInEitherOrder() {
    OutcomeObserved.Builder stray =
        OutcomeObserved.newBuilder()
            .setPredictionId("a")
            .setName("status")
            .setModel("other")
            .setRevision(9)
            .setValue(OutcomeValue.newBuilder().setText("good"));
    bench.run(
        9_000,
        Events.outcome(1_500, stray),
        Events.label(1_600, "a", "bad", 0),
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.outcome(2_500, stray));

    assertThat(count(bench.at(8_000), "right candidate only")).isEqualTo(1);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.REFUSED, 2);
  }

  @Test
  void numbersAndTruthValuesAreLabelsToo() {
    Bench other = new Bench(1);
    var test = Plans.shadow("n");
    test.getMeaningBuilder().setPositive("1").setNegative("0");
    other.define(test, 1_000);
    other.run(
        9_000,
        Events.pair(2_000, "a", "n", 0.1, 0.9),
        Events.pair(2_000, "b", "n", 0.1, 0.9),
        Events.outcome(2_500, value("a").setValue(OutcomeValue.newBuilder().setNumber(1))),
        Events.outcome(2_500, value("b").setValue(OutcomeValue.newBuilder().setNumber(0))));

    assertThat(count(other.at(8_000), "right candidate only")).isEqualTo(1);
    assertThat(count(other.at(8_000), "right current only")).isEqualTo(1);
  }

  @Test
  void whatIsNoValueOfTheOutcomeIsNoLabelAndCounted() {
    bench.run(
        9_000,
        Events.label(1_900, "d", "excellent", 0),
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.pair(2_000, "b", "t", 0.1, 0.9),
        Events.pair(2_000, "c", "t", 0.1, 0.9),
        Events.pair(2_000, "d", "t", 0.1, 0.9),
        Events.label(2_500, "a", "Bad", 0),
        Events.label(2_500, "b", "good", 0),
        Events.outcome(
            2_500, value("c").setName("sttus").setValue(OutcomeValue.newBuilder().setText("bad"))));

    assertThat(count(bench.at(8_000), "unlabelled")).isEqualTo(3);
    assertThat(count(bench.at(8_000), "right current only")).isEqualTo(1);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.UNUSABLE, 3);
  }

  private static OutcomeObserved.Builder value(String id) {
    return OutcomeObserved.newBuilder().setPredictionId(id).setName("status");
  }

  @Test
  void anOutcomeThatNobodyWaitsForExpiresAndIsCounted() {
    bench.run(62_500, Events.label(2_000, "nobody", "bad", 0));

    assertThat(bench.counts.outcomes)
        .containsEntry(OutcomeStatus.PENDING, 1)
        .containsEntry(OutcomeStatus.UNMATCHED, 1);
  }

  @Test
  void whatExpiredLeavesNothingBehind() {
    bench.run(
        8_000,
        Events.label(2_000, "nobody", "bad", 0),
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.prediction(2_000, Events.logged("c", "")));
    bench.run(200_000);

    assertThat(((TreeTable) bench.tables.getFirst().waiting()).size()).isZero();
    assertThat(((TreeTable) bench.tables.getFirst().index()).size()).isZero();
  }

  @Test
  void aDefinitionThatComesLateOnlyDelaysItsOwnTest() {
    bench.feed(0, Events.pair(2_000, "a", "t", 0.1, 0.9));
    bench.feed(0, Events.pair(2_000, "b", "u", 0.1, 0.9));
    bench.feed(0, Events.label(2_500, "a", "bad", 0));
    bench.run(9_000, Events.label(2_500, "b", "bad", 0), Events.label(5_001, "b", "good", 1));
    int before = bench.evaluations.size();
    bench.define(Plans.shadow("u"), 1_000);
    bench.run(9_000);

    assertThat(before).isEqualTo(7);
    assertThat(bench.evaluations).hasSize(14);
    RolloutEvaluated own = bench.evaluations.get(7 + 3);
    assertThat(own.getTestId()).isEqualTo("u");
    assertThat(own.getLogTimeMs()).isEqualTo(5_000);
    assertThat(count(own, "right candidate only")).isEqualTo(1);
  }

  @Test
  void aPredictionWhoseTestIsNeverDefinedIsGivenUpInTheEnd() {
    bench.run(10_000, Events.pair(2_000, "a", "unheard-of", 0.1, 0.9));
    bench.run(4_000_000);

    assertThat(bench.counts.predictions).containsEntry(PredictionStatus.UNDEFINED, 1);
  }

  @Test
  void aBrokersClockThatRunsBackwardsDoesNotTurnTimeBack() {
    bench.run(
        9_000,
        Events.tick(true, 2_500),
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.label(2_600, "a", "bad", 0));

    assertThat(units(bench.at(5_000))).isZero();
    assertThat(units(bench.at(6_000))).isEqualTo(1);
  }

  @Test
  void afterItsLastWordTheJudgeIsSilentAndTheJoinForgetsTheTest() {
    for (int i = 0; i < 60; i++) {
      bench.feed(
          0,
          Events.prediction(
              2_000,
              Events.logged("p" + i, "t")
                  .addScores(Events.answered("1", 0.9))
                  .addScores(Events.with("2", ScoreStatus.FAILED))));
    }
    bench.run(9_000, Events.pair(8_000, "late", "t", 0.1, 0.9));
    bench.run(20_000);
    bench.run(30_000, Events.pair(21_000, "later", "t", 0.1, 0.9));

    RolloutEvaluated last = bench.evaluations.getLast();
    assertThat(last.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(last.getLogTimeMs()).isEqualTo(5_000);
    assertThat(bench.counts.predictions).containsEntry(PredictionStatus.UNTESTED, 1);
    assertThat(bench.undelivered.getFirst()).isEmpty();
  }

  @Test
  void aDayWithoutTrafficCostsOneReport() {
    Bench idle = new Bench(1);
    var test = Plans.shadow("t");
    test.getPolicyBuilder().setMaximumDurationMs(0);
    idle.define(test, 1_000);
    idle.feed(0, Events.tick(true, 900));
    idle.feed(0, Events.tick(false, 900));
    idle.feed(0, Events.tick(true, 86_400_001));
    idle.feed(0, Events.tick(false, 86_400_001));
    idle.advance(0, 1_000);

    assertThat(idle.undelivered.getFirst()).hasSize(1);
    idle.settle();
    assertThat(idle.evaluations).hasSize(86_400 - 1);
  }

  @Test
  void aTestThatWasOverBeforeTheLogBeginsIsNotJudged() {
    long day = 24L * 60 * 60 * 1_000;
    bench.feed(0, Events.tick(true, 3 * day));
    bench.feed(0, Events.tick(false, 3 * day));
    bench.run(3 * day + 9_000);

    assertThat(bench.evaluations).isEmpty();
  }

  @Test
  void inASplitTheAssignedArmAnswersForItself() {
    Bench split = new Bench(1);
    split.define(Plans.split("s"), 1_000);
    split.run(
        9_000,
        assigned("a", "2"),
        assigned("b", "1"),
        Events.prediction(
            2_000,
            SplitEvents.arm("c", "s", "2")
                .setAnsweredBy("1")
                .addScores(Events.with("2", ScoreStatus.FAILED))
                .addScores(Events.answered("1", 0.9))),
        Events.prediction(2_000, SplitEvents.logged("d", "s", "3", 0.9)),
        Events.label(2_500, "a", "bad", 0),
        Events.label(2_500, "b", "good", 0),
        Events.label(2_500, "c", "bad", 0));

    RolloutEvaluated evaluation = split.at(8_000);
    assertThat(count(evaluation, "share 0.5 candidate assigned")).isEqualTo(2);
    assertThat(count(evaluation, "share 0.5 candidate right")).isEqualTo(1);
    assertThat(count(evaluation, "share 0.5 candidate errors")).isEqualTo(1);
    assertThat(count(evaluation, "share 0.5 current wrong")).isEqualTo(1);
    assertThat(evaluation.getEvidence().getGuards(0).getCandidateEvents()).isEqualTo(1);
  }

  private static Events.Entry assigned(String id, String version) {
    return Events.prediction(2_000, SplitEvents.logged(id, "s", version, 0.9));
  }
}
