package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.Side;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final long BEGIN = 1_000_500;
  private static final Scored RIGHT = new Scored(ScoreStatus.ANSWERED, 0.9, 1_000);
  private static final Scored WRONG = new Scored(ScoreStatus.ANSWERED, 0.1, 1_000);
  private static final Scored FAILED = new Scored(ScoreStatus.FAILED, Double.NaN, 1_000);
  private static final Scored SHED = new Scored(ScoreStatus.SHED, Double.NaN, 0);
  private static final Scored SLOW = new Scored(ScoreStatus.ANSWERED, 0.9, 60_000);

  private static RolloutEvaluated judge(TestDefinition.Builder test, Tally tally, long afterMs) {
    long now = BEGIN + 500 + afterMs;
    TestPlan plan = Plans.plan(test);
    Stand stand = new Stand(BEGIN, now, now - 100);
    RolloutEvaluated evaluation = Judge.evaluate(plan, tally, stand);
    // Whoever asks for less gets the same.
    assertThat(Judge.verdict(plan, tally, stand)).isEqualTo(evaluation.getVerdict());
    assertThat(Judge.logEs(plan, tally).better())
        .isEqualTo(evaluation.getEvidence().getPrimary().getBetter().getValue());
    assertThat(Judge.logEs(plan, tally).worse())
        .isEqualTo(evaluation.getEvidence().getPrimary().getWorse().getValue());
    return evaluation;
  }

  /** Builds a tally from groups of equal units. */
  private static final class Counting {
    private final TestPlan plan;
    private Tally tally = Tally.EMPTY;

    Counting(TestDefinition.Builder test) {
      this.plan = Plans.plan(test);
    }

    Counting pairs(int times, Scored current, Scored candidate, Boolean positive) {
      for (int i = 0; i < times; i++) {
        tally = tally.plus(plan, new JudgedUnit.Pair(0, current, candidate, positive));
      }
      return this;
    }

    Counting units(int times, boolean toCandidate, Scored scored, Boolean positive) {
      for (int i = 0; i < times; i++) {
        tally = tally.plus(plan, new JudgedUnit.Assigned(0, 0.5, toCandidate, scored, positive));
      }
      return this;
    }
  }

  private static Counting shadow() {
    return new Counting(Plans.shadow("t"));
  }

  private static Counting split() {
    return new Counting(Plans.split("t"));
  }

  @Test
  void aBetterCandidateIsPromotedOnceItsGuardsAreProven() {
    Tally tally = shadow().pairs(900, RIGHT, RIGHT, true).pairs(60, WRONG, RIGHT, true).tally;

    RolloutEvaluated evaluation = judge(Plans.shadow("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(evaluation.getBlockingList()).isEmpty();
    assertThat(evaluation.getReason()).startsWith("The candidate is better: accuracy 1.0000");
    assertThat(evaluation.getEvidence().getUnits()).isEqualTo(960);
    assertThat(evaluation.getEvidence().getPrimary().getEffect()).isEqualTo(60.0 / 960);
    assertThat(evaluation.getEvidence().getPrimary().getLower()).isPositive();
    assertThat(evaluation.getEvidence().getPrimary().getBetter().getNeeded())
        .isCloseTo(Math.log(20), within(1e-12));
    assertThat(evaluation.getNumber()).isEqualTo(60);
  }

  @Test
  void anyoneCanComputeTheEvidenceAgainFromTheCounts() {
    Tally tally =
        shadow()
            .pairs(300, RIGHT, RIGHT, true)
            .pairs(40, WRONG, RIGHT, true)
            .pairs(20, RIGHT, WRONG, true)
            .tally;

    RolloutEvaluated evaluation = judge(Plans.shadow("t"), tally, 60_000);

    var counts =
        evaluation.getEvidence().getCountsList().stream()
            .collect(Collectors.toMap(Count::getName, Count::getValue));
    CellBetting cells =
        CellBetting.of(
            new Cell(1, counts.get("epoch 0 right candidate only")),
            new Cell(-1, counts.get("epoch 0 right current only")),
            new Cell(0, counts.get("epoch 0 right both") + counts.get("epoch 0 right neither")));
    assertThat(evaluation.getEvidence().getPrimary().getBetter().getValue())
        .isEqualTo(cells.logE(0, Side.GREATER));
    assertThat(evaluation.getEvidence().getPrimary().getFutile().getValue())
        .isEqualTo(cells.logE(0.01, Side.LESS));
  }

  @Test
  void tooFewUnitsOrTooLittleTimeBlockAPromotionAndSaySo() {
    Tally few = shadow().pairs(50, WRONG, RIGHT, true).tally;
    Tally enough = shadow().pairs(900, RIGHT, RIGHT, true).pairs(60, WRONG, RIGHT, true).tally;

    RolloutEvaluated early = judge(Plans.shadow("t"), enough, 3_000);
    RolloutEvaluated small = judge(Plans.shadow("t"), few, 60_000);

    assertThat(early.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(early.getBlockingList()).containsExactly("the test has run 3 s of at least 5 s");
    assertThat(small.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(small.getBlockingList().getFirst())
        .isEqualTo(
            "50 of at least 200 requests scored by both versions with a known outcome or the same answer");
  }

  @Test
  void aCandidateThatIsBetterButNotProvenSafeWaits() {
    Tally tally =
        shadow()
            .pairs(150, RIGHT, RIGHT, true)
            .pairs(60, WRONG, RIGHT, true)
            .pairs(4, RIGHT, FAILED, true)
            .tally;

    RolloutEvaluated evaluation = judge(Plans.shadow("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(evaluation.getBlockingList())
        .anySatisfy(sentence -> assertThat(sentence).contains("its errors are within the margin"));
  }

  @Test
  void aGuardThatIsNotRequiredBlocksNothingButMayRollBack() {
    TestDefinition.Builder test = Plans.shadow("t");
    test.getGuardsBuilder(0).setRequired(false);
    Tally fewErrors =
        shadow()
            .pairs(400, RIGHT, RIGHT, true)
            .pairs(60, WRONG, RIGHT, true)
            .pairs(8, RIGHT, FAILED, true)
            .tally;
    Tally manyErrors = shadow().pairs(400, RIGHT, RIGHT, true).pairs(60, RIGHT, FAILED, null).tally;

    assertThat(judge(test, fewErrors, 60_000).getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(judge(test, manyErrors, 60_000).getVerdict()).isEqualTo(Verdict.ROLLBACK);
  }

  @Test
  void aHarmedGuardRollsBackAtOnceEvenOnDoubtfulData() {
    Tally tally = shadow().pairs(40, RIGHT, FAILED, null).tally;

    RolloutEvaluated evaluation = judge(Plans.shadow("t"), tally, 1_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(evaluation.getReason()).contains("40 errors against 0 of current");
    assertThat(evaluation.getEvidence().getHealth().getHealthy()).isFalse();
    assertThat(evaluation.getEvidence().getGuards(0).getHarm().getNeeded())
        .isCloseTo(Math.log(3 / 0.05), within(1e-12));
  }

  @Test
  void slowAnswersRollBackToo() {
    Tally tally = shadow().pairs(200, RIGHT, RIGHT, true).pairs(60, RIGHT, SLOW, true).tally;

    RolloutEvaluated evaluation = judge(Plans.shadow("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(evaluation.getReason()).contains("60 slow answers");
  }

  @Test
  void aWorseCandidateIsRolledBackOnceThereAreEnoughUnits() {
    Tally few = shadow().pairs(100, RIGHT, WRONG, true).tally;
    Tally enough = shadow().pairs(150, RIGHT, RIGHT, true).pairs(100, RIGHT, WRONG, true).tally;

    assertThat(judge(Plans.shadow("t"), few, 60_000).getVerdict()).isEqualTo(Verdict.CONTINUE);
    RolloutEvaluated evaluation = judge(Plans.shadow("t"), enough, 1_000);
    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(evaluation.getReason()).startsWith("The candidate is worse");
  }

  @Test
  void equalVersionsEndAsFutile() {
    Tally tally = shadow().pairs(3_000, RIGHT, RIGHT, true).tally;

    RolloutEvaluated evaluation = judge(Plans.shadow("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.STOP_FUTILE);
    assertThat(evaluation.getReason()).startsWith("A gain of 0.0100 or more is ruled out");
  }

  @Test
  void nonInferiorityKnowsNoFutility() {
    Tally tally = split().units(3_000, true, RIGHT, true).units(3_000, false, RIGHT, true).tally;

    RolloutEvaluated evaluation = judge(Plans.split("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(evaluation.getEvidence().getPrimary().hasFutile()).isFalse();
    assertThat(evaluation.getEvidence().getUnitsCandidate()).isEqualTo(3_000);
  }

  @Test
  void withoutProofTheEndOfTimeOrUnitsIsInconclusive() {
    TestDefinition.Builder bounded = Plans.shadow("t");
    bounded.getPolicyBuilder().setMaximumUnits(220);
    Tally tally = shadow().pairs(214, RIGHT, RIGHT, true).pairs(6, WRONG, RIGHT, true).tally;

    assertThat(judge(Plans.shadow("t"), tally, 60_000).getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(judge(Plans.shadow("t"), tally, 600_000).getVerdict())
        .isEqualTo(Verdict.STOP_INCONCLUSIVE);
    assertThat(judge(bounded, tally, 60_000).getVerdict()).isEqualTo(Verdict.STOP_INCONCLUSIVE);
  }

  @Test
  void missingOutcomesHoldTheVerdictAndInTheEndInvalidateTheTest() {
    Tally tally = shadow().pairs(900, WRONG, RIGHT, true).pairs(200, WRONG, RIGHT, null).tally;

    RolloutEvaluated evaluation = judge(Plans.shadow("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.HOLD);
    assertThat(evaluation.getBlockingList())
        .containsExactly(
            "only 81.8 % of the requests on which the versions disagree have a known outcome, at"
                + " least 90.0 % are needed");
    assertThat(judge(Plans.shadow("t"), tally, 700_000).getVerdict())
        .isEqualTo(Verdict.STOP_INVALID);
  }

  @Test
  void incompletePairsHoldTheVerdict() {
    Tally tally = shadow().pairs(900, WRONG, RIGHT, true).pairs(200, WRONG, SHED, true).tally;

    RolloutEvaluated evaluation = judge(Plans.shadow("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.HOLD);
    assertThat(evaluation.getReason()).contains("comparisons are complete");
  }

  @Test
  void aCapThatCutsManyLossesHoldsTheVerdict() {
    TestDefinition.Builder test = Plans.byLogLoss(Plans.shadow("t"));
    test.getPrimaryBuilder().setCap(1);
    Tally tally =
        new Counting(test).pairs(900, RIGHT, RIGHT, true).pairs(60, WRONG, RIGHT, true).tally;

    RolloutEvaluated evaluation = judge(test, tally, 60_000);

    assertThat(evaluation.getEvidence().getPrimary().getClipped()).isEqualTo(60);
    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.HOLD);
  }

  @Test
  void silenceHoldsTheVerdict() {
    Tally tally = shadow().pairs(900, RIGHT, RIGHT, true).pairs(60, WRONG, RIGHT, true).tally;
    TestPlan plan = Plans.plan(Plans.shadow("t"));
    long now = BEGIN + 400_500;

    RolloutEvaluated evaluation = Judge.evaluate(plan, tally, new Stand(BEGIN, now, now - 300_001));

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.HOLD);
    assertThat(evaluation.getReason()).contains("no prediction of this test for 5 min");
  }

  @Test
  void anUnplannedRatioOfTheArmsHoldsTheVerdict() {
    Tally tally = split().units(700, true, RIGHT, true).units(400, false, RIGHT, true).tally;

    RolloutEvaluated evaluation = judge(Plans.split("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.HOLD);
    assertThat(evaluation.getReason()).contains("700 to the candidate, 400 to current");
  }

  @Test
  void outcomesThatAreMissingInOneArmHoldTheVerdict() {
    Tally tally =
        split()
            .units(950, true, RIGHT, true)
            .units(50, true, RIGHT, null)
            .units(1_000, false, RIGHT, true)
            .tally;

    RolloutEvaluated evaluation = judge(Plans.split("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.HOLD);
    assertThat(evaluation.getReason()).contains("outcomes are missing more often in one arm");
  }

  @Test
  void inASplitErrorsOfTheCandidateRollBack() {
    Tally tally =
        split()
            .units(500, true, RIGHT, true)
            .units(40, true, FAILED, true)
            .units(540, false, RIGHT, true)
            .tally;

    RolloutEvaluated evaluation = judge(Plans.split("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(evaluation.getEvidence().getGuards(0).getCandidateEvents()).isEqualTo(40);
  }

  @Test
  void aWorseCandidateInASplitIsRolledBack() {
    Tally tally =
        split()
            .units(500, true, RIGHT, true)
            .units(500, true, WRONG, true)
            .units(900, false, RIGHT, true)
            .units(100, false, WRONG, true)
            .tally;

    RolloutEvaluated evaluation = judge(Plans.split("t"), tally, 60_000);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(evaluation.getEvidence().getPrimary().getEffect()).isCloseTo(-0.4, within(1e-9));
  }

  @Test
  void logLossFindsTheBetterProbabilitiesInShadowAndSplit() {
    TestDefinition.Builder paired = Plans.byLogLoss(Plans.shadow("t"));
    TestDefinition.Builder halved = Plans.byLogLoss(Plans.split("t"));
    Counting pairs = new Counting(paired);
    Counting arms = new Counting(halved);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 6_000; i++) {
      boolean positive = random.nextDouble() < 0.3;
      Scored vague = new Scored(ScoreStatus.ANSWERED, 0.5, 1_000);
      Scored sharp = new Scored(ScoreStatus.ANSWERED, positive ? 0.6 : 0.3, 1_000);
      pairs.pairs(1, vague, sharp, positive);
      boolean toCandidate = random.nextBoolean();
      arms.units(1, toCandidate, toCandidate ? sharp : vague, positive);
    }

    RolloutEvaluated shadow = judge(paired, pairs.tally, 60_000);
    RolloutEvaluated split = judge(halved, arms.tally, 60_000);

    assertThat(shadow.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(split.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(split.getEvidence().getPrimary().getEffect())
        .isCloseTo(shadow.getEvidence().getPrimary().getEffect(), within(0.03));
    assertThat(shadow.getEvidence().getSumsList()).isNotEmpty();
  }

  @Test
  void withoutAnyTrafficTheJudgeGoesOnAndLaterHolds() {
    assertThat(judge(Plans.split("t"), Tally.EMPTY, 1_000).getVerdict())
        .isEqualTo(Verdict.CONTINUE);
    TestPlan plan = Plans.plan(Plans.shadow("t"));
    assertThat(Judge.evaluate(plan, Tally.EMPTY, new Stand(BEGIN, BEGIN + 301_500, 0)).getVerdict())
        .isEqualTo(Verdict.HOLD);
  }

  @Test
  void aTestIsJudgedAtWholeSecondsAfterItsBegin() {
    assertThat(Stand.firstSecond(1_000)).isEqualTo(2_000);
    assertThat(new Stand(1_000, 2_000, 0).number()).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> new Stand(1_000, 2_500, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Stand(1_000, 1_000, 0));
  }

  @Test
  void aPromotionEndsARampOnlyOnceItsLastShareIsLive() {
    var ramp = Plans.split("ramp");
    ramp.clearEpochs()
        .addEpochs(Epoch.newBuilder().setNumber(0).setShare(0.1))
        .addEpochs(Epoch.newBuilder().setNumber(1).setShare(0.5));
    TestPlan plan = Plans.plan(ramp);

    assertThat(Judge.ends(plan, said(Verdict.PROMOTE, 0))).isFalse();
    assertThat(Judge.ends(plan, said(Verdict.PROMOTE, 1))).isTrue();
    assertThat(Judge.ends(plan, said(Verdict.ROLLBACK, 0))).isTrue();
    assertThat(Judge.ends(plan, said(Verdict.HOLD, 1))).isFalse();
    assertThat(Judge.ends(Plans.plan(Plans.shadow("shadow")), said(Verdict.PROMOTE, 0))).isTrue();
  }

  private static RolloutEvaluated said(Verdict verdict, int epoch) {
    return RolloutEvaluated.newBuilder().setVerdict(verdict).setEpoch(epoch).build();
  }
}
