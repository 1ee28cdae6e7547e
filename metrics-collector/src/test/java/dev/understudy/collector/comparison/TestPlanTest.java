package dev.understudy.collector.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TestPlanTest {
  @Test
  void aPlanHoldsWhatTheDefinitionSays() {
    TestPlan plan = Plans.plan(Plans.shadow("t"));

    assertThat(plan.maturesAfterMs()).isEqualTo(3_000);
    assertThat(plan.slowThresholdUs()).isEqualTo(50_000);
    assertThat(plan.line()).isZero();
    assertThat(plan.futileLine()).hasValue(0.01);
    assertThat(Plans.plan(Plans.split("t")).line()).isEqualTo(-0.03);
    assertThat(Plans.plan(Plans.split("t")).futileLine()).isEmpty();
  }

  @Test
  void aDefinitionWithAnotherDigestIsRefused() {
    TestDefined changed =
        Plans.defined(Plans.shadow("t")).toBuilder()
            .setDefinition(Plans.shadow("t").setHorizonMs(1).build().toByteString())
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TestPlan.of(changed))
        .withMessageContaining("definition_sha256");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TestPlan.of(
                    changed.toBuilder().setDefinition(ByteString.copyFromUtf8("?")).build()));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void whatCannotBeJudgedIsRefusedByName(String field, Consumer<TestDefinition.Builder> mistake) {
    TestDefinition.Builder test = Plans.shadow("t");
    mistake.accept(test);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(test))
        .withMessageContaining(field);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake("candidates", test -> test.addCandidates("3")),
        mistake("candidates", test -> test.setCandidates(0, "1")),
        mistake("mode", test -> test.setMode(RouteMode.SINGLE)),
        mistake("horizon_ms", test -> test.setHorizonMs(-1)),
        mistake("meaning.output", test -> test.getMeaningBuilder().clearOutput()),
        mistake("meaning.threshold", test -> test.getMeaningBuilder().setThreshold(Double.NaN)),
        mistake("primary.kind", test -> test.getPrimaryBuilder().clearKind()),
        mistake("primary.line", test -> test.getPrimaryBuilder().clearLine()),
        mistake("primary.centre", test -> test.getPrimaryBuilder().setCentre(2)),
        mistake("primary.minimum_effect", test -> test.getPrimaryBuilder().setMinimumEffect(1)),
        mistake("primary.cap", test -> Plans.byLogLoss(test).getPrimaryBuilder().setCap(0)),
        mistake(
            "primary.margin",
            test -> test.setPrimary(Plans.split("x").getPrimaryBuilder().setMargin(0))),
        mistake("guards", test -> test.addGuards(test.getGuards(0))),
        mistake(
            "guards.slow_threshold_us",
            test -> test.getGuardsBuilder(1).setKind(GuardKind.SLOW).setSlowThresholdUs(0)),
        mistake("guards.absolute_margin", test -> test.getGuardsBuilder(0).setAbsoluteMargin(1)),
        mistake("policy.alpha_promote", test -> test.getPolicyBuilder().setAlphaPromote(0)),
        mistake("policy.minimum_coverage", test -> test.getPolicyBuilder().setMinimumCoverage(2)),
        mistake("budget.candidates", test -> budget(test, 9, 0.05, 0.05)),
        mistake("budget.alpha_promote", test -> budget(test, 2, 0.05, 0.1)),
        mistake("budget.alpha_rollback", test -> budget(test, 2, 0.1, 0.05)),
        mistake("epochs", TestDefinition.Builder::clearEpochs),
        mistake("by_unit", test -> test.setByUnit(true)),
        mistake("primary.covariate", test -> test.getPrimaryBuilder().setCovariate("income")),
        mistake("model", test -> test.setModel("../etc")));
  }

  private static void budget(
      TestDefinition.Builder test, int candidates, double promote, double rollback) {
    test.getBudgetBuilder()
        .setCandidates(candidates)
        .setAlphaPromote(promote)
        .setAlphaRollback(rollback);
  }

  @Test
  void theLevelsMayBeAPartOfThoseOfARolloutWithSeveralCandidates() {
    TestDefinition.Builder test = Plans.shadow("t");
    budget(test, 2, 0.1, 0.1);

    assertThat(Plans.plan(test).policy().getAlphaPromote()).isEqualTo(0.05);
  }

  @ParameterizedTest
  @MethodSource("mistakesByUnit")
  void whatCannotBeJudgedByUnitIsRefusedByName(
      String field, Consumer<TestDefinition.Builder> mistake) {
    TestDefinition.Builder test = Plans.split("t").setByUnit(true);
    assertThat(Plans.plan(test).byUnit()).isTrue();
    mistake.accept(test);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(test))
        .withMessageContaining(field);
  }

  static Stream<Arguments> mistakesByUnit() {
    return Stream.of(
        mistake("primary.kind: F1", test -> test.getPrimaryBuilder().setKind(KpiKind.F1)),
        mistake("primary.kind: AUC", test -> test.getPrimaryBuilder().setKind(KpiKind.AUC)),
        mistake("labels", test -> test.getLabelsBuilder().setWorstCase(true)),
        mistake("labels", test -> test.getLabelsBuilder().setLeastProbability(0.5)),
        mistake("policy.alpha_promote", test -> test.getPolicyBuilder().setAlphaPromote(0.5)),
        mistake(
            "primary.covariate", test -> test.getPrimaryBuilder().setCovariate("x".repeat(129))));
  }

  private static Arguments mistake(String field, Consumer<TestDefinition.Builder> mistake) {
    return Arguments.of(field, mistake);
  }
}
