package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.KpiPlans;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.comparison.Predictions;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.Truth;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.AsympCs;
import dev.understudy.collector.statistics.AucBlocks;
import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.ConfusionCube;
import dev.understudy.collector.statistics.ConfusionTable;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.collector.statistics.LatencyHistogram;
import dev.understudy.collector.statistics.Moments;
import dev.understudy.collector.statistics.PairedRegression;
import dev.understudy.collector.statistics.RatioMetric;
import dev.understudy.collector.statistics.ScoredPair;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.CellCounts;
import dev.understudy.contracts.v1.EvidenceKind;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.KpiEvidence;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.LatencyQuantile;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the judge makes of every KPI: the figures are computed here a second time, by hand. */
class KpiJudgeTest {
  private static final long BEGIN = 1_000_500;

  /** Counts units and has them judged a minute after the begin. */
  private static final class Counting {
    final TestPlan plan;
    Tally tally = Tally.EMPTY;

    Counting(TestDefinition.Builder test) {
      this.plan = Plans.plan(test);
    }

    void pair(Scored current, Scored candidate, double... truth) {
      tally = tally.plus(plan, new JudgedUnit.Pair(0, current, candidate, Truth.of(truth), 0));
    }

    void unit(double share, boolean toCandidate, Scored scored, double... truth) {
      tally =
          tally.plus(
              plan, new JudgedUnit.Assigned(0, share, toCandidate, scored, Truth.of(truth), 0));
    }

    Scored says(double... values) {
      return Scored.answered(plan, new Predictions.Numbers(values), values.length, 1_000);
    }

    Scored names(int... classes) {
      return Scored.answered(plan, new Predictions.Named(classes), classes.length, 1_000);
    }

    RolloutEvaluated judged() {
      long now = BEGIN + 60_500;
      return Judge.evaluate(plan, tally, new Stand(BEGIN, now, now - 100));
    }

    KpiEvidence evidence() {
      return judged().getEvidence().getPrimary();
    }
  }

  private static final Scored FAILED = new Scored(ScoreStatus.FAILED, null, 1_000, false);
  private static final Scored TIMED_OUT = new Scored(ScoreStatus.TIMED_OUT, null, 1_000, false);

  @Test
  void aLowerBrierScoreIsPromotedByTheBetsOnItsDifference() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.BRIER, Task.BINARY));
    Wealth expected = Wealth.EMPTY;
    for (int i = 0; i < 300; i++) {
      counting.pair(counting.says(0.5), counting.says(0.9), 1);
      expected =
          expected.merge(
              new BoundedBetting(Bounds.around(1), 0, Side.GREATER).observe(0.25 - 0.01));
    }

    RolloutEvaluated judged = counting.judged();

    KpiEvidence primary = judged.getEvidence().getPrimary();
    assertThat(primary.getBetter().getValue()).isCloseTo(expected.logE(), within(1e-9));
    assertThat(primary.getCurrentMean()).isCloseTo(0.25, within(1e-9));
    assertThat(primary.getCandidateMean()).isCloseTo(0.01, within(1e-9));
    assertThat(primary.getEffect()).isCloseTo(0.24, within(1e-9));
    assertThat(primary.getEvidence()).isEqualTo(EvidenceKind.EXACT);
    assertThat(primary.hasLower()).isFalse();
    assertThat(judged.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(judged.getReason())
        .startsWith("The candidate is better: Brier score 0.0100 against");
  }

  @Test
  void inASplitACostIsWeightedByTheShareOfItsArm() {
    TestDefinition.Builder test = KpiPlans.split(KpiKind.COST, Task.BINARY);
    test.getPrimaryBuilder().setCentre(1);
    Counting counting = new Counting(test);
    ArmContrast contrast = new ArmContrast(0.25, 1, 5);
    Wealth expected = Wealth.EMPTY;
    double sum = 0;
    for (int i = 0; i < 400; i++) {
      boolean toCandidate = i % 4 == 0;
      // The candidate costs 1 for each, current 5.
      counting.unit(0.25, toCandidate, counting.says(toCandidate ? 0.9 : 0.1), toCandidate ? 0 : 1);
      double x = -(toCandidate ? contrast.ofCandidate(1) : contrast.ofCurrent(5));
      sum += x;
      expected =
          expected.merge(new BoundedBetting(contrast.boundsOfLoss(), 0, Side.GREATER).observe(x));
    }

    KpiEvidence primary = counting.evidence();

    assertThat(primary.getBetter().getValue()).isCloseTo(expected.logE(), within(1e-9));
    assertThat(primary.getEffect()).isCloseTo(sum / 400, within(1e-9));
    assertThat(primary.getCurrentMean()).isEqualTo(5);
    assertThat(primary.getCandidateMean()).isEqualTo(1);
  }

  @Test
  void rmseIsJudgedBySquaredErrorsAndShownAsTheRootWithItsError() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.RMSE, Task.REGRESSION));
    PairedRegression expected = PairedRegression.EMPTY;
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 500; i++) {
      double current = 4 * random.nextDouble() - 2;
      double candidate = random.nextDouble();
      counting.pair(counting.says(10 + current), counting.says(10 + candidate), 10);
      expected = expected.add(current, candidate);
    }

    KpiEvidence primary = counting.evidence();

    assertThat(primary.getCurrentMean() - primary.getCandidateMean())
        .isCloseTo(expected.rmseImprovement().value(), within(1e-9));
    assertThat(primary.getStandardError())
        .isCloseTo(expected.rmseImprovement().standardError(), within(1e-9));
    assertThat(primary.getEffect())
        .isCloseTo(expected.squared().meanX() - expected.squared().meanY(), within(1e-9));
    assertThat(counting.judged().getVerdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void theErrorOfRmseInASplitIsThatOfBothArms() {
    Counting counting = new Counting(KpiPlans.split(KpiKind.RMSE, Task.REGRESSION));
    Moments current = Moments.EMPTY;
    Moments candidate = Moments.EMPTY;
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 500; i++) {
      double error = 3 * random.nextDouble();
      boolean toCandidate = i % 2 == 0;
      counting.unit(0.5, toCandidate, counting.says(error), 0);
      current = toCandidate ? current : current.add(error * error);
      candidate = toCandidate ? candidate.add(error * error) : candidate;
    }

    double variance =
        current.variance() / current.count() / (4 * current.mean())
            + candidate.variance() / candidate.count() / (4 * candidate.mean());
    assertThat(counting.evidence().getStandardError()).isCloseTo(Math.sqrt(variance), within(1e-9));
  }

  @Test
  void aGainInAbsoluteErrorIsPromotedAndALossRolledBack() {
    Counting better = new Counting(KpiPlans.shadow(KpiKind.MAE, Task.REGRESSION));
    Counting worse = new Counting(KpiPlans.shadow(KpiKind.MAE, Task.REGRESSION));
    for (int i = 0; i < 300; i++) {
      better.pair(better.says(4), better.says(-1), 0);
      worse.pair(worse.says(-1), worse.says(4), 0);
    }

    assertThat(better.judged().getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(better.judged().getReason()).contains("mean absolute error 1.0000 against 4.0000");
    assertThat(worse.judged().getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(worse.evidence().getEffect()).isEqualTo(-3);
  }

  @Test
  void aVersionThatFailsHasTheLargestError() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.MAE, Task.REGRESSION));
    counting.pair(counting.says(1), FAILED, 0);

    assertThat(counting.evidence().getCandidateMean()).isEqualTo(10);
    assertThat(counting.evidence().getClipped()).isZero();
  }

  @Test
  void moreValueIsBetterAndAFailureBringsNone() {
    TestDefinition.Builder test = KpiPlans.split(KpiKind.VALUE, Task.BINARY);
    test.getPrimaryBuilder().setOutcome("revenue").setCap(10).setCentre(5);
    Counting counting = new Counting(test);
    for (int i = 0; i < 1_000; i++) {
      boolean toCandidate = i % 2 == 0;
      counting.unit(0.5, toCandidate, counting.says(0.5), toCandidate ? 8 : 4);
    }
    Counting failing = new Counting(test);
    failing.unit(0.5, true, FAILED, 8);

    RolloutEvaluated judged = counting.judged();

    assertThat(judged.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(judged.getReason()).contains("revenue per request 8.0000 against 4.0000");
    assertThat(judged.getEvidence().getPrimary().getEffect()).isCloseTo(4, within(1e-9));
    assertThat(failing.evidence().getCandidateMean()).isZero();
  }

  @Test
  void requestsOfSeveralRowsAddTheirBetsToTheCellsOfTheOthers() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.ACCURACY, Task.BINARY));
    Wealth rest = Wealth.EMPTY;
    for (int i = 0; i < 150; i++) {
      counting.pair(counting.says(0.9), counting.says(0.9), 1);
      counting.pair(counting.says(0.1, 0.9), counting.says(0.9, 0.9), 1, 1);
      rest = rest.merge(new BoundedBetting(Bounds.around(1), 0, Side.GREATER).observe(0.5));
    }
    CellBetting cells = CellBetting.of(new Cell(1, 0), new Cell(-1, 0), new Cell(0, 150));

    RolloutEvaluated judged = counting.judged();

    KpiEvidence primary = judged.getEvidence().getPrimary();
    assertThat(primary.getBetter().getValue())
        .isCloseTo(cells.wealth(0, Side.GREATER).merge(rest).logE(), within(1e-9));
    assertThat(judged.getEvidence().getUnits()).isEqualTo(300);
    assertThat(primary.getEffect()).isCloseTo(0.25, within(1e-9));
    assertThat(primary.getCurrentMean()).isCloseTo(0.75, within(1e-9));
    assertThat(primary.hasLower()).isFalse();
    assertThat(judged.getVerdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void severalRowsInASplitAreTheMeanOfTheirArm() {
    Counting counting = new Counting(KpiPlans.split(KpiKind.ACCURACY, Task.BINARY));
    for (int i = 0; i < 100; i++) {
      counting.unit(0.5, true, counting.says(0.9, 0.9), 1, 1);
      counting.unit(0.5, false, counting.says(0.9, 0.1), 1, 1);
      counting.unit(0.5, true, counting.says(0.9), 1);
      counting.unit(0.5, false, counting.says(0.9), 0);
    }

    KpiEvidence primary = counting.evidence();

    assertThat(primary.getCandidateMean()).isEqualTo(1);
    assertThat(primary.getCurrentMean()).isEqualTo(0.25);
    assertThat(primary.getEffect()).isCloseTo(0.75, within(1e-9));
  }

  @Test
  void rowsWithoutAnOutcomeLowerTheCoverage() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.ACCURACY, Task.BINARY));
    for (int i = 0; i < 300; i++) {
      counting.pair(counting.says(0.1, 0.9), counting.says(0.9, 0.9), 1, Double.NaN);
    }

    RolloutEvaluated judged = counting.judged();

    assertThat(judged.getEvidence().getHealth().getCoverage()).isEqualTo(0.5);
    assertThat(judged.getVerdict()).isEqualTo(Verdict.HOLD);
  }

  @Test
  void accuracyOfSeveralClassesIsJudgedFromCells() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.ACCURACY, Task.MULTICLASS));
    for (int i = 0; i < 300; i++) {
      counting.pair(counting.names(i % 2), counting.names(0), 0);
    }

    RolloutEvaluated judged = counting.judged();

    assertThat(judged.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(judged.getEvidence().getPrimary().getEffect()).isEqualTo(0.5);
    assertThat(judged.getEvidence().getPrimary().getLower()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"F1", "PRECISION", "RECALL"})
  void aRatioOfCountsIsJudgedByTheDeltaMethod(KpiKind kind) {
    Counting counting = new Counting(KpiPlans.shadow(kind, Task.BINARY));
    Map<ConfusionCube.Cell, Long> cells = new HashMap<>();
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 2_000; i++) {
      int truth = random.nextInt(5) == 0 ? 1 : 0;
      int current = random.nextInt(3) == 0 ? 1 - truth : truth;
      int candidate = random.nextInt(12) == 0 ? 1 - truth : truth;
      counting.pair(counting.says(current), counting.says(candidate), truth);
      cells.merge(new ConfusionCube.Cell(truth, current, candidate), 1L, Long::sum);
    }
    RatioMetric metric =
        switch (kind) {
          case F1 -> RatioMetric.f1(1);
          case PRECISION -> RatioMetric.precision(1);
          default -> RatioMetric.recall(1);
        };
    Estimate expected = new ConfusionCube(cells).difference(metric);

    RolloutEvaluated judged = counting.judged();

    KpiEvidence primary = judged.getEvidence().getPrimary();
    assertThat(primary.getEffect()).isCloseTo(expected.value(), within(1e-12));
    assertThat(primary.getStandardError()).isCloseTo(expected.standardError(), within(1e-12));
    assertThat(primary.getBetter().getValue())
        .isCloseTo(new AsympCs(0.05, 5_000).logE(expected, 0, Side.GREATER), within(1e-9));
    assertThat(primary.getLower())
        .isCloseTo(new AsympCs(0.05, 5_000).oneSided(expected).lower(), within(1e-9));
    assertThat(primary.getCandidateMean() - primary.getCurrentMean())
        .isCloseTo(expected.value(), within(1e-12));
    assertThat(primary.getEvidence()).isEqualTo(EvidenceKind.ASYMPTOTIC);
    assertThat(judged.getVerdict()).isEqualTo(Verdict.PROMOTE);
    CellCounts table = judged.getEvidence().getCells(0);
    assertThat(table.getBase()).isEqualTo(3);
    assertThat(table.getCountsList().stream().mapToLong(Long::longValue).sum()).isEqualTo(2_000);
  }

  @Test
  void f1InASplitIsStratifiedByEpochAndShareAndSmallStrataAreLeftOut() {
    Counting counting = new Counting(KpiPlans.split(KpiKind.F1, Task.BINARY));
    Map<Double, ConfusionTable[]> tables = new TreeMap<>();
    SplittableRandom random = new SplittableRandom(10);
    for (int i = 0; i < 6_000; i++) {
      double share = i < 100 ? 0.01 : i < 3_000 ? 0.25 : 0.5;
      boolean toCandidate = random.nextDouble() < share;
      int truth = random.nextInt(3) == 0 ? 1 : 0;
      int predicted = random.nextInt(toCandidate ? 12 : 4) == 0 ? 1 - truth : truth;
      counting.unit(share, toCandidate, counting.says(predicted), truth);
      ConfusionTable one =
          new ConfusionTable(Map.of(new ConfusionTable.Cell(truth, predicted), 1L));
      ConfusionTable[] arms =
          tables.computeIfAbsent(
              share, any -> new ConfusionTable[] {ConfusionTable.EMPTY, ConfusionTable.EMPTY});
      arms[toCandidate ? 1 : 0] = arms[toCandidate ? 1 : 0].merge(one);
    }
    Estimate expected =
        Estimate.stratified(
            List.of(0.25, 0.5).stream()
                .map(tables::get)
                .map(arms -> ConfusionTable.difference(arms[0], arms[1], RatioMetric.f1(1)))
                .toList());

    KpiEvidence primary = counting.evidence();

    assertThat(primary.getEffect()).isCloseTo(expected.value(), within(1e-12));
    assertThat(primary.getStandardError()).isCloseTo(expected.standardError(), within(1e-12));
    assertThat(primary.getBetter().getValue())
        .isCloseTo(new AsympCs(0.05, 5_000).logE(expected, 0, Side.GREATER), within(1e-9));
  }

  @Test
  void beforeThereIsEnoughNothingIsSaidButWhatIsMissing() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.F1, Task.BINARY));
    for (int i = 0; i < 1_000; i++) {
      counting.pair(counting.says(0), counting.says(1), i % 40 == 0 ? 1 : 0);
    }

    RolloutEvaluated judged = counting.judged();

    assertThat(judged.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(judged.getBlockingList())
        .containsExactly(
            "F1 needs 200 requests with a known outcome, and 30 of the rarer outcome among them;"
                + " there are 1000 and 25");
    assertThat(judged.getEvidence().getPrimary().getBetter().getValue()).isZero();
    assertThat(judged.getEvidence().getPrimary().getWorse().getValue()).isZero();
    assertThat(judged.getEvidence().getPrimary().hasLower()).isFalse();
  }

  @Test
  void aRatioThatCannotBeComputedOrDoesNotVaryDecidesNothing() {
    Counting undefined = new Counting(KpiPlans.shadow(KpiKind.PRECISION, Task.BINARY));
    Counting constant = new Counting(KpiPlans.shadow(KpiKind.RECALL, Task.BINARY));
    for (int i = 0; i < 400; i++) {
      undefined.pair(undefined.says(0), undefined.says(i % 2), i % 2);
      constant.pair(constant.says(i % 2), constant.says(i % 2), i % 2);
    }

    assertThat(undefined.judged().getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(undefined.judged().getBlockingList())
        .containsExactly("the precision of a version cannot be computed yet");
    assertThat(constant.judged().getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(constant.judged().getBlockingList())
        .containsExactly(
            "the recall of the two versions has not varied yet, so nothing can be said");
  }

  @Test
  void macroF1LeavesOutClassesOfWhichTooLittleIsKnownAndNamesThem() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.MACRO_F1, Task.MULTICLASS));
    SplittableRandom random = new SplittableRandom(12);
    for (int i = 0; i < 2_000; i++) {
      int truth = i % 100 == 0 ? 2 : random.nextInt(2);
      int current = random.nextInt(3) == 0 ? random.nextInt(3) : truth;
      Scored candidate = random.nextInt(50) == 0 ? FAILED : counting.names(truth);
      counting.pair(counting.names(current), candidate, truth);
    }

    RolloutEvaluated judged = counting.judged();

    assertThat(judged.getEvidence().getPrimary().getExcludedClassesList()).containsExactly("blue");
    assertThat(judged.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(judged.getReason()).contains("(without blue, of which too few outcomes are known)");
  }

  @Test
  void aucIsJudgedByBlocksInTheOrderOfMaturity() {
    TestDefinition.Builder test = KpiPlans.shadow(KpiKind.AUC, Task.BINARY);
    test.getPrimaryBuilder().setBlockPositives(2).setBlockNegatives(6);
    Counting counting = new Counting(test);
    AucBlocks expected = new AucBlocks(new AucBlocks.Size(2, 6), AucBlocks.State.EMPTY);
    SplittableRandom random = new SplittableRandom(13);
    for (int i = 0; i < 2_000; i++) {
      boolean positive = i % 4 == 0;
      double current = random.nextInt(11) / 10.0;
      double candidate = (random.nextInt(8) + (positive ? 3 : 0)) / 10.0;
      counting.pair(counting.says(current), counting.says(candidate), positive ? 1 : 0);
      expected.add(positive, new ScoredPair(current, candidate));
    }
    Estimate estimate = expected.blocks().estimate();

    RolloutEvaluated judged = counting.judged();

    KpiEvidence primary = judged.getEvidence().getPrimary();
    assertThat(primary.getEffect()).isCloseTo(estimate.value(), within(1e-9));
    assertThat(primary.getStandardError()).isCloseTo(estimate.standardError(), within(1e-9));
    assertThat(primary.getBetter().getValue())
        .isCloseTo(new AsympCs(0.05, 250).logE(estimate, 0, Side.GREATER), within(1e-6));
    assertThat(judged.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(judged.getReason()).startsWith("The candidate is better: AUC 0.");
  }

  @Test
  void aucInASplitComparesTheArmsBlocks() {
    TestDefinition.Builder test = KpiPlans.split(KpiKind.AUC, Task.BINARY);
    test.getPrimaryBuilder().setBlockPositives(2).setBlockNegatives(2);
    Counting counting = new Counting(test);
    SplittableRandom random = new SplittableRandom(14);
    for (int i = 0; i < 4_000; i++) {
      boolean positive = random.nextBoolean();
      boolean toCandidate = random.nextBoolean();
      double score = random.nextInt(6) / 10.0 + (positive && toCandidate ? 0.3 : 0);
      counting.unit(0.5, toCandidate, counting.says(score), positive ? 1 : 0);
    }

    RolloutEvaluated judged = counting.judged();

    KpiEvidence primary = judged.getEvidence().getPrimary();
    assertThat(primary.getCurrentMean()).isCloseTo(0.5, within(0.05));
    assertThat(primary.getCandidateMean()).isGreaterThan(0.8);
    assertThat(primary.getEffect())
        .isCloseTo(primary.getCandidateMean() - primary.getCurrentMean(), within(1e-9));
    assertThat(judged.getVerdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void tooFewBlocksOfAucAreSaidInWords() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.AUC, Task.BINARY));
    for (int i = 0; i < 400; i++) {
      counting.pair(counting.says(0.1), counting.says(0.9), 0);
    }

    RolloutEvaluated judged = counting.judged();

    assertThat(judged.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(judged.getBlockingList())
        .containsExactly(
            "AUC needs 30 groups of 8 positive and 72 other outcomes; there are 0, and 112"
                + " outcomes waited in vain for their counterpart");
  }

  @ParameterizedTest
  @CsvSource({"TIMEOUTS,timeouts", "INVALID,unusable answers"})
  void timeoutsAndUnusableAnswersAreGuardedOnTheirOwn(GuardKind kind, String words) {
    for (RouteMode mode : List.of(RouteMode.SHADOW, RouteMode.SPLIT)) {
      TestDefinition.Builder test = mode == RouteMode.SHADOW ? Plans.shadow("t") : Plans.split("t");
      test.clearGuards()
          .addGuards(
              Guard.newBuilder()
                  .setKind(kind)
                  .setRelativeMargin(0.5)
                  .setAbsoluteMargin(0.02)
                  .setRequired(true));
      Counting counting = new Counting(test);
      Scored bad =
          kind == GuardKind.TIMEOUTS ? TIMED_OUT : Scored.answered(counting.plan, null, 1, 5);
      Scored other =
          kind == GuardKind.TIMEOUTS ? Scored.answered(counting.plan, null, 1, 5) : TIMED_OUT;
      for (int i = 0; i < 60; i++) {
        count(counting, mode, bad);
        count(counting, mode, other);
      }

      RolloutEvaluated judged = counting.judged();

      assertThat(judged.getVerdict()).isEqualTo(Verdict.ROLLBACK);
      assertThat(judged.getReason()).contains("60 " + words + " against 0 of current");
      assertThat(judged.getEvidence().getGuards(0).getCandidateEvents()).isEqualTo(60);
    }
  }

  private static void count(Counting counting, RouteMode mode, Scored candidate) {
    Scored fine = counting.says(0.9);
    if (mode == RouteMode.SHADOW) {
      counting.pair(fine, candidate, 1);
    } else {
      counting.unit(0.5, true, candidate, 1);
      counting.unit(0.5, false, fine, 1);
    }
  }

  @Test
  void theReportShowsQuantilesOfLatencyWithTheirIntervals() {
    Counting counting = new Counting(KpiPlans.shadow(KpiKind.ACCURACY, Task.BINARY));
    LatencyHistogram expected = LatencyHistogram.EMPTY;
    SplittableRandom random = new SplittableRandom(15);
    for (int i = 0; i < 800; i++) {
      long micros = (long) Math.exp(6 + 3 * random.nextDouble());
      counting.pair(
          counting.says(0.9),
          Scored.answered(counting.plan, new Predictions.Numbers(new double[] {0.9}), 1, micros),
          1);
      expected = expected.add(micros);
    }

    var latencies = counting.judged().getEvidence().getLatenciesList();

    assertThat(latencies).extracting(one -> one.getVersion()).containsExactly("1", "2");
    assertThat(latencies.get(1).getCount()).isEqualTo(800);
    for (LatencyQuantile quantile : latencies.get(1).getQuantilesList()) {
      var same = expected.quantile(quantile.getShare(), 0.05);
      assertThat(quantile.getMicros()).isEqualTo(same.micros());
      assertThat(quantile.getLower()).isEqualTo(same.interval().lower());
      assertThat(quantile.hasUpper() ? quantile.getUpper() : Double.POSITIVE_INFINITY)
          .isEqualTo(same.interval().upper());
    }
    assertThat(latencies.get(1).getQuantiles(0).hasUpper()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "ACCURACY,BINARY,accuracy",
    "LOG_LOSS,MULTICLASS,log loss",
    "BRIER,MULTICLASS,Brier score",
    "COST,MULTICLASS,cost per prediction",
    "MAE,REGRESSION,mean absolute error",
    "RMSE,REGRESSION,RMSE",
    "F1,BINARY,F1",
    "PRECISION,BINARY,precision",
    "RECALL,BINARY,recall",
    "MACRO_F1,MULTICLASS,macro-F1",
    "AUC,BINARY,AUC",
    "VALUE,BINARY,value per request"
  })
  void everyKpiHasWordsAndBeforeTheFirstUnitNothingIsDecided(
      KpiKind kind, Task task, String words) {
    TestDefinition.Builder test = KpiPlans.split(kind, task);
    test.getPrimaryBuilder().setMinimumEffect(0.01);

    RolloutEvaluated judged = new Counting(test).judged();

    assertThat(judged.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(judged.getReason()).contains(words);
    assertThat(judged.getBlockingList()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(judged.getEvidence().getPrimary().getFutile().getValue()).isCloseTo(0, within(1e-9));
  }

  @Test
  void aMarginOfRmseIsNamedInItsOwnUnit() {
    TestDefinition.Builder test = KpiPlans.shadow(KpiKind.RMSE, Task.REGRESSION);
    test.getPrimaryBuilder().setLine(KpiLine.NON_INFERIORITY).setMargin(2);

    assertThat(new Counting(test).judged().getBlockingList().getLast())
        .contains("not worse by 2.0000 in the mean squared error or more");
  }
}
