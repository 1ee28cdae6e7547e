package dev.understudy.registry.rollout;

import static dev.understudy.registry.rollout.Plans.CANDIDATE;
import static dev.understudy.registry.rollout.Plans.CURRENT;
import static dev.understudy.registry.rollout.Plans.plan;
import static dev.understudy.registry.rollout.Plans.shadow;
import static dev.understudy.registry.rollout.Plans.split;
import static dev.understudy.registry.rollout.Plans.withGuards;
import static dev.understudy.registry.rollout.Plans.withKpi;
import static dev.understudy.registry.rollout.Plans.withPolicy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.understudy.contracts.v1.CalibratedTest;
import dev.understudy.contracts.v1.Calibration;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import dev.understudy.registry.measure.Predicted;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.RolloutRequest.PolicyRequest;
import dev.understudy.registry.rollout.RolloutRequest.StageRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** From a request with figures left out to frozen tests, without a database. */
class CalibrationTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final KpiSpec OPEN = Plans.kpi("ACCURACY", "NON_INFERIORITY", 0.03, null, null);
  private static final GuardSpec SLOW = new GuardSpec("SLOW", null, null, null, null);

  private static RolloutRequest request(
      StageRequest shadow, StageRequest split, CalibrationRequest calibration) {
    return new RolloutRequest("2", null, shadow, split, null, null, calibration, null, null);
  }

  /** A shadow with an open threshold, and a split with an open centre. */
  private static RolloutRequest open() {
    return request(withGuards(shadow(), SLOW), withKpi(split(), OPEN), null);
  }

  private static Step calibrating(RolloutRequest request) {
    return calibrating(plan().tests(request));
  }

  private static Step calibrating(List<PlannedTest> tests) {
    Rollout rollout =
        Rollout.planned(
            "r1",
            CURRENT,
            List.of(CANDIDATE),
            "salt",
            Route.newBuilder().setHoldOut(0.1).build(),
            tests);
    ModelRoute served =
        new ModelRoute(
            1, ModelRoute.single(CURRENT).setRevision(1).build(), null, null, null, null);
    Step started = RolloutMoves.start(served, rollout, NOW);
    return RolloutMoves.prepared(started.route(), started.rollout(), 2, NOW);
  }

  private static RolloutEvaluated.Builder said(Step step) {
    PlannedTest calibration = step.rollout().liveTest().orElseThrow();
    Calibration.Builder figures =
        Calibration.newBuilder().setUnits(5_000).setElapsedMs(3_600_000).setUnitsPerDay(120_000);
    calibration
        .definition()
        .getCalibration()
        .getDraftsList()
        .forEach(
            draft ->
                figures.addTests(
                    CalibratedTest.newBuilder()
                        .setTestId(draft.getDefinition().getTestId())
                        .setKnownUnits(1_200)
                        .setMean(0.82)
                        .setCap(1)
                        .setSlowThresholdUs(42_000)
                        .setExpectedUnits(9_000)
                        .setExpectedMs(90_000_000)));
    return RolloutEvaluated.newBuilder()
        .setRolloutId("r1")
        .setTestId("r1-calibration")
        .setDefinitionSha256(calibration.sha256())
        .setNumber(3_700)
        .setProject("demo")
        .setModel("credit-risk")
        .setCandidate("2")
        .setVerdict(Verdict.CONTINUE)
        .setCalibration(figures);
  }

  private static Judged check(Step step, RolloutEvaluated.Builder said) {
    return EvaluationCheck.check(
        said.build(), "demo", "credit-risk", step.route(), step.rollout(), true, -1);
  }

  private static List<PlannedTest> frozen(Step step, RolloutEvaluated.Builder said) {
    return Calibrated.tests(step.rollout().liveTest().orElseThrow(), said.getCalibration());
  }

  private static Step measured(Step step, RolloutEvaluated.Builder said) {
    List<PlannedTest> tests = frozen(step, said);
    return RolloutMoves.measured(
        step.route(), step.rollout(), tests, Calibrated.tooLong(tests, said.getCalibration()), NOW);
  }

  @Test
  void whereNothingIsMissingNothingIsMeasured() {
    assertThat(plan().tests(request(shadow(), split(), null)))
        .extracting(PlannedTest::stage)
        .containsExactly(Stage.SHADOW, Stage.SPLIT);
  }

  @Test
  void whatIsMissingIsMeasuredBeforeAnyTest() {
    List<PlannedTest> tests = plan().tests(open());

    assertThat(tests).extracting(PlannedTest::id).containsExactly("r1-calibration");
    TestDefinition definition = tests.getFirst().definition();
    assertThat(definition.getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(definition.getHorizonMs()).isEqualTo(3_000);
    assertThat(definition.getPolicy().getMaximumDurationMs())
        .isEqualTo(Duration.ofHours(25).plusSeconds(3).toMillis());
    assertThat(definition.getCalibration().getMinimumUnits()).isEqualTo(1_000);
    assertThat(definition.getCalibration().getDraftsList())
        .extracting(draft -> draft.getDefinition().getTestId(), draft -> draft.getCentre())
        .containsExactly(tuple("r1-shadow", false), tuple("r1-split", true));
    assertThat(
            definition
                .getCalibration()
                .getDrafts(0)
                .getDefinition()
                .getGuards(0)
                .getSlowThresholdUs())
        .isZero();
  }

  @Test
  void aCalibrationThatIsAskedForMeasuresWhatHasAUsualValueToo() {
    StageRequest f1 = withKpi(shadow(), Plans.kpi("F1", "SUPERIORITY", null, 0.01, null));
    CalibrationRequest asked =
        new CalibrationRequest(500L, Duration.ofMinutes(5), Duration.ofHours(2));

    TestDefinition unmeasured = plan().tests(request(f1, null, null)).getFirst().definition();
    TestDefinition measured = plan().tests(request(f1, null, asked)).getFirst().definition();

    assertThat(unmeasured.getPrimary().getTuningUnits()).isEqualTo(5_000);
    assertThat(measured.getCalibration().getDrafts(0).getDefinition().getPrimary().getTuningUnits())
        .isZero();
    assertThat(measured.getCalibration().getMinimumUnits()).isEqualTo(500);
    assertThat(measured.getCalibration().getMinimumDurationMs()).isEqualTo(300_000);
    assertThat(measured.getPolicy().getMaximumDurationMs()).isEqualTo(7_200_000);
  }

  static Stream<Arguments> wrongRequests() {
    return Stream.of(
        Arguments.of("calibration.minimum_units", new CalibrationRequest(99L, null, null)),
        Arguments.of(
            "calibration.minimum_duration",
            new CalibrationRequest(null, Duration.ofSeconds(-1), null)),
        Arguments.of(
            "calibration.maximum_duration",
            new CalibrationRequest(null, null, Duration.ofHours(1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongRequests")
  void aCalibrationThatCannotBeIsRefusedByItsField(String field, CalibrationRequest asked) {
    Refused refused =
        catchThrowableOfType(Refused.class, () -> plan().tests(request(shadow(), split(), asked)));

    assertThat(refused.field()).isEqualTo(field);
  }

  @Test
  void theRouteStaysWithCurrentAloneAndNamesTheTest() {
    Step step = calibrating(open());

    assertThat(step.rollout().state()).isEqualTo(RolloutState.CALIBRATING);
    assertThat(step.announcements())
        .hasExactlyElementsOfTypes(
            Step.Announcement.TestBegins.class, Step.Announcement.RouteChanges.class);
    Route route = step.route().committed();
    assertThat(route.getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(route.getTestId()).isEqualTo("r1-calibration");
    assertThat(route.getCandidatesList()).isEmpty();
    assertThat(route.getHoldOut()).isEqualTo(0.1);
    assertThat(route.getSalt()).isEqualTo("salt");
  }

  @Test
  void whatWasMeasuredIsFrozenAndHashedAndTheFirstTestIsPrepared() {
    Step step = calibrating(open());
    assertThat(check(step, said(step))).isEqualTo(Judged.ACCEPTED);

    Step measured = measured(step, said(step));

    assertThat(measured.rollout().state()).isEqualTo(RolloutState.PREPARING_SHADOW);
    assertThat(measured.route().prepared().getTestId()).isEqualTo("r1-shadow");
    assertThat(measured.route().prepared().getShadowDeadlineMs()).isEqualTo(1_000);
    assertThat(measured.route().committed()).isEqualTo(step.route().committed());
    TestDefinition shadow = measured.rollout().test(Stage.SHADOW).orElseThrow().definition();
    TestDefinition split = measured.rollout().test(Stage.SPLIT).orElseThrow().definition();
    assertThat(shadow.getGuards(0).getSlowThresholdUs()).isEqualTo(42_000);
    assertThat(shadow.getPrimary().getCentre()).isZero();
    assertThat(split.getPrimary().getCentre()).isEqualTo(0.82);
    assertThat(split.getAttempt()).isEqualTo(1);
    assertThat(measured.rollout().attempt("2")).isEqualTo(1);
  }

  @Test
  void whatThePersonGaveIsNotReplaced() {
    CalibrationRequest asked = new CalibrationRequest(null, null, null);
    Step step = calibrating(request(null, split(), asked));

    List<PlannedTest> tests = frozen(step, said(step));

    assertThat(tests.getFirst().definition().getPrimary().getCentre()).isEqualTo(0.7);
  }

  @Test
  void theWatchInheritsWhatWasMeasured() {
    Step step = calibrating(WatchPlan.tests(plan(), open()));
    assertThat(check(step, said(step))).isEqualTo(Judged.ACCEPTED);

    List<PlannedTest> tests = frozen(step, said(step));

    assertThat(tests)
        .extracting(PlannedTest::id, PlannedTest::stage)
        .containsExactly(
            tuple("r1-shadow", Stage.SHADOW),
            tuple("r1-split", Stage.SPLIT),
            tuple("r1-watch", Stage.WATCH));
    assertThat(tests).allMatch(test -> test.definition().hasBreaker());
    TestDefinition watch = tests.getLast().definition();
    assertThat(watch.getPrimary().getCentre()).isEqualTo(0.82);
    assertThat(watch.getPrimary()).isEqualTo(tests.get(1).definition().getPrimary());
    assertThat(measured(step, said(step)).rollout().state())
        .isEqualTo(RolloutState.PREPARING_SHADOW);
  }

  @Test
  void theWatchTakesTheFiguresOfTheLastTestWhateverIsSaidOfItself() {
    Step step = calibrating(WatchPlan.tests(plan(), open()));
    RolloutEvaluated.Builder said = said(step);
    String watch = said.getCalibration().getTests(2).getTestId();
    said.getCalibrationBuilder()
        .setTests(2, CalibratedTest.newBuilder().setTestId(watch).setMean(0.1));

    List<PlannedTest> tests = frozen(step, said);

    assertThat(tests.getLast().definition().getPrimary().getCentre()).isEqualTo(0.82);
  }

  @Test
  void aLongHorizonOfTheWatchDoesNotProlongTheCalibration() {
    WatchRequest patient =
        new WatchRequest(null, null, null, null, Duration.ofDays(9), null, null, null, null, null);

    TestDefinition calibration =
        WatchPlan.tests(plan(), request(withGuards(shadow(), SLOW), patient))
            .getFirst()
            .definition();

    assertThat(calibration.getHorizonMs()).isEqualTo(3_000);
    assertThat(calibration.getCalibration().getDrafts(1).getDefinition().getHorizonMs())
        .isEqualTo(Duration.ofDays(9).toMillis());
  }

  @Test
  void aHoldBackAfterAShadowHasACentreToo() {
    Step step =
        calibrating(WatchPlan.tests(plan(), request(withGuards(shadow(), SLOW), holdingBack())));

    assertThat(frozen(step, said(step)).getLast().definition().getPrimary().getCentre())
        .isEqualTo(0.82);
  }

  private static WatchRequest holdingBack() {
    return new WatchRequest("HOLD_BACK", null, null, null, null, null, null, null, null, null);
  }

  @Test
  void whatIsByUnitIsNotHeldBackForATimeThatNobodyForetells() {
    StageRequest byUnit =
        new StageRequest(
            null, 0.5, null, "header:x-customer", Plans.HORIZON, null, OPEN, null, null, null);
    Step step = calibrating(request(null, byUnit, null));
    RolloutEvaluated.Builder said = said(step);
    said.getCalibrationBuilder().getTestsBuilder(0).clearExpectedUnits().clearExpectedMs();

    assertThat(Calibrated.tooLong(frozen(step, said), said.getCalibration())).isEmpty();
  }

  @Test
  void aCapBelowTheCentreThatAPersonGaveIsRefused() {
    PlannedTest calibration =
        prices()
            .tests(
                request(
                    null,
                    withKpi(split(), Plans.kpi("MAE", "NON_INFERIORITY", 5.0, null, 40.0)),
                    null))
            .getFirst();
    Calibration.Builder said = Calibration.newBuilder().setElapsedMs(3_600_000);
    said.addTestsBuilder().setTestId("r1-split").setKnownUnits(1_000).setCap(24);

    assertThat(
            catchThrowableOfType(
                IllegalArgumentException.class, () -> Calibrated.tests(calibration, said.build())))
        .hasMessageContaining("cap: 24.0 is below the centre that was given, 40.0");
  }

  @Test
  void aWatchIsNotHeldBackForTheTimeThatItTakes() {
    Step step = calibrating(WatchPlan.tests(plan(), open()));
    RolloutEvaluated.Builder said = said(step);
    said.getCalibrationBuilder().getTestsBuilder(2).clearExpectedUnits().clearExpectedMs();

    assertThat(Calibrated.tooLong(frozen(step, said), said.getCalibration())).isEmpty();
  }

  @Test
  void theWatchKeepsADeadlineOfItsOwn() {
    WatchRequest slower = watch(Duration.ofSeconds(4), null, null);
    Step step = calibrating(WatchPlan.tests(plan(), request(withGuards(shadow(), SLOW), slower)));

    List<PlannedTest> tests = frozen(step, said(step));

    assertThat(tests)
        .extracting(PlannedTest::stage, PlannedTest::shadowDeadline)
        .containsExactly(
            tuple(Stage.SHADOW, Duration.ofSeconds(1)), tuple(Stage.WATCH, Duration.ofSeconds(4)));
    assertThat(tests.getLast().definition().getGuards(0).getSlowThresholdUs()).isEqualTo(42_000);
    assertThat(tests.getLast().definition().getShadowDeadlineMs()).isEqualTo(6_000);
  }

  static Stream<Arguments> openWatches() {
    return Stream.of(
        Arguments.of("watch.kpi.centre", watch(null, OPEN, null)),
        Arguments.of("watch.guards[0].slow_threshold", watch(null, null, List.of(SLOW))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("openWatches")
  void aWatchThatIsUnlikeItsTestsSaysItsOwnFigures(String field, WatchRequest watch) {
    WatchRequest holding =
        new WatchRequest(
            "HOLD_BACK", null, null, null, null, null, watch.kpi(), watch.guards(), null, null);

    Refused refused =
        catchThrowableOfType(
            Refused.class, () -> WatchPlan.tests(plan(), request(shadow(), holding)));

    assertThat(refused.field()).isEqualTo(field);
  }

  private static RolloutRequest request(StageRequest shadow, WatchRequest watch) {
    return new RolloutRequest("2", null, shadow, null, null, null, null, watch, null);
  }

  private static WatchRequest watch(
      @Nullable Duration deadline, @Nullable KpiSpec kpi, @Nullable List<GuardSpec> guards) {
    return new WatchRequest(null, null, null, null, null, deadline, kpi, guards, null, null);
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        bad("no figures", RolloutEvaluated.Builder::clearCalibration),
        bad("too few units", one -> second(one).setKnownUnits(999)),
        bad("too short", one -> one.getCalibrationBuilder().setElapsedMs(3_599_999)),
        bad("one test", one -> one.getCalibrationBuilder().removeTests(1)),
        bad("another test", one -> second(one).setTestId("r1-shadow")),
        bad("a mean above the cap", one -> second(one).setMean(1.01)),
        bad("a mean that is no number", one -> second(one).setMean(Double.NaN)),
        bad(
            "no threshold",
            one -> one.getCalibrationBuilder().getTestsBuilder(0).setSlowThresholdUs(0)),
        bad(
            "a threshold of a day",
            one ->
                one.getCalibrationBuilder()
                    .getTestsBuilder(0)
                    .setSlowThresholdUs(86_400_000_000L)));
  }

  private static Arguments bad(String what, Consumer<RolloutEvaluated.Builder> change) {
    return Arguments.of(what, change);
  }

  private static CalibratedTest.Builder second(RolloutEvaluated.Builder said) {
    return said.getCalibrationBuilder().getTestsBuilder(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void figuresThatNoTestCanHaveAreRefused(String what, Consumer<RolloutEvaluated.Builder> change) {
    Step step = calibrating(open());
    RolloutEvaluated.Builder said = said(step);
    change.accept(said);

    assertThat(check(step, said)).isEqualTo(Judged.BAD_CALIBRATION);
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.class,
      names = {"PROMOTE", "ROLLBACK", "HOLD", "STOP_FUTILE"})
  void aCalibrationIsNeverEvidence(Verdict verdict) {
    Step step = calibrating(open());

    assertThat(check(step, said(step).setVerdict(verdict))).isEqualTo(Judged.UNSUPPORTED);
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.class,
      names = {"STOP_INCONCLUSIVE", "STOP_INVALID"})
  void aCalibrationThatFoundTooLittleStopsTheRollout(Verdict verdict) {
    Step step = calibrating(open());
    RolloutEvaluated.Builder said = said(step).clearCalibration().setVerdict(verdict);

    assertThat(check(step, said)).isEqualTo(Judged.ACCEPTED);
    Step stopped =
        RolloutMoves.judged(step.route(), step.rollout(), "2", verdict, "29 positives", NOW);
    assertThat(stopped.rollout().state()).isEqualTo(RolloutState.STOPPED);
    assertThat(stopped.route().committed().getTestId()).isEmpty();
  }

  @Test
  void aTestTakesNoCalibration() {
    Step step = calibrating(open());
    Step measured = measured(step, said(step));
    Step shadow = RolloutMoves.prepared(measured.route(), measured.rollout(), 3, NOW);
    PlannedTest live = shadow.rollout().liveTest().orElseThrow();

    assertThat(check(shadow, said(step).setTestId(live.id()).setDefinitionSha256(live.sha256())))
        .isEqualTo(Judged.BAD_CALIBRATION);
    assertThat(check(shadow, said(step))).isEqualTo(Judged.NOT_LIVE);
  }

  static Stream<Arguments> tooLong() {
    return Stream.of(
        Arguments.of(
            "split is expected to take 10001 units, and policy.maximum_units is 10000",
            10_001.0,
            1_000L),
        Arguments.of(
            "split is expected to take 3 days, and policy.maximum_duration is 2 days",
            10.0,
            Duration.ofDays(3).toMillis()),
        Arguments.of("split is not expected to promote anybody", null, null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tooLong")
  void whatIsExpectedToTakeTooLongWaitsForAPerson(String why, Double units, Long millis) {
    StageRequest limited =
        withPolicy(
            withKpi(split(), OPEN),
            new PolicyRequest(
                null,
                null,
                null,
                null,
                null,
                10_000L,
                Duration.ofHours(1),
                Duration.ofDays(2),
                null,
                null,
                null,
                null));
    Step step = calibrating(request(null, limited, null));
    RolloutEvaluated.Builder said = said(step);
    CalibratedTest.Builder figures = said.getCalibrationBuilder().getTestsBuilder(0);
    if (units == null) {
      figures.clearExpectedUnits().clearExpectedMs();
    } else {
      figures.setExpectedUnits(units).setExpectedMs(millis);
    }

    Step waiting = measured(step, said);

    assertThat(waiting.rollout().state()).isEqualTo(RolloutState.CALIBRATED);
    assertThat(waiting.rollout().reason()).contains(why, "confirm it, or stop it");
    assertThat(waiting.route().prepared()).isNull();
    assertThat(waiting.route().committed().getTestId()).isEmpty();
    Step confirmed = RolloutMoves.confirmed(waiting.route(), waiting.rollout(), "we can wait", NOW);
    assertThat(confirmed.rollout().state()).isEqualTo(RolloutState.PREPARING_SPLIT);
    assertThat(confirmed.route().prepared().getTestId()).isEqualTo("r1-split");
  }

  private static TestPlan prices() {
    return new TestPlan(
        "r1",
        "demo",
        "credit-risk",
        "1",
        "2",
        1,
        1,
        new Predicted(
            OutputMeaning.newBuilder()
                .setTask(Task.REGRESSION)
                .setOutput("price")
                .setOutcome("paid")
                .build(),
            false),
        List.of(),
        null,
        Duration.ofSeconds(2));
  }

  @Test
  void aMarginMustBeBelowTheCapThatWasMeasured() {
    StageRequest mae = withKpi(shadow(), Plans.kpi("MAE", "NON_INFERIORITY", 5.0, null, null));
    PlannedTest calibration = prices().tests(request(mae, null, null)).getFirst();
    Calibration.Builder said = Calibration.newBuilder().setElapsedMs(3_600_000);
    said.addTestsBuilder().setTestId("r1-shadow").setKnownUnits(1_000).setCap(24);

    assertThat(Calibrated.tests(calibration, said.build()).getFirst().definition().getPrimary())
        .extracting(kpi -> kpi.getCap(), kpi -> kpi.getMargin())
        .containsExactly(24.0, 5.0);
    said.getTestsBuilder(0).setCap(5);
    assertThat(
            catchThrowableOfType(
                IllegalArgumentException.class, () -> Calibrated.tests(calibration, said.build())))
        .hasMessageContaining("cap: 5.0 is not above 5.0");
  }
}
