package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.BreakerPolicy;
import dev.understudy.contracts.v1.CalibrationDraft;
import dev.understudy.contracts.v1.CalibrationPlan;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.WatchPolicy;
import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.RolloutRequest.StageRequest;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the frozen definition of the watch that follows a promotion, from what was asked for and
 * from the last test before it. Pure.
 *
 * <p>In the definition the roles stay what they were in the tests: the candidate is the promoted
 * version, so that every figure of the watch has the sign that people know. In the route they are
 * reversed.
 */
final class WatchPlan {
  private static final double ALPHA = 0.01;
  private static final double SMALLEST_ALPHA = 1e-9;
  private static final double LARGEST_ALPHA = 0.5;

  /** Evidence by unit is asymptotic, and knows none of a half. */
  private static final double LARGEST_ASYMPTOTIC = 0.49;

  private static final double SHADOWED = 0.1;
  private static final double HELD_BACK = 0.05;
  private static final double SMALLEST_HOLD_BACK = 0.001;
  private static final double LARGEST_HOLD_BACK = 0.5;
  private static final Duration WEEK = Duration.ofDays(7);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(60);
  private static final int MOST_SLOTS = 10_000;

  /** How the former version stays in the traffic. */
  enum Mode {
    REVERSE_SHADOW,
    HOLD_BACK,
    NONE
  }

  private final TestPlan plan;
  private final WatchRequest asked;
  private final StageRequest stage;
  private final PlannedTest last;

  private WatchPlan(TestPlan plan, WatchRequest asked, StageRequest stage, PlannedTest last) {
    this.plan = plan;
    this.asked = asked;
    this.stage = stage;
    this.last = last;
  }

  /**
   * All tests of a rollout in order, each with its breaker, and the watch at their end; or the
   * calibration alone, which has all these as drafts.
   */
  static List<PlannedTest> tests(TestPlan plan, RolloutRequest request) {
    BreakerPolicy breaker =
        (request.breaker() == null ? BreakerRequest.DEFAULT : request.breaker()).checked("breaker");
    List<PlannedTest> asked = plan.tests(request);
    if (asked.getFirst().stage() == Stage.CALIBRATION) {
      return List.of(calibration(plan, request, asked.getFirst(), breaker));
    }
    List<PlannedTest> tests = new ArrayList<>();
    for (PlannedTest test : asked) {
      TestDefinition guarded = test.definition().toBuilder().setBreaker(breaker).build();
      tests.add(PlannedTest.of(test.stage(), guarded, test.shadowDeadline()));
    }
    watch(plan, request, tests.getLast()).ifPresent(tests::add);
    return tests;
  }

  private static PlannedTest calibration(
      TestPlan plan, RolloutRequest request, PlannedTest calibration, BreakerPolicy breaker) {
    TestDefinition.Builder definition = calibration.definition().toBuilder();
    CalibrationPlan.Builder measured = definition.getCalibrationBuilder();
    for (CalibrationDraft.Builder draft : measured.getDraftsBuilderList()) {
      draft.getDefinitionBuilder().setBreaker(breaker);
    }
    CalibrationDraft last = measured.getDrafts(measured.getDraftsCount() - 1);
    boolean shadow = last.getDefinition().getMode() == RouteMode.SHADOW;
    PlannedTest before =
        PlannedTest.of(
            shadow ? Stage.SHADOW : Stage.SPLIT,
            last.getDefinition(),
            shadow ? calibration.shadowDeadline() : Duration.ZERO);
    Duration deadline = calibration.shadowDeadline();
    Optional<PlannedTest> watch = watch(plan, request, before);
    if (watch.isPresent()) {
      TestDefinition watched = watch.get().definition();
      deadline = deadline.isZero() ? watch.get().shadowDeadline() : deadline;
      measured.addDrafts(
          CalibrationDraft.newBuilder()
              .setDefinition(watched)
              .setCentre(centreIsOpen(request, last, watched)));
    }
    return PlannedTest.of(Stage.CALIBRATION, definition.build(), deadline);
  }

  /**
   * As in the last test; and a hold-back that follows a shadow needs one that the shadow did not.
   */
  private static boolean centreIsOpen(
      RolloutRequest request, CalibrationDraft last, TestDefinition watched) {
    boolean own = request.watch() != null && request.watch().kpi() != null;
    boolean holdsBackAfterShadow =
        watched.getMode() == RouteMode.SPLIT
            && last.getDefinition().getMode() == RouteMode.SHADOW
            && isMean(watched.getPrimary().getKind());
    return !own && (last.getCentre() || holdsBackAfterShadow);
  }

  private static Optional<PlannedTest> watch(
      TestPlan plan, RolloutRequest request, PlannedTest last) {
    StageRequest stage = request.split() == null ? request.shadow() : request.split();
    WatchRequest asked = request.watch() == null ? WatchRequest.DEFAULT : request.watch();
    return stage == null ? Optional.empty() : new WatchPlan(plan, asked, stage, last).test();
  }

  private Optional<PlannedTest> test() {
    boolean value = last.definition().getPrimary().getKind() == KpiKind.VALUE;
    Mode mode =
        asked.mode() == null
            ? value && asked.kpi() == null ? Mode.HOLD_BACK : Mode.REVERSE_SHADOW
            : Checks.choice("watch.mode", asked.mode(), Arrays.asList(Mode.values()));
    if (mode == Mode.NONE) {
      refuseRest();
      return Optional.empty();
    }
    boolean shadow = mode == Mode.REVERSE_SHADOW;
    boolean byUnit = !shadow && last.definition().getByUnit();
    if (shadow && value && asked.kpi() == null) {
      throw Refused.field(
          "watch.mode",
          "VALUE is brought about by the answer, and a reverse shadow answers nobody; take"
              + " HOLD_BACK, or name another 'kpi'");
    }
    Duration horizon =
        Checks.between(
            "watch.horizon",
            asked.horizon() == null
                ? Duration.ofMillis(last.definition().getHorizonMs())
                : asked.horizon(),
            Duration.ZERO,
            TestPlan.LONGEST_HORIZON);
    Duration deadline = deadline(shadow);
    WatchPolicy.Builder watch = slots(byUnit);
    Kpi primary = primary(shadow, byUnit, watch);
    DecisionPolicy policy = policy(watch, deadline);
    TestDefinition.Builder definition =
        last.definition().toBuilder()
            .setTestId(plan.testId(Stage.WATCH))
            .setMode(shadow ? RouteMode.SHADOW : RouteMode.SPLIT)
            .setHorizonMs(horizon.toMillis())
            .setShadowDeadlineMs(shadow ? deadline.plus(plan.shadowGrace()).toMillis() : 0)
            .setPrimary(primary)
            .setByUnit(byUnit)
            .clearBudget()
            .clearGuards()
            .addAllGuards(guards())
            .setPolicy(policy)
            .clearEpochs()
            .addEpochs(Epoch.newBuilder().setShare(share(shadow)))
            .setWatch(watch);
    if (byUnit) {
      refuse(
          "watch.labels",
          asked.labels(),
          "what a missing label is worth is known by request, and this hold-back is by unit, leave"
              + " it out; or take REVERSE_SHADOW");
    }
    LabelRequest labels = asked.labels() == null ? stage.labels() : asked.labels();
    if (labels == null) {
      definition.clearLabels();
    } else {
      definition.setLabels(
          labels.checked(
              "watch.labels",
              shadow,
              policy.getMinimumCoverage(),
              primary,
              plan.predicted().task()));
    }
    return Optional.of(PlannedTest.of(Stage.WATCH, definition.build(), deadline));
  }

  private void refuseRest() {
    refuse("watch.share", asked.share());
    refuse("watch.duration", asked.duration());
    refuse("watch.slot", asked.slot());
    refuse("watch.horizon", asked.horizon());
    refuse("watch.shadow_deadline", asked.shadowDeadline());
    refuse("watch.kpi", asked.kpi());
    refuse("watch.guards", asked.guards());
    refuse("watch.alpha", asked.alpha());
    refuse("watch.labels", asked.labels());
  }

  private static void refuse(String field, @Nullable Object value) {
    refuse(field, value, "'watch.mode' is NONE, leave it out");
  }

  private static void refuse(String field, @Nullable Object value, String why) {
    if (value != null) {
      throw Refused.field(field, why);
    }
  }

  private Duration deadline(boolean shadow) {
    Duration said = asked.shadowDeadline();
    if (!shadow) {
      if (said != null) {
        throw Refused.field("watch.shadow_deadline", "a hold-back has no shadows, leave it out");
      }
      return Duration.ZERO;
    }
    Duration before = last.shadowDeadline();
    Duration usual = before.isZero() ? TestPlan.SHADOW_DEADLINE : before;
    return Checks.between(
        "watch.shadow_deadline",
        said == null ? usual : said,
        TestPlan.MILLISECOND,
        TestPlan.LONGEST_SHADOW);
  }

  /** By unit nothing is asked anew, so that the whole watch is one slot. */
  private WatchPolicy.Builder slots(boolean byUnit) {
    Duration duration =
        Checks.between(
            "watch.duration", asked.duration() == null ? WEEK : asked.duration(), SECOND, LONGEST);
    if (byUnit) {
      refuse(
          "watch.slot",
          asked.slot(),
          "a unit that comes back cannot be asked anew in every slot, so by unit the question is"
              + " asked once, from the promotion on; leave it out, or take REVERSE_SHADOW");
    }
    Duration usual = byUnit || duration.compareTo(HOUR) < 0 ? duration : HOUR;
    Duration slot =
        Checks.between("watch.slot", asked.slot() == null ? usual : asked.slot(), SECOND, duration);
    if (slot.toMillis() % 1_000 != 0 || !slot.equals(Duration.ofMillis(slot.toMillis()))) {
      throw Refused.field(
          byUnit ? "watch.duration" : "watch.slot",
          "a slot of %s is not whole seconds".formatted(slot));
    }
    long slots = duration.toMillis() / slot.toMillis();
    if (!slot.multipliedBy(slots).equals(duration)) {
      throw Refused.field(
          asked.slot() == null ? "watch.duration" : "watch.slot",
          "a watch of %s is not a number of slots of %s".formatted(duration, slot));
    }
    return WatchPolicy.newBuilder()
        .setAlpha(
            Checks.between(
                "watch.alpha",
                asked.alpha() == null ? ALPHA : asked.alpha(),
                SMALLEST_ALPHA,
                byUnit ? LARGEST_ASYMPTOTIC : LARGEST_ALPHA))
        .setSlots((int) Checks.between("watch.slot", slots, 1, MOST_SLOTS))
        .setSlotMs(slot.toMillis());
  }

  /**
   * By unit without a covariate: whoever was in the split may have met the candidate before the
   * first request of the watch, at which it would be read.
   */
  private Kpi primary(boolean shadow, boolean byUnit, WatchPolicy.Builder watch) {
    if (asked.kpi() == null) {
      Kpi before = last.definition().getPrimary();
      watch.setGuardsOnly(!isMean(before.getKind()));
      return before.toBuilder().clearCovariate().build();
    }
    RouteMode mode = shadow ? RouteMode.SHADOW : RouteMode.SPLIT;
    if (byUnit) {
      refuse(
          "watch.kpi.covariate",
          asked.kpi().covariate(),
          "the split may have changed it before the watch began, leave it out");
    }
    Kpi own =
        byUnit
            ? asked.kpi().checkedByUnit("watch.kpi", plan.predicted())
            : asked.kpi().checked("watch.kpi", plan.predicted(), mode);
    if (own.getCap() == 0) {
      throw open("watch.kpi.cap");
    }
    if (asked.kpi().centreIsOpen(own, mode)) {
      throw open("watch.kpi.centre");
    }
    if (!isMean(own.getKind())) {
      throw Refused.field(
          "watch.kpi.kind",
          "%s is no mean over requests, so it cannot be asked anew in every slot; take one that is,"
                  .formatted(own.getKind())
              + " or leave 'kpi' out to watch the guards");
    }
    return own;
  }

  private static boolean isMean(KpiKind kind) {
    return Set.of(
            KpiKind.ACCURACY,
            KpiKind.LOG_LOSS,
            KpiKind.BRIER,
            KpiKind.COST,
            KpiKind.MAE,
            KpiKind.RMSE,
            KpiKind.VALUE)
        .contains(kind);
  }

  private List<Guard> guards() {
    if (asked.guards() == null) {
      return last.definition().getGuardsList();
    }
    List<Guard> own = GuardSpec.checked("watch.guards", asked.guards());
    for (int i = 0; i < own.size(); i++) {
      if (own.get(i).getKind() == GuardKind.SLOW && own.get(i).getSlowThresholdUs() == 0) {
        throw open("watch.guards[%d].slow_threshold".formatted(i));
      }
    }
    return own;
  }

  /** The tests' figures are measured where they are left out, and the watch inherits them. */
  private static Refused open(String field) {
    return Refused.field(
        field, "it is not measured for the watch alone; say it, or leave out what it belongs to");
  }

  /** That of the last test, without its end: the watch has its own. */
  private DecisionPolicy policy(WatchPolicy.Builder watch, Duration deadline) {
    long wholeMs = watch.getSlots() * watch.getSlotMs();
    return last.definition().getPolicy().toBuilder()
        .setAlphaRollback(watch.getAlpha())
        .setMinimumUnits(0)
        .setMaximumUnits(0)
        .setMinimumDurationMs(0)
        .setMaximumDurationMs(wholeMs + deadline.plus(plan.shadowGrace()).toMillis())
        .build();
  }

  /** In a shadow the sampled fraction; in a split the candidate's share: all but what is held. */
  private double share(boolean shadow) {
    if (shadow) {
      return Checks.positive("watch.share", asked.share() == null ? SHADOWED : asked.share(), 1);
    }
    return allBut(
        Checks.between(
            "watch.share",
            asked.share() == null ? HELD_BACK : asked.share(),
            SMALLEST_HOLD_BACK,
            LARGEST_HOLD_BACK));
  }

  /** 1 - share, as people write it. */
  static double allBut(double share) {
    return BigDecimal.ONE.subtract(BigDecimal.valueOf(share)).doubleValue();
  }
}
