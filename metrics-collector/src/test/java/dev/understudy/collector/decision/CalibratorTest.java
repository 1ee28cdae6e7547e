package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.CalibrationPlans;
import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.comparison.Predictions;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TallyCodec;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.Truth;
import dev.understudy.contracts.v1.CalibratedTest;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.contracts.v1.WatchPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a calibration says, against the same figures of the records themselves. */
class CalibratorTest {
  private static final Stand LATE = new Stand(500, 100_000, 99_000);

  private static TestDefinition.Builder amounts(String testId, KpiKind kind) {
    TestDefinition.Builder split = CalibrationPlans.split(testId);
    split.setMeaning(
        OutputMeaning.newBuilder().setTask(Task.REGRESSION).setOutput("amount").setOutcome("paid"));
    split
        .getPrimaryBuilder()
        .setKind(kind)
        .setCap(0)
        .setLine(KpiLine.SUPERIORITY)
        .clearMargin()
        .setMinimumEffect(0.2);
    return split;
  }

  private static TestDefinition.Builder binary(
      TestDefinition.Builder test, KpiKind kind, double minimumEffect) {
    test.getPrimaryBuilder()
        .setKind(kind)
        .setCap(1)
        .setCentre(0)
        .setLine(KpiLine.SUPERIORITY)
        .clearMargin()
        .setMinimumEffect(minimumEffect);
    return test;
  }

  private static Scored answered(double number, long latencyUs) {
    return new Scored(
        ScoreStatus.ANSWERED, new Predictions.Numbers(new double[] {number}), latencyUs, false);
  }

  /** As many readings as the calibration has drafts. */
  private static JudgedUnit unit(TestPlan plan, Scored scored, Truth truth) {
    int drafts = plan.calibrating().drafts().size();
    JudgedUnit.Reading reading = new JudgedUnit.Reading(scored, truth);
    return new JudgedUnit.Measured(0, Collections.nCopies(drafts, reading));
  }

  private static RolloutEvaluated said(TestPlan plan, Tally tally) {
    RolloutEvaluated said = Calibrator.evaluate(plan, tally.calibration(), LATE);
    assertThat(said).isNotNull();
    return said;
  }

  @Test
  void accuracyAndTimesAreThoseOfTheRecords() {
    TestPlan plan = Plans.plan(CalibrationPlans.before("c", CalibrationPlans.split("s")));
    Tally tally = Tally.EMPTY;
    List<Long> latencies = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    int right = 0;
    for (int i = 0; i < 1_000; i++) {
      double score = random.nextDouble();
      boolean positive = random.nextDouble() < score;
      right += (score >= 0.5) == positive ? 1 : 0;
      long latency = 1_000 + random.nextLong(100_000);
      latencies.add(latency);
      tally = tally.plus(plan, unit(plan, answered(score, latency), Truth.ofOne(positive)));
    }

    RolloutEvaluated said = said(plan, tally);

    assertThat(said.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(said.hasEvidence()).isFalse();
    CalibratedTest test = said.getCalibration().getTests(0);
    assertThat(test.getMean()).isCloseTo(right / 1_000.0, within(1e-12));
    assertThat(test.getCap()).isEqualTo(1);
    assertThat(test.getKnownUnits()).isEqualTo(1_000);
    latencies.sort(null);
    assertThat((double) test.getSlowThresholdUs())
        .isBetween((double) latencies.get(949), latencies.get(949) * 1.02 + 1);
    double seconds = (100_000 - 500 - 3_000) / 1_000.0;
    assertThat(said.getCalibration().getUnitsPerDay())
        .isCloseTo(1_000 / seconds * 86_400, within(1e-6));
    assertThat(test.getWordsList()).anyMatch(word -> word.startsWith("accuracy of version 1 is"));
    assertThat(Judge.ends(plan, said)).isTrue();
  }

  @Test
  void aCapIsMeasuredAndTheCentreIsTheMeanBelowIt() {
    TestPlan plan =
        Plans.plan(
            CalibrationPlans.before("c", amounts("a", KpiKind.MAE), amounts("b", KpiKind.RMSE)));
    Tally tally = Tally.EMPTY;
    double[] errors = new double[2_000];
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < errors.length; i++) {
      double truth = 100 * random.nextDouble();
      errors[i] = -5 * Math.log1p(-random.nextDouble());
      tally = tally.plus(plan, unit(plan, answered(truth + errors[i], 900), Truth.of(truth)));
    }

    RolloutEvaluated said = said(plan, tally);

    CalibratedTest mae = said.getCalibration().getTests(0);
    CalibratedTest rmse = said.getCalibration().getTests(1);
    double[] sorted = errors.clone();
    Arrays.sort(sorted);
    assertThat(mae.getCap()).isBetween(sorted[1_989], sorted[1_989] * 1.13);
    assertThat(rmse.getCap())
        .isBetween(Math.pow(sorted[1_989], 2), Math.pow(sorted[1_989], 2) * 1.13);
    double mean = Arrays.stream(errors).map(one -> Math.min(one, mae.getCap())).average().orElse(0);
    assertThat(mae.getMean()).isCloseTo(mean, within(1e-3 * mean));
    assertThat(mae.getClippedShare()).isBetween(0.0, 0.006);
    assertThat(rmse.getExpectedUnits()).isGreaterThan(mae.getExpectedUnits());
  }

  @Test
  void blocksFollowThePrevalenceAndTuningTheSpread() {
    TestDefinition.Builder shadow = binary(Plans.shadow("s"), KpiKind.AUC, 0.03);
    TestDefinition.Builder f1 = binary(Plans.shadow("f"), KpiKind.F1, 0.05);
    TestPlan plan = Plans.plan(CalibrationPlans.before("c", shadow, f1));
    Tally tally = Tally.EMPTY;
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 4_000; i++) {
      boolean positive = i % 50 == 0;
      double score = Math.min(1, (positive ? 0.4 : 0) + 0.6 * random.nextDouble());
      tally = tally.plus(plan, unit(plan, answered(score, 900), Truth.ofOne(positive)));
    }

    RolloutEvaluated said = said(plan, tally);

    CalibratedTest auc = said.getCalibration().getTests(0);
    assertThat(auc.getPrevalence()).isEqualTo(0.02);
    assertThat(auc.getBlockPositives()).isEqualTo(8);
    assertThat(auc.getBlockNegatives()).isEqualTo(128);
    assertThat(auc.getMean()).isBetween(0.9, 1.0);
    assertThat(auc.getTuningUnits()).isPositive();
    assertThat(auc.getExpectedUnits()).isGreaterThanOrEqualTo(30 * 400.0);
    CalibratedTest byF1 = said.getCalibration().getTests(1);
    assertThat(byF1.getBlockPositives()).isZero();
    assertThat(byF1.getTuningUnits()).isEqualTo((long) Math.ceil(byF1.getFixedUnits()));
    assertThat(byF1.getExpectedUnits()).isGreaterThan(byF1.getFixedUnits());
  }

  @Test
  void tooFewPositivesAreWaitedForAndThenItEndsWithoutFigures() {
    TestPlan plan =
        Plans.plan(CalibrationPlans.before("c", binary(Plans.shadow("f"), KpiKind.F1, 0.05)));
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < 500; i++) {
      tally = tally.plus(plan, unit(plan, answered(0.3, 900), Truth.ofOne(i < 29)));
    }

    assertThat(Calibrator.evaluate(plan, tally.calibration(), LATE)).isNull();
    RolloutEvaluated last =
        Calibrator.evaluate(plan, tally.calibration(), new Stand(500, 601_000, 99_000));
    assertThat(last).isNotNull();
    assertThat(last.getVerdict()).isEqualTo(Verdict.STOP_INCONCLUSIVE);
    assertThat(last.getReason()).contains("30 of the rarer outcome", "there are 29");
    assertThat(last.hasCalibration()).isFalse();
  }

  @Test
  void aMarginAboveTheMeasuredCapIsSaidToBeOne() {
    TestDefinition.Builder split = amounts("a", KpiKind.MAE);
    split.getPrimaryBuilder().setMinimumEffect(500);
    TestPlan plan = Plans.plan(CalibrationPlans.before("c", split));
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < 100; i++) {
      tally = tally.plus(plan, unit(plan, answered(i % 7, 900), Truth.of(3)));
    }

    RolloutEvaluated said = said(plan, tally);

    assertThat(said.getVerdict()).isEqualTo(Verdict.STOP_INVALID);
    assertThat(said.getReason()).contains("primary.minimum_effect: 500.0");
  }

  @Test
  void anEffectThatCannotBeHasNoTimeAndSaysSo() {
    TestDefinition.Builder split = binary(CalibrationPlans.split("s"), KpiKind.ACCURACY, 0.3);
    TestPlan plan = Plans.plan(CalibrationPlans.before("c", split));
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < 400; i++) {
      tally = tally.plus(plan, unit(plan, answered(0.9, 900), Truth.ofOne(i % 10 != 0)));
    }

    CalibratedTest test = said(plan, tally).getCalibration().getTests(0);

    assertThat(test.hasExpectedUnits()).isFalse();
    assertThat(test.hasExpectedMs()).isFalse();
    assertThat(test.getWordsList()).anyMatch(word -> word.contains("not that far from perfect"));
  }

  @Test
  void failuresAreTheWorstAndLostOnesAreNobodysFault() {
    TestPlan plan = Plans.plan(CalibrationPlans.before("c", CalibrationPlans.split("s")));
    Scored failed = new Scored(ScoreStatus.FAILED, null, 900, false);
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < 100; i++) {
      tally = tally.plus(plan, unit(plan, answered(0.9, 900), Truth.ofOne(true)));
      tally = tally.plus(plan, unit(plan, failed, Truth.ofOne(true)));
      tally = tally.plus(plan, unit(plan, Scored.LOST, Truth.ofOne(true)));
      tally = tally.plus(plan, unit(plan, answered(0.9, 900), Truth.ofOne(null)));
    }

    RolloutEvaluated said = said(plan, tally);

    assertThat(said.getCalibration().getUnits()).isEqualTo(400);
    assertThat(said.getCalibration().getTests(0).getKnownUnits()).isEqualTo(200);
    assertThat(said.getCalibration().getTests(0).getMean()).isEqualTo(0.5);
  }

  @Test
  void partsOfALogSayTheSameToTheLastBitInAnyOrderAndAfterBeingKept() {
    TestPlan plan = Plans.plan(CalibrationPlans.before("c", amounts("a", KpiKind.MAE)));
    SplittableRandom random = new SplittableRandom(4);
    Tally whole = Tally.EMPTY;
    List<Tally> parts = new ArrayList<>(List.of(Tally.EMPTY, Tally.EMPTY, Tally.EMPTY));
    for (int i = 0; i < 900; i++) {
      Truth truth = i % 9 == 0 ? Truth.of(random.nextDouble(), 4) : Truth.of(random.nextDouble());
      double[] amounts = random.doubles(truth.rows(), 0, 9).toArray();
      Scored scored =
          new Scored(
              ScoreStatus.ANSWERED,
              new Predictions.Numbers(amounts),
              random.nextLong(9_000),
              false);
      JudgedUnit unit = unit(plan, scored, truth);
      whole = whole.plus(plan, unit);
      int part = random.nextInt(3);
      parts.set(part, parts.get(part).plus(plan, unit));
    }

    Tally another =
        Tally.EMPTY.merge(parts.get(2)).merge(kept(parts.get(0))).merge(kept(parts.get(1)));

    assertThat(said(plan, another)).isEqualTo(said(plan, whole));
  }

  private static Tally kept(Tally tally) {
    return TallyCodec.read(TallyCodec.forReport(TallyCodec.write(tally)));
  }

  @Test
  void onlyACalibrationIsSingleAndADraftMustBeATest() {
    TestDefinition.Builder single = Plans.shadow("s").setMode(RouteMode.SINGLE);
    TestDefinition.Builder unfit = CalibrationPlans.split("s");
    unfit.getPrimaryBuilder().setMargin(-1);
    TestDefinition.Builder other = CalibrationPlans.before("c", CalibrationPlans.split("s"));
    other.getCalibrationBuilder().getDraftsBuilder(0).getDefinitionBuilder().setModel("another");

    assertThatThrownBy(() -> Plans.plan(single)).hasMessageContaining("SINGLE is not a test");
    assertThatThrownBy(() -> Plans.plan(CalibrationPlans.before("c", unfit)))
        .hasMessageContaining("calibration.drafts[0].definition.primary.margin");
    assertThatThrownBy(() -> Plans.plan(other))
        .hasMessageContaining("calibration.drafts[0].definition.model");
    assertThatThrownBy(
            () ->
                Plans.plan(
                    CalibrationPlans.before("c", CalibrationPlans.split("s"))
                        .setMode(RouteMode.SHADOW)))
        .hasMessageContaining("compared, not measured");
  }

  @Test
  void aWatchIsWaitedForByNobodyAndTakesTheFiguresOfTheLastTest() {
    TestDefinition.Builder watch =
        CalibrationPlans.split("w")
            .setHorizonMs(90_000_000)
            .setWatch(WatchPolicy.newBuilder().setAlpha(0.01).setSlots(2).setSlotMs(60_000));
    TestDefinition.Builder calibration =
        CalibrationPlans.before("c", CalibrationPlans.split("s"), watch).setHorizonMs(3_000);
    TestPlan plan = Plans.plan(calibration);
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < 200; i++) {
      JudgedUnit.Reading reading =
          new JudgedUnit.Reading(answered(0.9, 900), Truth.ofOne(i % 5 != 0));
      JudgedUnit.Reading unread = new JudgedUnit.Reading(answered(0.9, 900), Truth.ofOne(null));
      tally = tally.plus(plan, new JudgedUnit.Measured(0, List.of(reading, unread)));
    }

    RolloutEvaluated said = said(plan, tally);

    assertThat(said.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(said.getCalibration().getTests(0).getMean()).isEqualTo(0.8);
    CalibratedTest after = said.getCalibration().getTests(1);
    assertThat(after.getTestId()).isEqualTo("w");
    assertThat(after.getWordsList())
        .containsExactly("the watch takes the figures of the last test before it");
    assertThat(after.hasExpectedMs()).isFalse();
  }

  @Test
  void howLongASplitByUnitTakesIsNotForetold() {
    TestPlan plan =
        Plans.plan(CalibrationPlans.before("c", CalibrationPlans.split("s").setByUnit(true)));
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < 200; i++) {
      tally = tally.plus(plan, unit(plan, answered(0.9, 900), Truth.ofOne(i % 5 != 0)));
    }

    CalibratedTest test = said(plan, tally).getCalibration().getTests(0);

    assertThat(test.getMean()).isEqualTo(0.8);
    assertThat(test.hasExpectedUnits()).isFalse();
    assertThat(test.hasExpectedMs()).isFalse();
    assertThat(test.getWordsList()).anyMatch(word -> word.contains("is not foretold"));
  }

  @Test
  void aCapThatIsGivenNeedsNoValues() {
    TestDefinition.Builder split = amounts("a", KpiKind.MAE);
    split.getPrimaryBuilder().setCap(50);
    TestPlan plan = Plans.plan(CalibrationPlans.before("c", split));
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < 100; i++) {
      tally = tally.plus(plan, unit(plan, answered(3, 900), Truth.of(3)));
    }

    assertThat(said(plan, tally).getVerdict()).isEqualTo(Verdict.CONTINUE);
  }

  @Test
  void aGuardThatIsNotSlowNeedsNoThreshold() {
    TestDefinition.Builder split = CalibrationPlans.split("s");
    split.removeGuards(1);
    TestPlan plan = Plans.plan(CalibrationPlans.before("c", split));
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < 100; i++) {
      tally = tally.plus(plan, unit(plan, answered(0.9, 900), Truth.ofOne(i % 2 == 0)));
    }

    assertThat(split.getGuards(0).getKind()).isEqualTo(GuardKind.ERRORS);
    assertThat(said(plan, tally).getCalibration().getTests(0).getSlowThresholdUs()).isZero();
  }
}
