package dev.understudy.collector.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.Predictions.Named;
import dev.understudy.collector.comparison.Predictions.Numbers;
import dev.understudy.collector.comparison.Predictions.Scores;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Task;
import org.junit.jupiter.api.Test;

class MeasureTest {
  private static TestPlan plan(KpiKind kind, Task task) {
    return Plans.plan(KpiPlans.split(kind, task));
  }

  private static double value(KpiKind kind, Task task, Predictions predictions, double truth) {
    TestPlan plan = plan(kind, task);
    return plan.measure().value(Scored.answered(plan, predictions, 1, 0), 0, truth);
  }

  private static Numbers number(double value) {
    return new Numbers(new double[] {value});
  }

  private static Scores scores(double... values) {
    return new Scores(values, 3);
  }

  @Test
  void lossesAreThoseOfTheTextbook() {
    assertThat(value(KpiKind.BRIER, Task.BINARY, number(0.7), 1)).isCloseTo(0.09, within(1e-12));
    assertThat(value(KpiKind.BRIER, Task.BINARY, number(0.7), 0)).isCloseTo(0.49, within(1e-12));
    assertThat(value(KpiKind.BRIER, Task.MULTICLASS, scores(0.5, 0.3, 0.2), 1))
        .isCloseTo(0.25 + 0.49 + 0.04, within(1e-12));
    assertThat(value(KpiKind.LOG_LOSS, Task.MULTICLASS, scores(0.5, 0.3, 0.2), 1))
        .isCloseTo(-Math.log(0.3), within(1e-12));
    assertThat(value(KpiKind.LOG_LOSS, Task.MULTICLASS, scores(1, 0, 0), 1))
        .isCloseTo(-Math.log(1e-3), within(1e-12));
    assertThat(value(KpiKind.MAE, Task.REGRESSION, number(-2.5), 1)).isEqualTo(3.5);
    assertThat(value(KpiKind.RMSE, Task.REGRESSION, number(-2.5), 1)).isEqualTo(12.25);
  }

  @Test
  void aCostIsThatOfThePairAndZeroWhereNoneIsNamed() {
    assertThat(value(KpiKind.COST, Task.BINARY, number(0.4), 1)).isEqualTo(5);
    assertThat(value(KpiKind.COST, Task.BINARY, number(0.5), 0)).isEqualTo(1);
    assertThat(value(KpiKind.COST, Task.BINARY, number(0.5), 1)).isZero();
    assertThat(value(KpiKind.COST, Task.MULTICLASS, new Named(new int[] {2}), 0)).isEqualTo(5);
    assertThat(value(KpiKind.COST, Task.MULTICLASS, new Named(new int[] {1}), 0)).isZero();
  }

  @Test
  void whoFailedHasTheWorstValue() {
    TestPlan loss = plan(KpiKind.MAE, Task.REGRESSION);
    TestPlan gain = plan(KpiKind.VALUE, Task.BINARY);
    Scored failed = new Scored(ScoreStatus.FAILED, null, 0, false);

    assertThat(UnitValue.of(loss.measure(), failed, Truth.of(3)))
        .isEqualTo(new UnitValue(10, false));
    assertThat(UnitValue.of(gain.measure(), failed, Truth.of(3)))
        .isEqualTo(new UnitValue(0, false));
  }

  @Test
  void aRequestIsWorthTheMeanOfItsLabelledRowsEachCutAtTheCap() {
    TestPlan plan = plan(KpiKind.MAE, Task.REGRESSION);
    Scored scored = Scored.answered(plan, new Numbers(new double[] {0, 0, 0, 0}), 4, 0);

    UnitValue value = UnitValue.of(plan.measure(), scored, Truth.of(1, Double.NaN, 99, 4));

    assertThat(value).isEqualTo(new UnitValue((1 + 10 + 4) / 3.0, true));
  }

  @Test
  void aValueOutsideZeroToTheCapIsCut() {
    Measure measure = plan(KpiKind.VALUE, Task.BINARY).measure();
    Scored scored = new Scored(ScoreStatus.ANSWERED, 0.5, 0);

    assertThat(UnitValue.of(measure, scored, Truth.of(120))).isEqualTo(new UnitValue(100, true));
    assertThat(UnitValue.of(measure, scored, Truth.of(-3))).isEqualTo(new UnitValue(0, true));
    assertThat(UnitValue.of(measure, scored, Truth.of(99))).isEqualTo(new UnitValue(99, false));
  }

  @Test
  void anAnswerThatIsNoPredictionOfTheTaskIsInvalid() {
    TestPlan binary = plan(KpiKind.ACCURACY, Task.BINARY);
    TestPlan classes = plan(KpiKind.ACCURACY, Task.MULTICLASS);
    TestPlan brier = plan(KpiKind.BRIER, Task.MULTICLASS);
    TestPlan amount = plan(KpiKind.MAE, Task.REGRESSION);

    assertInvalid(binary, null);
    assertInvalid(binary, number(1.01));
    assertInvalid(binary, number(Double.NaN));
    assertInvalid(binary, new Numbers(new double[] {0.1, 0.2}));
    assertInvalid(classes, number(0.5));
    assertInvalid(classes, new Named(new int[] {-1}));
    assertInvalid(classes, new Named(new int[] {3}));
    assertInvalid(classes, scores(0.5, Double.NaN, 0.5));
    assertInvalid(classes, new Scores(new double[] {0.5, 0.5}, 2));
    assertInvalid(brier, scores(0.5, 0.5, 0.5));
    assertInvalid(brier, scores(-0.5, 1, 0.5));
    assertInvalid(brier, new Named(new int[] {1}));
    assertInvalid(amount, number(Double.NEGATIVE_INFINITY));

    assertThat(Scored.answered(classes, scores(-4, 9, 2), 1, 0).invalid()).isFalse();
    assertThat(Scored.answered(brier, scores(0.2, 0.7, 0.1), 1, 0).invalid()).isFalse();
    assertThat(Scored.answered(amount, number(-1e9), 1, 0).invalid()).isFalse();
  }

  private static void assertInvalid(TestPlan plan, Predictions predictions) {
    Scored scored = Scored.answered(plan, predictions, 1, 7);

    assertThat(scored.invalid()).isTrue();
    assertThat(scored.status()).isEqualTo(ScoreStatus.FAILED);
    assertThat(scored.error()).isTrue();
  }

  @Test
  void outcomesAreReadByTheTask() {
    Measure classes = plan(KpiKind.ACCURACY, Task.MULTICLASS).measure();
    Measure amount = plan(KpiKind.MAE, Task.REGRESSION).measure();
    Measure value = plan(KpiKind.VALUE, Task.MULTICLASS).measure();

    assertThat(classes.truth(text("green"))).isEqualTo(1);
    assertThat(classes.truth(text("violet"))).isNaN();
    assertThat(classes.truth(number(OutcomeValue.newBuilder(), 1))).isNaN();
    assertThat(amount.truth(number(OutcomeValue.newBuilder(), -3.5))).isEqualTo(-3.5);
    assertThat(amount.truth(text("3.5"))).isNaN();
    assertThat(amount.truth(OutcomeValue.newBuilder().setFlag(true).build())).isNaN();
    assertThat(value.truth(OutcomeValue.newBuilder().setFlag(true).build())).isEqualTo(1);
    assertThat(value.truth(number(OutcomeValue.newBuilder(), 7))).isEqualTo(7);
    assertThat(value.truth(text("7"))).isNaN();
  }

  private static OutcomeValue text(String text) {
    return OutcomeValue.newBuilder().setText(text).build();
  }

  private static OutcomeValue number(OutcomeValue.Builder value, double number) {
    return value.setNumber(number).build();
  }

  @Test
  void classesThatAreNumbersAreNamedByThemAndOthersAreCountedFromZero() {
    var numbered = KpiPlans.shadow(KpiKind.ACCURACY, Task.MULTICLASS);
    numbered.getMeaningBuilder().clearClasses().addClasses("1").addClasses("2").addClasses("30");
    Measure byName = Plans.plan(numbered).measure();
    Measure byIndex = plan(KpiKind.ACCURACY, Task.MULTICLASS).measure();

    assertThat(byName.classOf(1)).isZero();
    assertThat(byName.classOf(30)).isEqualTo(2);
    assertThat(byName.classOf(0)).isEqualTo(-1);
    assertThat(byName.truth(number(OutcomeValue.newBuilder(), 2.0))).isEqualTo(1);
    assertThat(byIndex.classOf(1)).isEqualTo(1);
    assertThat(byIndex.classOf(3)).isEqualTo(-1);
    assertThat(byIndex.classOf("blue")).isEqualTo(2);
  }

  @Test
  void theBestOfEqualScoresIsTheFirst() {
    TestPlan plan = plan(KpiKind.ACCURACY, Task.MULTICLASS);
    Scored scored = Scored.answered(plan, scores(0.4, 0.4, 0.2), 1, 0);

    assertThat(plan.measure().predicted(scored, 0)).isZero();
    assertThat(plan.measure().right(scored, 0, 0)).isTrue();
    assertThat(plan.measure().right(scored, 0, 1)).isFalse();
  }

  @Test
  void noTableAndNoRankIsBetterForAFailure() {
    Measure f1 = plan(KpiKind.F1, Task.BINARY).measure();
    Measure macro = plan(KpiKind.MACRO_F1, Task.MULTICLASS).measure();

    assertThat(f1.tabled(Scored.LOST, 0, 1)).isZero();
    assertThat(f1.tabled(Scored.LOST, 0, 0)).isEqualTo(1);
    assertThat(macro.tabled(Scored.LOST, 0, 0)).isEqualTo(3);
    assertThat(f1.rank(Scored.LOST, 0, 1)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(f1.rank(Scored.LOST, 0, 0)).isEqualTo(Double.POSITIVE_INFINITY);
  }
}
