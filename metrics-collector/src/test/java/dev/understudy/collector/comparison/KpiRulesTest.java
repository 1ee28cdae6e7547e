package dev.understudy.collector.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KpiRulesTest {
  static Stream<Arguments> misfits() {
    return Stream.of(
        Arguments.of(KpiKind.ACCURACY, Task.REGRESSION),
        Arguments.of(KpiKind.LOG_LOSS, Task.REGRESSION),
        Arguments.of(KpiKind.BRIER, Task.REGRESSION),
        Arguments.of(KpiKind.COST, Task.REGRESSION),
        Arguments.of(KpiKind.MAE, Task.BINARY),
        Arguments.of(KpiKind.RMSE, Task.MULTICLASS),
        Arguments.of(KpiKind.F1, Task.MULTICLASS),
        Arguments.of(KpiKind.PRECISION, Task.REGRESSION),
        Arguments.of(KpiKind.RECALL, Task.MULTICLASS),
        Arguments.of(KpiKind.MACRO_F1, Task.BINARY),
        Arguments.of(KpiKind.AUC, Task.MULTICLASS));
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void aKpiThatDoesNotFitTheTaskIsRefused(KpiKind kind, Task task) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(KpiPlans.split(kind, task)))
        .withMessage("primary.kind: %s does not fit a %s task".formatted(kind, task));
  }

  @Test
  void aValueThatTheAnswerBringsAboutCannotBeJudgedInShadow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(KpiPlans.shadow(KpiKind.VALUE, Task.BINARY)))
        .withMessageContaining("primary.kind: VALUE")
        .withMessageContaining("use SPLIT");
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void whatCannotBeJudgedIsRefusedByName(String field, TestDefinition.Builder test) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(test))
        .withMessageContaining(field);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        kpi("primary.cap", KpiKind.MAE, Task.REGRESSION, kpi -> kpi.setCap(0)),
        kpi("primary.cap", KpiKind.MAE, Task.REGRESSION, kpi -> kpi.setCap(Double.NaN)),
        kpi(
            "primary.cap",
            KpiKind.RMSE,
            Task.REGRESSION,
            kpi -> kpi.setCap(Double.POSITIVE_INFINITY)),
        kpi("primary.cap", KpiKind.VALUE, Task.BINARY, kpi -> kpi.setCap(-1)),
        kpi("primary.centre", KpiKind.MAE, Task.REGRESSION, kpi -> kpi.setCentre(11)),
        kpi("primary.margin", KpiKind.F1, Task.BINARY, kpi -> kpi.setMargin(-0.01)),
        kpi(
            "primary.margin",
            KpiKind.AUC,
            Task.BINARY,
            kpi -> kpi.setLine(KpiLine.NON_INFERIORITY).setMargin(-0.01)),
        kpi(
            "primary.margin",
            KpiKind.BRIER,
            Task.BINARY,
            kpi -> kpi.setLine(KpiLine.NON_INFERIORITY).setMargin(1)),
        kpi("primary.minimum_effect", KpiKind.BRIER, Task.BINARY, kpi -> kpi.setMinimumEffect(1)),
        kpi("primary.outcome", KpiKind.VALUE, Task.BINARY, kpi -> kpi.setOutcome("../x")),
        kpi("primary.block_positives", KpiKind.AUC, Task.BINARY, kpi -> kpi.setBlockPositives(-1)),
        kpi(
            "primary.block_negatives",
            KpiKind.AUC,
            Task.BINARY,
            kpi -> kpi.setBlockNegatives(1_025)),
        kpi("primary.tuning_units", KpiKind.F1, Task.BINARY, kpi -> kpi.setTuningUnits(-1)),
        kpi("primary.costs", KpiKind.COST, Task.BINARY, Kpi.Builder::clearCosts),
        kpi(
            "primary.costs",
            KpiKind.BRIER,
            Task.BINARY,
            kpi -> kpi.addCosts(KpiPlans.cost("bad", "good", 1))),
        kpi(
            "primary.costs.outcome",
            KpiKind.COST,
            Task.BINARY,
            kpi -> kpi.addCosts(KpiPlans.cost("worse", "good", 1))),
        kpi(
            "primary.costs.predicted",
            KpiKind.COST,
            Task.MULTICLASS,
            kpi -> kpi.addCosts(KpiPlans.cost("red", "violet", 1))),
        kpi(
            "primary.costs.cost",
            KpiKind.COST,
            Task.BINARY,
            kpi -> kpi.addCosts(KpiPlans.cost("bad", "bad", -1))),
        kpi(
            "twice",
            KpiKind.COST,
            Task.BINARY,
            kpi -> kpi.addCosts(KpiPlans.cost("bad", "good", 1))),
        meaning("meaning.classes", Task.MULTICLASS, OutputMeaning.Builder::clearClasses),
        meaning("meaning.classes", Task.MULTICLASS, meaning -> meaning.addClasses("red")),
        meaning("meaning.classes", Task.MULTICLASS, meaning -> meaning.addClasses("")),
        meaning("meaning.classes", Task.BINARY, meaning -> meaning.addClasses("red")),
        meaning("meaning.negative", Task.BINARY, meaning -> meaning.setNegative("bad")),
        meaning("meaning.task", Task.BINARY, meaning -> meaning.setTaskValue(99)),
        Arguments.of(
            "meaning.negative",
            changed(
                KpiPlans.shadow(KpiKind.COST, Task.BINARY),
                test -> test.getMeaningBuilder().clearNegative())),
        Arguments.of(
            "policy.alpha_promote",
            changed(
                KpiPlans.shadow(KpiKind.F1, Task.BINARY),
                test -> test.getPolicyBuilder().setAlphaPromote(0.5))));
  }

  private static Arguments kpi(
      String field, KpiKind kind, Task task, Consumer<Kpi.Builder> mistake) {
    return Arguments.of(
        field,
        changed(KpiPlans.split(kind, task), test -> mistake.accept(test.getPrimaryBuilder())));
  }

  private static Arguments meaning(
      String field, Task task, Consumer<OutputMeaning.Builder> mistake) {
    return Arguments.of(
        field,
        changed(
            KpiPlans.split(KpiKind.ACCURACY, task),
            test -> mistake.accept(test.getMeaningBuilder())));
  }

  private static TestDefinition.Builder changed(
      TestDefinition.Builder test, Consumer<TestDefinition.Builder> mistake) {
    mistake.accept(test);
    return test;
  }

  @Test
  void capsAreThoseOfTheKindWhereItHasOne() {
    assertThat(Plans.plan(KpiPlans.shadow(KpiKind.BRIER, Task.BINARY)).cap()).isEqualTo(1);
    assertThat(Plans.plan(KpiPlans.shadow(KpiKind.BRIER, Task.MULTICLASS)).cap()).isEqualTo(2);
    assertThat(Plans.plan(KpiPlans.shadow(KpiKind.COST, Task.BINARY)).cap()).isEqualTo(5);
    assertThat(Plans.plan(KpiPlans.shadow(KpiKind.RMSE, Task.REGRESSION)).cap()).isEqualTo(25);
  }

  @Test
  void blocksAndTuningHaveDefaults() {
    TestPlan auc = Plans.plan(KpiPlans.shadow(KpiKind.AUC, Task.BINARY));
    TestPlan f1 = Plans.plan(KpiPlans.shadow(KpiKind.F1, Task.BINARY));

    assertThat(auc.blockPositives()).isEqualTo(8);
    assertThat(auc.blockNegatives()).isEqualTo(72);
    assertThat(auc.tuningUnits()).isEqualTo(250);
    assertThat(f1.tuningUnits()).isEqualTo(5_000);
  }

  @Test
  void aValueMayBeOfAnOutcomeOfItsOwn() {
    TestDefinition.Builder test = KpiPlans.split(KpiKind.VALUE, Task.BINARY);

    assertThat(Plans.plan(test).outcome()).isEqualTo("status");
    test.getPrimaryBuilder().setOutcome("revenue");
    assertThat(Plans.plan(test).outcome()).isEqualTo("revenue");
  }

  @Test
  void everyGuardIsTakenOnce() {
    TestDefinition.Builder test = Plans.shadow("t");
    for (GuardKind kind : new GuardKind[] {GuardKind.TIMEOUTS, GuardKind.INVALID}) {
      test.addGuards(Guard.newBuilder().setKind(kind).setRelativeMargin(0.5));
    }

    assertThat(Plans.plan(test).guards()).hasSize(4);
  }
}
