package dev.understudy.registry.rollout;

import static dev.understudy.registry.rollout.Plans.HORIZON;
import static dev.understudy.registry.rollout.Plans.plan;
import static dev.understudy.registry.rollout.Plans.shadow;
import static dev.understudy.registry.rollout.Plans.split;
import static dev.understudy.registry.rollout.Plans.withGuards;
import static dev.understudy.registry.rollout.Plans.withPolicy;
import static dev.understudy.registry.rollout.Plans.withShare;
import static dev.understudy.registry.rollout.Plans.withShares;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.Digest;
import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.RolloutRequest.PolicyRequest;
import dev.understudy.registry.rollout.RolloutRequest.ShareRequest;
import dev.understudy.registry.rollout.RolloutRequest.StageRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TestPlanTest {
  @Test
  void theHashIsThatOfTheBytesThatAreAnnounced() throws Exception {
    PlannedTest test = plan().tests(Plans.request(shadow(), null)).getFirst();

    byte[] bytes = test.announcement().getDefinition().toByteArray();
    assertThat(test.sha256()).isEqualTo(Digest.of(bytes));
    assertThat(TestDefinition.parseFrom(bytes)).isEqualTo(test.definition());
  }

  @Test
  void theSamePlanHasTheSameHashAndAnotherFigureAnotherOne() {
    String one = hash(shadow());

    assertThat(hash(shadow())).isEqualTo(one);
    assertThat(hash(withShare(shadow(), 0.9, null))).isNotEqualTo(one);
  }

  @Test
  void aShadowHasTheDefaultsOfItsKind() {
    TestDefinition test = only(shadow(), null);

    assertThat(test.getTestId()).isEqualTo("r1-shadow");
    assertThat(test.getMode()).isEqualTo(RouteMode.SHADOW);
    assertThat(test.getEpochs(0).getShare()).isEqualTo(1);
    assertThat(test.getShadowDeadlineMs()).isEqualTo(1_000 + 2_000);
    assertThat(test.getPrimary().getCap()).isEqualTo(1);
    assertThat(test.getGuardsList())
        .singleElement()
        .satisfies(
            guard -> {
              assertThat(guard.getKind()).isEqualTo(GuardKind.ERRORS);
              assertThat(guard.getRelativeMargin()).isEqualTo(0.5);
              assertThat(guard.getAbsoluteMargin()).isEqualTo(0.0025);
              assertThat(guard.getRequired()).isTrue();
            });
    assertThat(test.getPolicy())
        .isEqualTo(
            usual()
                .setMinimumDurationMs(Duration.ofDays(1).plus(HORIZON).toMillis())
                .setMaximumDurationMs(Duration.ofDays(14).plus(HORIZON).toMillis())
                .build());
  }

  @Test
  void aSplitHasTheDefaultsOfItsKind() {
    TestDefinition test = only(null, split());

    assertThat(test.getTestId()).isEqualTo("r1-split");
    assertThat(test.getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(test.getEpochs(0).getShare()).isEqualTo(0.5);
    assertThat(test.getShadowDeadlineMs()).isZero();
    assertThat(test.getPolicy())
        .isEqualTo(
            usual()
                .setMinimumDurationMs(Duration.ofDays(7).plus(HORIZON).toMillis())
                .setMaximumDurationMs(Duration.ofDays(28).plus(HORIZON).toMillis())
                .build());
  }

  @Test
  void logLossIsCapped() {
    StageRequest stage = withKpi(shadow(), Plans.kpi("LOG_LOSS", "SUPERIORITY", null, 0.003, null));

    assertThat(only(stage, null).getPrimary().getCap()).isEqualTo(6.908);
  }

  @Test
  void aStageThatNamesNoMeasuresHasThoseOfTheModel() {
    TestPlan plan = plan();
    TestPlan withModels =
        new TestPlan(
            plan.rolloutId(),
            plan.project(),
            plan.model(),
            plan.current(),
            plan.candidate(),
            1,
            plan.attempt(),
            plan.predicted(),
            List.of(Plans.BETTER),
            List.of(slow(Duration.ofMillis(50))),
            plan.shadowGrace());
    StageRequest bare =
        new StageRequest(null, null, null, null, HORIZON, null, null, null, null, null);

    PlannedTest test = withModels.tests(Plans.request(bare, null)).getFirst();

    assertThat(test.definition().getPrimary().getMinimumEffect()).isEqualTo(0.01);
    assertThat(test.definition().getGuards(0).getSlowThresholdUs()).isEqualTo(50_000);
  }

  @Test
  void theSharesOfASplitAreEpochsOfOneTest() {
    TestDefinition test = only(null, Plans.ramp());

    assertThat(test.getEpochsList())
        .containsExactly(
            Epoch.newBuilder()
                .setNumber(0)
                .setShare(0.05)
                .setMinimumMs(Duration.ofHours(1).toMillis())
                .build(),
            Epoch.newBuilder()
                .setNumber(1)
                .setShare(0.25)
                .setMinimumMs(Duration.ofDays(1).toMillis())
                .build(),
            Epoch.newBuilder().setNumber(2).setShare(0.5).build());
  }

  @Test
  void aListOfOneShareIsThatShare() {
    assertThat(only(null, withShares(split(), last(0.3))))
        .isEqualTo(only(null, withShare(split(), null, 0.3)));
  }

  @Test
  void theAttemptIsPartOfTheDefinitionAndCostsNothingUnlessItIsStrict() {
    TestDefinition third = attempt(3, shadow());

    assertThat(third.getAttempt()).isEqualTo(3);
    assertThat(third.getPolicy().getAlphaPromote()).isEqualTo(0.05);
  }

  @Test
  void aStrictThirdAttemptNeedsEvidenceAtAQuarterOfTheLevel() {
    DecisionPolicy policy = attempt(3, withPolicy(shadow(), strict())).getPolicy();

    assertThat(policy.getAlphaPromote()).isEqualTo(0.0125);
    assertThat(policy.getAlphaRollback()).isEqualTo(0.05);
    assertThat(attempt(1, withPolicy(shadow(), strict())).getPolicy().getAlphaPromote())
        .isEqualTo(0.05);
  }

  @Test
  void aStrictAttemptBeyondReachIsRefused() {
    Refused refused =
        catchThrowableOfType(Refused.class, () -> attempt(2_000, withPolicy(shadow(), strict())));

    assertThat(refused.field()).isEqualTo("shadow.policy.strict_attempts");
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("shadow", null, null),
        Arguments.of("shadow.fraction", withShare(shadow(), 0.0, null), null),
        Arguments.of("shadow.fraction", withShare(shadow(), 1.01, null), null),
        Arguments.of("shadow.fraction", withShare(shadow(), Double.NaN, null), null),
        Arguments.of("shadow.share", withShare(shadow(), null, 0.5), null),
        Arguments.of("split.share", null, withShare(split(), null, 0.0)),
        Arguments.of("split.share", null, withShare(split(), null, 1.0)),
        Arguments.of("split.share", null, withShare(split(), null, -0.1)),
        Arguments.of("split.share", null, withShare(split(), null, 1.5)),
        Arguments.of("split.share", null, withShare(Plans.ramp(), null, 0.5)),
        Arguments.of("split.shares", null, withShares(split())),
        Arguments.of("split.shares[0]", null, withShares(split(), (ShareRequest) null)),
        Arguments.of("split.shares[0].share", null, withShares(split(), share(null, HORIZON))),
        Arguments.of(
            "split.shares[1].share", null, withShares(split(), share(0.5, null), last(0.5))),
        Arguments.of(
            "split.shares[1].share", null, withShares(split(), share(0.5, null), last(0.1))),
        Arguments.of(
            "split.shares[1].share", null, withShares(split(), share(0.5, null), last(1.0))),
        Arguments.of("split.shares[0].share", null, withShares(split(), last(Double.NaN))),
        Arguments.of(
            "split.shares[0].minimum_duration", null, withShares(split(), share(0.5, HORIZON))),
        Arguments.of(
            "split.shares[0].minimum_duration",
            null,
            withShares(split(), share(0.1, HORIZON.negated()), last(0.5))),
        Arguments.of(
            "split.shares",
            null,
            withShares(
                split(),
                share(0.1, Duration.ofDays(20)),
                share(0.2, Duration.ofDays(20)),
                last(0.5))),
        Arguments.of("shadow.shares", withShares(shadow(), last(0.5)), null),
        Arguments.of("split.fraction", null, withShare(split(), 0.5, null)),
        Arguments.of(
            "split.shadow_deadline",
            null,
            new StageRequest(
                null, null, null, null, HORIZON, HORIZON, Plans.NOT_WORSE, null, null, null)),
        Arguments.of(
            "shadow.horizon",
            new StageRequest(null, null, null, null, null, null, Plans.BETTER, null, null, null),
            null),
        Arguments.of(
            "shadow.horizon",
            new StageRequest(
                null,
                null,
                null,
                null,
                Duration.ofSeconds(-1),
                null,
                Plans.BETTER,
                null,
                null,
                null),
            null),
        Arguments.of(
            "shadow.shadow_deadline",
            new StageRequest(
                null, null, null, null, HORIZON, Duration.ZERO, Plans.BETTER, null, null, null),
            null),
        Arguments.of("shadow.kpi", withKpi(shadow(), null), null),
        Arguments.of(
            "shadow.kpi.kind",
            withKpi(shadow(), Plans.kpi("LUCK", "SUPERIORITY", null, 0.1, null)),
            null),
        Arguments.of(
            "shadow.kpi.kind",
            withKpi(shadow(), Plans.kpi("MAE", "SUPERIORITY", null, 0.1, null)),
            null),
        Arguments.of(
            "shadow.kpi.kind",
            withKpi(shadow(), Plans.kpi("VALUE", "SUPERIORITY", null, 0.1, null)),
            null),
        Arguments.of(
            "shadow.kpi.line",
            withKpi(shadow(), Plans.kpi("ACCURACY", null, null, 0.1, null)),
            null),
        Arguments.of(
            "shadow.kpi.minimum_effect",
            withKpi(shadow(), Plans.kpi("ACCURACY", "SUPERIORITY", null, null, null)),
            null),
        Arguments.of(
            "shadow.kpi.margin",
            withKpi(shadow(), Plans.kpi("ACCURACY", "SUPERIORITY", 0.1, 0.1, null)),
            null),
        Arguments.of(
            "shadow.kpi.margin",
            withKpi(shadow(), Plans.kpi("ACCURACY", "NON_INFERIORITY", null, null, null)),
            null),
        // At the end of its scale a line leaves the judge nothing to bet on.
        Arguments.of(
            "shadow.kpi.minimum_effect",
            withKpi(shadow(), Plans.kpi("ACCURACY", "SUPERIORITY", null, 1.0, null)),
            null),
        Arguments.of(
            "shadow.kpi.margin",
            withKpi(shadow(), Plans.kpi("LOG_LOSS", "NON_INFERIORITY", 6.908, null, null)),
            null),
        Arguments.of(
            "shadow.guards[0].absolute_margin",
            withGuards(shadow(), new GuardSpec("ERRORS", null, 1.0, null, null)),
            null),
        Arguments.of(
            "split.kpi.centre",
            null,
            withKpi(split(), Plans.kpi("ACCURACY", "NON_INFERIORITY", 0.03, null, 1.2))),
        Arguments.of(
            "shadow.guards[0].slow_threshold",
            withGuards(shadow(), new GuardSpec("ERRORS", null, null, Duration.ofMillis(1), null)),
            null),
        Arguments.of(
            "shadow.guards[0].relative_margin",
            withGuards(shadow(), new GuardSpec("ERRORS", -1.0, null, null, null)),
            null),
        Arguments.of(
            "shadow.guards[0].relative_margin",
            withGuards(shadow(), new GuardSpec("ERRORS", 0.0, 0.0, null, null)),
            null),
        Arguments.of(
            "shadow.guards[1].kind", withGuards(shadow(), slow(HORIZON), slow(HORIZON)), null),
        Arguments.of("shadow.policy.alpha_promote", withPolicy(shadow(), alpha(0)), null),
        Arguments.of("shadow.policy.alpha_promote", withPolicy(shadow(), alpha(0.5)), null),
        Arguments.of("shadow.policy.minimum_units", withPolicy(shadow(), units(0L, null)), null),
        Arguments.of("shadow.policy.maximum_units", withPolicy(shadow(), units(9L, 8L)), null),
        Arguments.of(
            "shadow.policy.maximum_duration",
            withPolicy(shadow(), durations(HORIZON, HORIZON)),
            null));
  }

  @ParameterizedTest(name = "{index}: {0}")
  @MethodSource("wrong")
  void whatIsWrongIsNamed(String field, StageRequest shadow, StageRequest split) {
    Refused refused = refused(shadow, split);

    assertThat(refused.field()).isEqualTo(field);
    assertThat(refused.type()).isEqualTo(ProblemType.INVALID_REQUEST);
  }

  @Test
  void aSplitWithAUnitKeyIsJudgedByUnit() {
    TestDefinition definition = only(null, sticky(Plans.NOT_WORSE, null));

    assertThat(definition.getByUnit()).isTrue();
    assertThat(definition.getPrimary().getTuningUnits()).isEqualTo(5_000);
    assertThat(only(null, split()).getByUnit()).isFalse();
  }

  @Test
  void whatDoesNotFitAUnitKeyIsNamed() {
    LabelRequest worst = new LabelRequest(true, null, null, null, null);
    StageRequest inShadow =
        new StageRequest(
            null, null, null, "header:x", HORIZON, null, Plans.BETTER, null, null, null);
    KpiSpec f1 = Plans.kpi("F1", "SUPERIORITY", null, 0.01, null);

    assertThat(refused(null, sticky(Plans.NOT_WORSE, worst)).field()).isEqualTo("split.labels");
    assertThat(refused(inShadow, null).field()).isEqualTo("shadow.unit_key");
    assertThat(refused(null, sticky(f1, null)).field()).isEqualTo("split.kpi.kind");
  }

  private static StageRequest sticky(KpiSpec kpi, LabelRequest labels) {
    return new StageRequest(
        null, 0.5, null, "header:x-customer", HORIZON, null, kpi, null, null, labels);
  }

  private static TestDefinition only(StageRequest shadow, StageRequest split) {
    return plan().tests(Plans.request(shadow, split)).getFirst().definition();
  }

  private static TestDefinition attempt(int number, StageRequest shadow) {
    TestPlan plan = plan();
    return new TestPlan(
            plan.rolloutId(),
            plan.project(),
            plan.model(),
            plan.current(),
            plan.candidate(),
            1,
            number,
            plan.predicted(),
            plan.measures(),
            plan.guards(),
            plan.shadowGrace())
        .tests(Plans.request(shadow, null))
        .getFirst()
        .definition();
  }

  private static ShareRequest share(Double share, Duration minimum) {
    return new ShareRequest(share, minimum);
  }

  private static ShareRequest last(Double share) {
    return share(share, null);
  }

  private static PolicyRequest strict() {
    return new PolicyRequest(
        null, null, null, null, null, null, null, null, null, null, null, true);
  }

  private static String hash(StageRequest shadow) {
    return plan().tests(Plans.request(shadow, null)).getFirst().sha256();
  }

  private static Refused refused(StageRequest shadow, StageRequest split) {
    return catchThrowableOfType(Refused.class, () -> plan().tests(Plans.request(shadow, split)));
  }

  private static DecisionPolicy.Builder usual() {
    return DecisionPolicy.newBuilder()
        .setAlphaPromote(0.05)
        .setAlphaRollback(0.05)
        .setAlphaFutility(0.05)
        .setAlphaHealth(0.001)
        .setMinimumUnits(200)
        .setMinimumCoverage(0.9)
        .setMinimumCompleteness(0.9)
        .setStaleAfterMs(Duration.ofMinutes(5).toMillis());
  }

  private static StageRequest withKpi(StageRequest stage, KpiSpec kpi) {
    return new StageRequest(null, null, null, null, stage.horizon(), null, kpi, null, null, null);
  }

  private static GuardSpec slow(Duration threshold) {
    return new GuardSpec("SLOW", null, null, threshold, null);
  }

  private static PolicyRequest alpha(double alpha) {
    return new PolicyRequest(
        alpha, null, null, null, null, null, null, null, null, null, null, null);
  }

  private static PolicyRequest units(Long least, Long most) {
    return new PolicyRequest(
        null, null, null, null, least, most, null, null, null, null, null, null);
  }

  private static PolicyRequest durations(Duration least, Duration most) {
    return new PolicyRequest(
        null, null, null, null, null, null, least, most, null, null, null, null);
  }
}
