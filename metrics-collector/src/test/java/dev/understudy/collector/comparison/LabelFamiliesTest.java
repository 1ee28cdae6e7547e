package dev.understudy.collector.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.state.v1.TallyState;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.Cost;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.LabelPolicy;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a policy of labels is to each family of KPIs. */
class LabelFamiliesTest {
  private static final LabelPolicy WORST_CASE = LabelPolicy.newBuilder().setWorstCase(true).build();
  private static final LabelPolicy DRAWN =
      LabelPolicy.newBuilder().setLeastProbability(0.25).build();
  private static final LabelPolicy SELECTIVE = LabelPolicy.newBuilder().setSelective(true).build();
  private static final LabelDraw QUARTER = new LabelDraw(0.25, false);

  private static Kpi.Builder kpi(TestDefinition.Builder test, KpiKind kind) {
    return test.getPrimaryBuilder().setKind(kind).setMinimumEffect(0);
  }

  private static TestDefinition.Builder multiclass(TestDefinition.Builder test) {
    return test.setMeaning(
        OutputMeaning.newBuilder()
            .setOutput("probability")
            .setOutcome("status")
            .setTask(Task.MULTICLASS)
            .addAllClasses(List.of("red", "green", "blue")));
  }

  private static TestDefinition.Builder regression(TestDefinition.Builder test, KpiKind kind) {
    kpi(test, kind).setCap(10);
    return test.setMeaning(
        OutputMeaning.newBuilder()
            .setOutput("probability")
            .setOutcome("status")
            .setTask(Task.REGRESSION));
  }

  private static Scored says(TestPlan plan, double... numbers) {
    return Scored.answered(plan, new Predictions.Numbers(numbers), numbers.length, 1_000);
  }

  private static Scored names(TestPlan plan, int... classes) {
    return Scored.answered(plan, new Predictions.Named(classes), classes.length, 1_000);
  }

  private static void refused(TestDefinition.Builder test, String field, String wayOut) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(test))
        .withMessageStartingWith(field)
        .withMessageContaining(wayOut);
  }

  private static Wealth bets(Bounds bounds, TestPlan plan, Side side, double observed) {
    return new BoundedBetting(bounds, plan.line(), side).observe(observed);
  }

  @ParameterizedTest
  @EnumSource(names = {"F1", "PRECISION", "RECALL", "AUC"})
  void whatIsNoMeanOverRequestsHasNoPolicy(KpiKind kind) {
    TestDefinition.Builder test = Plans.shadow("t");
    kpi(test, kind);

    assertThat(Plans.plan(test).labels().drawn()).isFalse();
    refused(test.setLabels(WORST_CASE), "labels.worst_case: " + kind, "ACCURACY");
    refused(test.setLabels(DRAWN), "labels.least_probability: " + kind, "leave labels out");
    refused(test.setLabels(SELECTIVE), "labels.selective: " + kind, "leave labels out");
  }

  @Test
  void macroF1HasNoPolicyEither() {
    TestDefinition.Builder test = multiclass(Plans.shadow("t"));
    kpi(test, KpiKind.MACRO_F1);

    refused(test.setLabels(DRAWN), "labels.least_probability: MACRO_F1", "leave labels out");
  }

  @Test
  void anAmountHasNoWorstCaseAndNothingThatIsApproved() {
    for (KpiKind kind : List.of(KpiKind.MAE, KpiKind.RMSE)) {
      TestDefinition.Builder test = regression(Plans.shadow("t"), kind);

      refused(test.setLabels(WORST_CASE), "labels.worst_case", "least_probability");
      refused(test.setLabels(SELECTIVE), "labels.selective", "least_probability");
      assertThat(Plans.plan(test.setLabels(DRAWN)).labels().drawn()).isTrue();
    }
    refused(
        multiclass(Plans.shadow("t")).setLabels(SELECTIVE), "labels.selective", "MULTICLASS task");
  }

  @Test
  void withAPolicyRequestsOfSeveralRowsAreLeftOutAndCounted() {
    for (LabelPolicy policy : List.of(WORST_CASE, DRAWN, SELECTIVE)) {
      TestPlan plan = Plans.plan(Plans.shadow("t").setLabels(policy));

      Tally tally =
          Tally.EMPTY.plus(
              plan,
              new JudgedUnit.Pair(
                  0, says(plan, 0.1, 0.1), says(plan, 0.9, 0.9), Truth.of(1, Double.NaN), 0));

      assertThat(tally.refused()).isEqualTo(1);
      assertThat(tally.pairs()).isEmpty();
    }
  }

  @Test
  void severalRowsNeedNoLabelOnlyWhereTheVersionsAgreeOnAll() {
    TestPlan plan = Plans.plan(Plans.shadow("t"));
    Truth none = Truth.of(Double.NaN, Double.NaN);

    PairTally tally =
        Tally.EMPTY
            .plus(plan, new JudgedUnit.Pair(0, says(plan, 0.1, 0.9), says(plan, 0.2, 0.8), none, 0))
            .plus(
                plan,
                new JudgedUnit.Pair(
                    0, says(plan, 0.1, 0.9), says(plan, 0.2, 0.8), Truth.of(1, Double.NaN), 0))
            .plus(plan, new JudgedUnit.Pair(0, says(plan, 0.1, 0.9), says(plan, 0.9, 0.9), none, 0))
            .plus(
                plan,
                new JudgedUnit.Pair(
                    0, says(plan, 0.1, 0.9), says(plan, 0.9, 0.9), Truth.of(1, Double.NaN), 0))
            .allPairs();

    assertThat(tally.labels().agreed()).isEqualTo(1);
    assertThat(tally.labels().confirmed()).isEqualTo(1);
    assertThat(tally.labels().spare()).isEqualTo(new SeveralRows(2, 1, 1, 4, 1));
    assertThat(tally.unlabelled()).isEqualTo(1);
    assertThat(tally.known()).isEqualTo(3);
    assertThat(tally.coverage()).isEqualTo(0.25);
    TallyState kept = TallyCodec.write(Tally.EMPTY.merge(new Tally(one(tally), arms(), 0)));
    assertThat(TallyCodec.read(kept).allPairs()).isEqualTo(tally);
  }

  private static SortedMap<Integer, PairTally> one(PairTally tally) {
    return new TreeMap<>(Map.of(0, tally));
  }

  private static SortedMap<Tally.Stratum, SplitTally> arms() {
    return new TreeMap<>();
  }

  @Test
  void theSameClassOfSeveralIsAnAgreement() {
    TestPlan plan = Plans.plan(multiclass(Plans.shadow("t")));

    PairTally tally =
        Tally.EMPTY
            .plus(plan, new JudgedUnit.Pair(0, names(plan, 2), names(plan, 2), null))
            .plus(plan, new JudgedUnit.Pair(0, names(plan, 2), names(plan, 1), null))
            .allPairs();

    assertThat(tally.labels().agreed()).isEqualTo(1);
    assertThat(tally.unlabelled()).isEqualTo(1);
  }

  @Test
  void theWorstCaseOfACostIsTheWorstOfAllClasses() {
    TestDefinition.Builder test = multiclass(Plans.shadow("t")).setLabels(WORST_CASE);
    kpi(test, KpiKind.COST)
        .addAllCosts(
            List.of(cost("red", "blue", 5), cost("green", "blue", 2), cost("blue", "red", 1)));
    TestPlan plan = Plans.plan(test);

    // Current says red, the candidate blue: at worst the candidate costs 5 more, at best 1 less.
    LossSums sums =
        Tally.EMPTY
            .plus(plan, new JudgedUnit.Pair(0, names(plan, 0), names(plan, 2), null))
            .allPairs()
            .loss();

    assertThat(sums.candidate()).isEqualTo(5);
    assertThat(sums.current()).isZero();
    assertThat(sums.better().logE())
        .isEqualTo(bets(Bounds.around(5), plan, Side.GREATER, -5).logE());
    assertThat(sums.worse().logE()).isEqualTo(bets(Bounds.around(5), plan, Side.LESS, 1).logE());
  }

  private static Cost cost(String outcome, String predicted, double cost) {
    return Cost.newBuilder().setOutcome(outcome).setPredicted(predicted).setCost(cost).build();
  }

  @Test
  void theWorstCaseOfAValueIsNothingAndTheBestTheCap() {
    TestDefinition.Builder test = Plans.split("t").setLabels(WORST_CASE);
    kpi(test, KpiKind.VALUE).setCap(8).setCentre(4).setMargin(1);
    TestPlan plan = Plans.plan(test);
    ArmContrast contrast = new ArmContrast(0.5, 4, 8);

    SplitTally arms =
        SplitTally.EMPTY.plus(
            plan, new JudgedUnit.Assigned(0, 0.5, true, says(plan, 0.5), (Boolean) null));
    SplitTally failed =
        SplitTally.EMPTY.plus(
            plan,
            new JudgedUnit.Assigned(
                0, 0.5, true, new Scored(ScoreStatus.FAILED, null, 1, false), (Boolean) null));

    assertThat(arms.candidate().unlabelled()).isEqualTo(1);
    assertThat(arms.loss().candidate()).isZero();
    assertThat(arms.loss().better().logE())
        .isEqualTo(bets(contrast.bounds(), plan, Side.GREATER, contrast.ofCandidate(0)).logE());
    assertThat(arms.loss().worse().logE())
        .isEqualTo(bets(contrast.bounds(), plan, Side.LESS, contrast.ofCandidate(8)).logE());
    assertThat(failed.candidate().unlabelled()).isZero();
  }

  @Test
  void aDrawnAmountIsWeightedWithinWiderBoundsAndHasNoSquares() {
    for (KpiKind kind : List.of(KpiKind.MAE, KpiKind.RMSE)) {
      TestPlan plan = Plans.plan(regression(Plans.shadow("t"), kind).setLabels(DRAWN));

      PairTally tally =
          Tally.EMPTY
              .plus(
                  plan,
                  new JudgedUnit.Pair(0, says(plan, 3), says(plan, 1), Truth.of(1), QUARTER, 0))
              .plus(plan, new JudgedUnit.Pair(0, says(plan, 3), says(plan, 1), null))
              .allPairs();

      double saved = kind == KpiKind.MAE ? 2 : 4;
      assertThat(tally.labels().undrawn()).isEqualTo(1);
      assertThat(tally.loss().current()).isEqualTo(4 * saved);
      assertThat(tally.loss().squares()).isEqualTo(LossSums.Squares.NONE);
      assertThat(tally.loss().better().logE())
          .isCloseTo(
              bets(Bounds.around(40), plan, Side.GREATER, 4 * saved)
                  .merge(bets(Bounds.around(40), plan, Side.GREATER, 0))
                  .logE(),
              within(1e-12));
    }
  }

  @Test
  void howMuchALabelCanTellFollowsTheKpi() {
    TestPlan amounts = Plans.plan(regression(Plans.shadow("t"), KpiKind.MAE));
    TestPlan classes = Plans.plan(multiclass(Plans.shadow("t")));
    TestDefinition.Builder ranked = Plans.shadow("t");
    kpi(ranked, KpiKind.AUC);
    TestPlan ranks = Plans.plan(ranked);
    TestPlan rows = Plans.plan(Plans.shadow("t"));

    assertThat(worth(amounts, says(amounts, 3), says(amounts, 7))).isEqualTo(4);
    assertThat(worth(amounts, says(amounts, 3), says(amounts, 90))).isEqualTo(10);
    assertThat(worth(classes, names(classes, 1), names(classes, 2))).isEqualTo(1);
    assertThat(worth(classes, names(classes, 1), names(classes, 1))).isZero();
    assertThat(worth(ranks, says(ranks, 0.6), says(ranks, 0.9))).isBetween(0.29, 0.31);
    Scored current = says(rows, 0.1, 0.4, 0.9);
    Scored candidate = says(rows, 0.9, 0.6, 0.9);
    assertThat(
            LabelWorth.of(
                    rows,
                    new JudgedUnit.Pair(
                        0, current, candidate, Truth.of(1, Double.NaN, Double.NaN), 0))
                .orElse(0))
        .isBetween(0.19, 0.21);
  }

  private static double worth(TestPlan plan, Scored current, Scored candidate) {
    return LabelWorth.of(plan, new JudgedUnit.Pair(0, current, candidate, null)).orElse(0);
  }
}
