package dev.understudy.registry.rollout;

import static dev.understudy.registry.rollout.Plans.HORIZON;
import static dev.understudy.registry.rollout.Plans.NOT_WORSE;
import static dev.understudy.registry.rollout.Plans.kpi;
import static dev.understudy.registry.rollout.Plans.plan;
import static dev.understudy.registry.rollout.Plans.request;
import static dev.understudy.registry.rollout.Plans.shadow;
import static dev.understudy.registry.rollout.Plans.split;
import static dev.understudy.registry.rollout.Plans.watch;
import static dev.understudy.registry.rollout.Plans.withKpi;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.RolloutRequest.StageRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WatchPlanTest {
  private static final KpiSpec F1 = kpi("F1", "NON_INFERIORITY", 0.03, null, null);
  private static final KpiSpec VALUE =
      new KpiSpec(
          "VALUE",
          "NON_INFERIORITY",
          0.03,
          null,
          1.0,
          10.0,
          null,
          null,
          null,
          null,
          null,
          "sold",
          null);

  private static List<PlannedTest> tests(RolloutRequest request) {
    return WatchPlan.tests(plan(), request);
  }

  private static TestDefinition definition(RolloutRequest request) {
    PlannedTest last = tests(request).getLast();
    assertThat(last.stage()).isEqualTo(Stage.WATCH);
    return last.definition();
  }

  @Test
  void aRolloutThatSaysNothingOfItIsWatchedForAWeekByATenthOfTheRequests() {
    List<PlannedTest> tests = tests(request(shadow(), split()));

    assertThat(tests)
        .extracting(PlannedTest::stage)
        .containsExactly(Stage.SHADOW, Stage.SPLIT, Stage.WATCH);
    TestDefinition watch = tests.getLast().definition();
    assertThat(watch.getTestId()).isEqualTo("r1-watch");
    assertThat(watch.getMode()).isEqualTo(RouteMode.SHADOW);
    assertThat(watch.getCurrent()).isEqualTo("1");
    assertThat(watch.getCandidatesList()).containsExactly("2");
    assertThat(watch.getWatch().getSlots()).isEqualTo(168);
    assertThat(watch.getWatch().getSlotMs()).isEqualTo(3_600_000);
    assertThat(watch.getWatch().getAlpha()).isEqualTo(0.01);
    assertThat(watch.getWatch().getGuardsOnly()).isFalse();
    assertThat(watch.getEpochsList()).singleElement().matches(epoch -> epoch.getShare() == 0.1);
    assertThat(watch.getPrimary()).isEqualTo(tests.get(1).definition().getPrimary());
    assertThat(watch.getGuardsList()).isEqualTo(tests.get(1).definition().getGuardsList());
    assertThat(watch.getHorizonMs()).isEqualTo(3_000);
    assertThat(watch.getShadowDeadlineMs()).isEqualTo(3_000);
    assertThat(tests.getLast().shadowDeadline()).isEqualTo(Duration.ofSeconds(1));
    assertThat(tests.getLast().longest()).isGreaterThan(Duration.ofDays(7));
  }

  @Test
  void whatIsSaidCounts() {
    TestDefinition watch =
        definition(
            request(
                shadow(),
                null,
                new WatchRequest(
                    "HOLD_BACK",
                    0.2,
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(9),
                    null,
                    NOT_WORSE,
                    List.of(new GuardSpec("TIMEOUTS", null, null, null, null)),
                    0.02,
                    null),
                null));

    assertThat(watch.getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(watch.getEpochs(0).getShare()).isEqualTo(0.8);
    assertThat(watch.getWatch().getSlots()).isEqualTo(20);
    assertThat(watch.getWatch().getAlpha()).isEqualTo(0.02);
    assertThat(watch.getHorizonMs()).isEqualTo(9_000);
    assertThat(watch.getShadowDeadlineMs()).isZero();
    assertThat(watch.getPrimary().getMargin()).isEqualTo(0.03);
    assertThat(watch.getGuardsList())
        .singleElement()
        .matches(guard -> guard.getKind() == GuardKind.TIMEOUTS);
  }

  @Test
  void noneIsNone() {
    assertThat(tests(request(shadow(), null, watch("NONE"), null)))
        .extracting(PlannedTest::stage)
        .containsExactly(Stage.SHADOW);
  }

  @Test
  void aShortWatchIsOneSlot() {
    TestDefinition watch =
        definition(
            request(
                shadow(),
                null,
                new WatchRequest(
                    null, null, Duration.ofMinutes(5), null, null, null, null, null, null, null),
                null));

    assertThat(watch.getWatch().getSlots()).isEqualTo(1);
    assertThat(watch.getWatch().getSlotMs()).isEqualTo(300_000);
  }

  @Test
  void whatIsNoMeanIsWatchedByItsGuardsAndWhatTheAnswerBringsAboutByAHoldBack() {
    TestDefinition f1 = definition(request(withKpi(shadow(), F1), null));
    TestDefinition value = definition(request(null, withKpi(split(), VALUE)));

    assertThat(f1.getWatch().getGuardsOnly()).isTrue();
    assertThat(f1.getPrimary().getKind()).isEqualTo(KpiKind.F1);
    assertThat(value.getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(value.getEpochs(0).getShare()).isEqualTo(0.95);
  }

  @Test
  void aSplitByUnitIsWatchedByRequestInAShadowAndByUnitInAHoldBack() {
    KpiSpec kpi =
        new KpiSpec(
            "ACCURACY",
            "NON_INFERIORITY",
            0.03,
            null,
            0.7,
            null,
            null,
            null,
            null,
            null,
            900L,
            null,
            "Income");
    StageRequest byUnit =
        new StageRequest(
            null, 0.5, null, "header:x-customer", HORIZON, null, kpi, null, null, null);

    TestDefinition shadow = definition(request(null, byUnit));
    TestDefinition holdBack = definition(request(null, byUnit, watch("HOLD_BACK"), null));

    assertThat(shadow.getMode()).isEqualTo(RouteMode.SHADOW);
    assertThat(shadow.getByUnit()).isFalse();
    assertThat(holdBack.getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(holdBack.getByUnit()).isTrue();
    assertThat(holdBack.getEpochs(0).getShare()).isEqualTo(0.95);
    assertThat(holdBack.getWatch().getSlots()).isEqualTo(1);
    assertThat(holdBack.getWatch().getSlotMs()).isEqualTo(Duration.ofDays(7).toMillis());
    assertThat(holdBack.getPrimary().getTuningUnits()).isEqualTo(900);
    assertThat(holdBack.getPrimary().getCovariate()).isEmpty();
    assertThat(holdBack.getPolicy().getAlphaRollback()).isEqualTo(0.01);
  }

  @Test
  void valueByUnitIsWatchedByAHoldBackUnlessItIsSaidOtherwise() {
    TestDefinition watch = definition(request(null, Plans.byUnit(withKpi(split(), VALUE))));

    assertThat(watch.getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(watch.getByUnit()).isTrue();
  }

  static Stream<Arguments> wrongByUnit() {
    return Stream.of(
        Arguments.of("watch.slot", with("HOLD_BACK", null, null, Duration.ofHours(1), null, null)),
        Arguments.of(
            "watch.duration", with("HOLD_BACK", null, Duration.ofMillis(1_500), null, null, null)),
        Arguments.of("watch.alpha", with("HOLD_BACK", null, null, null, 0.5, null)),
        Arguments.of("watch.kpi.kind", with("HOLD_BACK", null, null, null, null, F1)),
        Arguments.of(
            "watch.kpi.covariate",
            with(
                "HOLD_BACK",
                null,
                null,
                null,
                null,
                new KpiSpec(
                    "ACCURACY",
                    "NON_INFERIORITY",
                    0.03,
                    null,
                    0.7,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    "Income"))),
        Arguments.of(
            "watch.labels",
            new WatchRequest(
                "HOLD_BACK",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                new LabelRequest(null, null, null, null, true))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongByUnit")
  void whatAHoldBackByUnitCannotHaveIsRefusedByItsField(String field, WatchRequest asked) {
    assertThat(refused(request(null, Plans.byUnit(split()), asked, null))).isEqualTo(field);
  }

  @Test
  void everyTestHasTheBreaker() {
    for (PlannedTest test : tests(request(shadow(), split()))) {
      assertThat(test.definition().getBreaker().getLimit()).isEqualTo(0.2);
      assertThat(test.definition().getBreaker().getAlpha()).isEqualTo(1e-4);
    }
    assertThat(tests(request(shadow(), null, null, new BreakerRequest(0.5, 1e-6))))
        .allMatch(test -> test.definition().getBreaker().getLimit() == 0.5);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("watch.mode", with("SHADOW", null, null, null, null, null)),
        Arguments.of("watch.share", with("NONE", 0.1, null, null, null, null)),
        Arguments.of("watch.share", with(null, 1.5, null, null, null, null)),
        Arguments.of("watch.share", with("HOLD_BACK", 0.6, null, null, null, null)),
        Arguments.of("watch.duration", with(null, null, Duration.ofDays(61), null, null, null)),
        Arguments.of("watch.duration", with(null, null, Duration.ofMinutes(90), null, null, null)),
        Arguments.of("watch.slot", with(null, null, null, Duration.ofHours(5), null, null)),
        Arguments.of("watch.slot", with(null, null, null, Duration.ofMillis(1_500), null, null)),
        Arguments.of("watch.slot", with(null, null, null, Duration.ofSeconds(1), null, null)),
        Arguments.of("watch.alpha", with(null, null, null, null, 0.0, null)),
        Arguments.of("watch.kpi.kind", with(null, null, null, null, null, F1)),
        Arguments.of("watch.kpi.kind", with(null, null, null, null, null, VALUE)),
        Arguments.of(
            "watch.kpi.centre",
            with(
                "HOLD_BACK",
                null,
                null,
                null,
                null,
                kpi("ACCURACY", "NON_INFERIORITY", 0.03, null, null))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void whatMakesNoSenseIsRefusedByItsField(String field, WatchRequest asked) {
    assertThat(refused(request(shadow(), null, asked, null))).isEqualTo(field);
  }

  @Test
  void aReverseShadowCannotMeasureValueAndABreakerHasLimits() {
    assertThat(refused(request(null, withKpi(split(), VALUE), watch("REVERSE_SHADOW"), null)))
        .isEqualTo("watch.mode");
    assertThat(refused(request(shadow(), null, null, new BreakerRequest(1.0, null))))
        .isEqualTo("breaker.limit");
    assertThat(refused(request(shadow(), null, null, new BreakerRequest(null, 0.5))))
        .isEqualTo("breaker.alpha");
  }

  private static @Nullable String refused(RolloutRequest request) {
    Refused refused = catchThrowableOfType(Refused.class, () -> tests(request));
    return refused.field();
  }

  private static WatchRequest with(
      @Nullable String mode,
      @Nullable Double share,
      @Nullable Duration duration,
      @Nullable Duration slot,
      @Nullable Double alpha,
      @Nullable KpiSpec kpi) {
    return new WatchRequest(mode, share, duration, slot, null, null, kpi, null, alpha, null);
  }
}
