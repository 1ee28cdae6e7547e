package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.LabelDraw;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.contracts.v1.LabelPolicy;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a label that is missing, drawn or selective makes of a verdict. */
class MissingLabelsTest {
  private static final long BEGIN = 1_000_500;
  private static final Scored RIGHT = says(0.9);
  private static final Scored WRONG = says(0.1);
  private static final Scored FAILED = new Scored(ScoreStatus.FAILED, Double.NaN, 1_000);
  private static final LabelPolicy WORST_CASE = LabelPolicy.newBuilder().setWorstCase(true).build();
  private static final LabelPolicy DRAWN =
      LabelPolicy.newBuilder().setLeastProbability(0.2).build();

  private static Scored says(double probability) {
    return new Scored(ScoreStatus.ANSWERED, probability, 1_000);
  }

  private static TestDefinition.Builder shadow(LabelPolicy labels) {
    return Plans.shadow("t").setLabels(labels);
  }

  private static TestDefinition.Builder split(LabelPolicy labels) {
    return Plans.split("t").setLabels(labels);
  }

  private static RolloutEvaluated judge(TestDefinition.Builder test, Tally tally) {
    long now = BEGIN + 60_500;
    return Judge.evaluate(Plans.plan(test), tally, new Stand(BEGIN, now, now - 100));
  }

  private static Tally pairs(
      TestDefinition.Builder test,
      Tally before,
      int times,
      Scored current,
      Scored candidate,
      Boolean positive) {
    TestPlan plan = Plans.plan(test);
    Tally tally = before;
    for (int i = 0; i < times; i++) {
      tally = tally.plus(plan, new JudgedUnit.Pair(0, current, candidate, positive));
    }
    return tally;
  }

  private static Tally units(
      TestDefinition.Builder test,
      Tally before,
      int times,
      boolean toCandidate,
      Scored scored,
      Boolean positive) {
    TestPlan plan = Plans.plan(test);
    Tally tally = before;
    for (int i = 0; i < times; i++) {
      tally = tally.plus(plan, new JudgedUnit.Assigned(0, 0.5, toCandidate, scored, positive));
    }
    return tally;
  }

  @Test
  void inShadowOnlyDisagreementsNeedALabel() {
    TestDefinition.Builder test = Plans.shadow("t");
    Tally tally = pairs(test, Tally.EMPTY, 900, RIGHT, RIGHT, null);
    tally = pairs(test, tally, 60, WRONG, RIGHT, true);

    RolloutEvaluated evaluation = judge(test, tally);

    assertThat(evaluation.getVerdict()).as(evaluation.getReason()).isEqualTo(Verdict.PROMOTE);
    assertThat(evaluation.getEvidence().getUnits()).isEqualTo(960);
    assertThat(evaluation.getEvidence().getPrimary().getEffect()).isEqualTo(60.0 / 960);
    assertThat(evaluation.getEvidence().getHealth().getCoverage()).isEqualTo(1);
  }

  @Test
  void unlabelledDisagreementsHoldTheVerdictHoweverManyAgreementsAreLabelled() {
    TestDefinition.Builder test = Plans.shadow("t");
    Tally tally = pairs(test, Tally.EMPTY, 5_000, RIGHT, RIGHT, true);
    tally = pairs(test, tally, 40, WRONG, RIGHT, true);
    tally = pairs(test, tally, 20, WRONG, RIGHT, null);

    RolloutEvaluated evaluation = judge(test, tally);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.HOLD);
    assertThat(evaluation.getBlockingList().getFirst())
        .isEqualTo(
            "only 66.7 % of the requests on which the versions disagree have a known outcome, at"
                + " least 90.0 % are needed");
  }

  @Test
  void inTheWorstCaseAMissingLabelCountsAgainstAPromotion() {
    TestDefinition.Builder test = shadow(WORST_CASE);
    Tally proven = pairs(test, Tally.EMPTY, 900, RIGHT, RIGHT, null);
    proven = pairs(test, proven, 80, WRONG, RIGHT, true);
    Tally bare = pairs(test, proven, 70, WRONG, RIGHT, null);

    RolloutEvaluated without = judge(test, proven);
    RolloutEvaluated with = judge(test, bare);

    assertThat(without.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(with.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(with.getEvidence().getPrimary().getEffect()).isEqualTo(10.0 / 1_050);
    assertThat(with.getEvidence().getHealth().getCoverage()).isEqualTo(80.0 / 150);
    assertThat(with.getEvidence().getHealth().getHealthy()).isTrue();
    assertThat(with.getReason())
        .contains("at worst a difference of 0.0095 with every missing outcome counted against");
  }

  @Test
  void inTheWorstCaseMissingLabelsNeitherRollBackNorStopAsFutile() {
    TestDefinition.Builder paired = shadow(WORST_CASE);
    TestDefinition.Builder halved = split(WORST_CASE);
    TestDefinition.Builder losses = Plans.byLogLoss(shadow(WORST_CASE));
    TestDefinition.Builder halvedLosses = Plans.byLogLoss(split(WORST_CASE));
    Tally pairs = pairs(paired, Tally.EMPTY, 2_000, WRONG, RIGHT, null);
    Tally lossy = pairs(losses, Tally.EMPTY, 2_000, WRONG, RIGHT, null);
    Tally arms = units(halved, Tally.EMPTY, 2_000, true, RIGHT, null);
    arms = units(halved, arms, 2_000, false, RIGHT, null);
    Tally lossyArms = units(halvedLosses, Tally.EMPTY, 2_000, true, RIGHT, null);
    lossyArms = units(halvedLosses, lossyArms, 2_000, false, RIGHT, null);

    assertThat(judge(paired, pairs).getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(judge(losses, lossy).getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(judge(halved, arms).getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(judge(halvedLosses, lossyArms).getVerdict()).isEqualTo(Verdict.CONTINUE);
  }

  @Test
  void inTheWorstCaseABadCandidateIsRolledBackAllTheSame() {
    TestDefinition.Builder test = split(WORST_CASE);
    Tally tally = units(test, Tally.EMPTY, 900, true, WRONG, true);
    tally = units(test, tally, 100, true, WRONG, null);
    tally = units(test, tally, 900, false, RIGHT, true);
    tally = units(test, tally, 100, false, RIGHT, null);

    assertThat(judge(test, tally).getVerdict()).isEqualTo(Verdict.ROLLBACK);
  }

  @Test
  void inTheWorstCaseAFailureIsWrongWhateverTheLabel() {
    TestDefinition.Builder test = split(WORST_CASE);

    Tally tally = units(test, Tally.EMPTY, 10, false, FAILED, null);

    var current = tally.arms().firstEntry().getValue().current();
    assertThat(current.wrong()).isEqualTo(10);
    assertThat(current.unlabelled()).isZero();
  }

  @Test
  void withoutAPolicyLabelsThatFollowTheAnswerFoolTheJudgeAndTheWorstCaseDoesNot() {
    // Both versions are right in 80 %; of the candidate's errors one in three is never labelled.
    TestDefinition.Builder naive = split(LabelPolicy.getDefaultInstance());
    naive.getPolicyBuilder().setMinimumCoverage(0).setAlphaHealth(1e-300);
    naive.getPrimaryBuilder().setMargin(0.001);
    TestDefinition.Builder careful = naive.clone().setLabels(WORST_CASE);
    Tally fooled = Tally.EMPTY;
    Tally safe = Tally.EMPTY;
    for (TestDefinition.Builder test : List.of(naive, careful)) {
      Tally tally = units(test, Tally.EMPTY, 8_000, true, RIGHT, true);
      tally = units(test, tally, 1_333, true, WRONG, true);
      tally = units(test, tally, 667, true, WRONG, null);
      tally = units(test, tally, 8_000, false, RIGHT, true);
      tally = units(test, tally, 2_000, false, WRONG, true);
      if (test == naive) {
        fooled = tally;
      } else {
        safe = tally;
      }
    }

    assertThat(judge(naive, fooled).getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(judge(careful, safe).getVerdict()).isEqualTo(Verdict.CONTINUE);
  }

  @Test
  void drawnLabelsGiveTheEffectOfAll() {
    for (boolean byLoss : new boolean[] {false, true}) {
      TestDefinition.Builder paired = shadow(DRAWN);
      TestDefinition.Builder halved = split(DRAWN);
      if (byLoss) {
        paired = Plans.byLogLoss(paired);
        halved = Plans.byLogLoss(halved);
      }
      RolloutEvaluated shadow = judge(paired, drawn(paired, true, 40_000));
      RolloutEvaluated split = judge(halved, drawn(halved, false, 40_000));

      double truth = byLoss ? 0.1 * (-Math.log(0.1) + Math.log(0.9)) : 0.1;
      assertThat(shadow.getVerdict()).as(shadow.getReason()).isEqualTo(Verdict.PROMOTE);
      assertThat(shadow.getEvidence().getPrimary().getEffect())
          .isCloseTo(truth, within(0.1 * truth));
      assertThat(split.getEvidence().getPrimary().getEffect())
          .isCloseTo(truth, within(0.35 * truth));
      assertThat(split.getEvidence().getPrimary().getCandidateMean())
          .isCloseTo(shadow.getEvidence().getPrimary().getCandidateMean(), within(0.05));
      assertThat(shadow.getEvidence().getHealth().getCoverage()).isGreaterThan(0.95);
      assertThat(shadow.getReason()).contains("outcomes drawn with known probability");
    }
  }

  /**
   * Current is right in 80 %, the candidate in 90 %; errors are labelled more often than the rest.
   */
  private static Tally drawn(TestDefinition.Builder test, boolean paired, int requests) {
    TestPlan plan = Plans.plan(test);
    SplittableRandom random = new SplittableRandom(3);
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < requests; i++) {
      Scored current = i % 10 < 2 ? WRONG : RIGHT;
      Scored candidate = i % 10 < 1 ? WRONG : RIGHT;
      boolean toCandidate = random.nextBoolean();
      Scored assigned = toCandidate ? candidate : current;
      double q = (paired ? current : assigned) == WRONG ? 0.8 : 0.3;
      boolean labelled = random.nextDouble() < q;
      Boolean positive = labelled ? true : null;
      LabelDraw draw = labelled ? new LabelDraw(q, false) : LabelDraw.CERTAIN;
      tally =
          tally.plus(
              plan,
              paired
                  ? new JudgedUnit.Pair(0, current, candidate, positive, draw)
                  : new JudgedUnit.Assigned(0, 0.5, toCandidate, assigned, positive, draw));
    }
    return tally;
  }

  @Test
  void drawnLabelsThatNeverCameAreNoEvidenceOfEquality() {
    TestDefinition.Builder test = split(DRAWN);
    Tally tally = units(test, Tally.EMPTY, 3_000, true, WRONG, null);
    tally = units(test, tally, 3_000, false, RIGHT, null);

    RolloutEvaluated evaluation = judge(test, tally);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.HOLD);
    assertThat(evaluation.getBlockingList().getFirst())
        .startsWith("the outcomes that came stand for only 0.0 % of the requests");
  }

  @Test
  void equalVersionsWithDrawnLabelsAreRarelyCalledBetter() {
    TestDefinition.Builder test = shadow(DRAWN);
    TestPlan plan = Plans.plan(test);
    int runs = 300;
    int promoted = 0;
    for (int run = 0; run < runs; run++) {
      SplittableRandom random = new SplittableRandom(run);
      Tally tally = Tally.EMPTY;
      boolean crossed = false;
      for (int i = 0; i < 600; i++) {
        boolean labelled = random.nextDouble() < 0.2;
        boolean candidateRight = random.nextBoolean();
        tally =
            tally.plus(
                plan,
                new JudgedUnit.Pair(
                    0,
                    candidateRight ? WRONG : RIGHT,
                    candidateRight ? RIGHT : WRONG,
                    labelled ? true : null,
                    labelled ? new LabelDraw(0.2, false) : LabelDraw.CERTAIN));
        crossed |=
            i % 10 == 9
                && tally.allPairs().loss().better().logE()
                    >= Math.log(1 / plan.policy().getAlphaPromote());
      }
      promoted += crossed ? 1 : 0;
    }

    // At most 5 % at any look; 15 of 300 is expected at most, 30 would be four deviations above.
    assertThat(promoted).isLessThan(30);
  }

  @Test
  void aSelectiveComparisonSaysWhomItHoldsFor() {
    LabelPolicy selective = LabelPolicy.newBuilder().setSelective(true).build();
    TestDefinition.Builder test = shadow(selective);
    Tally tally = pairs(test, Tally.EMPTY, 900, WRONG, WRONG, false);
    tally = pairs(test, tally, 60, WRONG, RIGHT, true);
    tally = pairs(test, tally, 500, RIGHT, WRONG, null);

    RolloutEvaluated evaluation = judge(test, tally);

    assertThat(evaluation.getVerdict()).as(evaluation.getReason()).isEqualTo(Verdict.PROMOTE);
    assertThat(evaluation.getEvidence().getUnits()).isEqualTo(960);
    assertThat(evaluation.getEvidence().getPopulation())
        .startsWith("only requests that current approved, by predicting not bad");
    assertThat(evaluation.getReason()).contains("only requests that current approved");
    assertThat(judge(Plans.shadow("t"), Tally.EMPTY).getEvidence().getPopulation()).isEmpty();
  }
}
