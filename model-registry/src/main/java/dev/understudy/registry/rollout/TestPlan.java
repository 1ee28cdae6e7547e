package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.CalibrationDraft;
import dev.understudy.contracts.v1.CalibrationPlan;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.ErrorBudget;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import dev.understudy.registry.measure.Predicted;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.RolloutRequest.PolicyRequest;
import dev.understudy.registry.rollout.RolloutRequest.StageRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the frozen definitions of a rollout's tests from what was asked for: checks every figure,
 * fills in the defaults, and names the field that is wrong. Pure.
 *
 * @param candidates of the rollout, which share what may be erred
 * @param attempt 1 for a candidate that was never tested against this model
 * @param measures of the model, for a stage that names none
 * @param guards likewise; null where the model has none of its own
 * @param shadowGrace what a shadow's record may take beyond its deadline before it counts as lost
 */
record TestPlan(
    String rolloutId,
    String project,
    String model,
    String current,
    String candidate,
    int candidates,
    int attempt,
    Predicted predicted,
    List<KpiSpec> measures,
    @Nullable List<GuardSpec> guards,
    Duration shadowGrace) {
  private static final double ALPHA = 0.05;
  private static final double ALPHA_HEALTH = 0.001;

  /** Asymptotic evidence knows none of a half, and the judge would refuse the whole test. */
  private static final double LARGEST_ALPHA = 0.49;

  private static final double SMALLEST_ALPHA = 1e-9;
  private static final long UNITS = 200;
  private static final long MOST_UNITS = 1_000_000_000_000L;
  private static final double COVERAGE = 0.9;
  private static final Duration STALE = Duration.ofMinutes(5);
  static final Duration SHADOW_DEADLINE = Duration.ofSeconds(1);
  static final Duration MILLISECOND = Duration.ofMillis(1);
  static final Duration LONGEST_SHADOW = Duration.ofMinutes(1);
  // Predictions are kept for thirty days; a label that comes later meets nothing.
  static final Duration LONGEST_HORIZON = Duration.ofDays(29);
  private static final Duration LONGEST_TEST = Duration.ofDays(365);

  /** A test as it was asked for; what is missing in it is 0, and the centre may be. */
  private record Asked(PlannedTest test, boolean centreIsOpen) {
    boolean isOpen() {
      return centreIsOpen
          || test.definition().getPrimary().getCap() == 0
          || test.definition().getGuardsList().stream()
              .anyMatch(one -> one.getKind() == GuardKind.SLOW && one.getSlowThresholdUs() == 0);
    }
  }

  /**
   * The tests of a rollout, in order; or the calibration alone, which has them as drafts, where a
   * figure is missing or a calibration is asked for.
   */
  List<PlannedTest> tests(RolloutRequest request) {
    List<Asked> tests = tests(request, request.calibration() != null);
    if (request.calibration() != null) {
      return List.of(calibration(request.calibration(), tests));
    }
    return tests.stream().anyMatch(Asked::isOpen)
        ? List.of(calibration(CalibrationRequest.USUAL, tests(request, true)))
        : tests.stream().map(Asked::test).toList();
  }

  private List<Asked> tests(RolloutRequest request, boolean measured) {
    List<Asked> tests = new ArrayList<>();
    if (request.shadow() != null) {
      tests.add(test(Stage.SHADOW, request.shadow(), measured));
    }
    if (request.split() != null) {
      tests.add(test(Stage.SPLIT, request.split(), measured));
    }
    if (tests.isEmpty()) {
      throw Refused.field("shadow", "a rollout needs a 'shadow', a 'split' or both");
    }
    return tests;
  }

  private PlannedTest calibration(CalibrationRequest asked, List<Asked> drafts) {
    CalibrationPlan.Builder plan = asked.checked("calibration");
    Duration horizon = Duration.ZERO;
    Duration deadline = Duration.ZERO;
    for (Asked draft : drafts) {
      TestDefinition definition = draft.test().definition();
      plan.addDrafts(
          CalibrationDraft.newBuilder().setDefinition(definition).setCentre(draft.centreIsOpen()));
      Duration of = Duration.ofMillis(definition.getHorizonMs());
      horizon = of.compareTo(horizon) > 0 ? of : horizon;
      deadline = draft.test().stage() == Stage.SHADOW ? draft.test().shadowDeadline() : deadline;
    }
    TestDefinition definition =
        TestDefinition.newBuilder()
            .setTestId(rolloutId + "-" + Stage.CALIBRATION.word())
            .setRolloutId(rolloutId)
            .setProject(project)
            .setModel(model)
            .setMode(RouteMode.SINGLE)
            .setCurrent(current)
            .addCandidates(candidate)
            .setHorizonMs(horizon.toMillis())
            .setMeaning(predicted.meaning())
            .setPolicy(
                DecisionPolicy.newBuilder()
                    .setMaximumDurationMs(asked.maximum("calibration", horizon).toMillis()))
            .addEpochs(Epoch.newBuilder().setShare(1))
            .setAttempt(attempt)
            .setCalibration(plan)
            .build();
    return PlannedTest.of(Stage.CALIBRATION, definition, deadline);
  }

  private Asked test(Stage stage, StageRequest asked, boolean measured) {
    String at = stage.word();
    boolean shadow = stage == Stage.SHADOW;
    boolean byUnit = asked.unitKey() != null;
    if (shadow) {
      refuse(at + ".unit_key", asked.unitKey(), "a shadow compares each request by itself");
    }
    if (byUnit) {
      refuse(
          at + ".labels",
          asked.labels(),
          "what a missing label is worth is known by request, and this split has a 'unit_key'");
    }
    Duration horizon =
        Checks.between(
            at + ".horizon",
            Checks.present(at + ".horizon", asked.horizon()),
            Duration.ZERO,
            LONGEST_HORIZON);
    Duration deadline = deadline(at, shadow, asked);
    RouteMode mode = shadow ? RouteMode.SHADOW : RouteMode.SPLIT;
    KpiSpec spec = kpi(at, asked);
    Kpi primary = primary(at + ".kpi", spec, mode, byUnit, measured);
    TestDefinition.Builder definition =
        TestDefinition.newBuilder()
            .setTestId(testId(stage))
            .setRolloutId(rolloutId)
            .setProject(project)
            .setModel(model)
            .setMode(mode)
            .setCurrent(current)
            .addCandidates(candidate)
            .setHorizonMs(horizon.toMillis())
            .setShadowDeadlineMs(shadow ? deadline.plus(shadowGrace).toMillis() : 0)
            .setMeaning(predicted.meaning())
            .setPrimary(primary)
            .addAllGuards(guards(at, asked))
            .setPolicy(policy(at + ".policy", shadow, horizon, asked))
            .setByUnit(byUnit)
            .setAttempt(attempt);
    if (candidates > 1) {
      definition.setBudget(
          ErrorBudget.newBuilder()
              .setCandidates(candidates)
              .setAlphaPromote(alphaPromote(at + ".policy", levels(asked)))
              .setAlphaRollback(alphaRollback(at + ".policy", levels(asked))));
    }
    definition.addAllEpochs(
        shadow
            ? List.of(Epoch.newBuilder().setShare(fraction(at, asked)).build())
            : Shares.checked(at, asked, definition.getPolicy(), candidates));
    if (asked.labels() != null) {
      double coverage = definition.getPolicy().getMinimumCoverage();
      definition.setLabels(
          asked
              .labels()
              .checked(
                  at + ".labels", shadow, coverage, definition.getPrimary(), predicted.task()));
    }
    return new Asked(
        PlannedTest.of(stage, definition.build(), deadline), spec.centreIsOpen(primary, mode));
  }

  /** With the candidate's name where there are several. */
  String testId(Stage stage) {
    String common = rolloutId + "-" + stage.word();
    return candidates == 1 ? common : common + "-" + candidate;
  }

  private static double fraction(String at, StageRequest asked) {
    refuse(at + ".share", asked.share(), "a shadow has a 'fraction'");
    refuse(at + ".shares", asked.shares(), "a shadow has a 'fraction'");
    return Checks.positive(at + ".fraction", asked.fraction() == null ? 1 : asked.fraction(), 1);
  }

  private static Duration deadline(String at, boolean shadow, StageRequest asked) {
    String field = at + ".shadow_deadline";
    Duration said = asked.shadowDeadline();
    if (shadow) {
      return Checks.between(
          field, said == null ? SHADOW_DEADLINE : said, MILLISECOND, LONGEST_SHADOW);
    }
    refuse(field, said, "a split has no shadows");
    return Duration.ZERO;
  }

  private KpiSpec kpi(String at, StageRequest asked) {
    KpiSpec kpi = asked.kpi();
    if (kpi == null && measures.size() == 1) {
      kpi = measures.getFirst();
    }
    return Checks.present(at + ".kpi", kpi);
  }

  /** By unit a tuning is never measured, so that its draft is what was checked. */
  private Kpi primary(String at, KpiSpec spec, RouteMode mode, boolean byUnit, boolean measured) {
    if (byUnit) {
      return spec.checkedByUnit(at, predicted);
    }
    return measured ? spec.draft(at, predicted, mode) : spec.checked(at, predicted, mode);
  }

  private List<Guard> guards(String at, StageRequest asked) {
    List<GuardSpec> chosen = asked.guards();
    if (chosen == null) {
      chosen = guards == null ? GuardSpec.USUAL : guards;
    }
    return GuardSpec.checked(at + ".guards", chosen);
  }

  private DecisionPolicy policy(String at, boolean shadow, Duration horizon, StageRequest asked) {
    PolicyRequest policy = levels(asked);
    long fewest = policy.minimumUnits() == null ? UNITS : policy.minimumUnits();
    long most = policy.maximumUnits() == null ? 0 : policy.maximumUnits();
    Checks.between(at + ".minimum_units", fewest, 1, MOST_UNITS);
    Checks.between(at + ".maximum_units", most, 0, MOST_UNITS);
    if (most != 0 && most < fewest) {
      throw Refused.field(at + ".maximum_units", "it is below minimum_units; 0 means no limit");
    }
    Duration shortest =
        orElse(policy.minimumDuration(), Duration.ofDays(shadow ? 1 : 7).plus(horizon));
    Duration longest =
        orElse(policy.maximumDuration(), Duration.ofDays(shadow ? 14 : 28).plus(horizon));
    Checks.between(at + ".minimum_duration", shortest, Duration.ZERO, LONGEST_TEST);
    Checks.between(at + ".maximum_duration", longest, MILLISECOND, LONGEST_TEST);
    if (longest.compareTo(shortest) <= 0) {
      throw Refused.field(at + ".maximum_duration", "it is not above minimum_duration");
    }
    return DecisionPolicy.newBuilder()
        .setAlphaPromote(part(at + ".alpha_promote", alphaPromote(at, policy)))
        .setAlphaRollback(part(at + ".alpha_rollback", alphaRollback(at, policy)))
        .setAlphaFutility(alpha(at + ".alpha_futility", policy.alphaFutility(), ALPHA))
        .setAlphaHealth(alpha(at + ".alpha_health", policy.alphaHealth(), ALPHA_HEALTH))
        .setMinimumUnits(fewest)
        .setMaximumUnits(most)
        .setMinimumDurationMs(shortest.toMillis())
        .setMaximumDurationMs(longest.toMillis())
        .setMinimumCoverage(leastShare(at + ".minimum_coverage", policy.minimumCoverage()))
        .setMinimumCompleteness(
            leastShare(at + ".minimum_completeness", policy.minimumCompleteness()))
        .setStaleAfterMs(
            Checks.between(
                    at + ".stale_after",
                    orElse(policy.staleAfter(), STALE),
                    Duration.ofSeconds(1),
                    LONGEST_TEST)
                .toMillis())
        .build();
  }

  private static PolicyRequest levels(StageRequest asked) {
    return asked.policy() == null ? PolicyRequest.DEFAULTS : asked.policy();
  }

  private static double alphaRollback(String at, PolicyRequest policy) {
    return alpha(at + ".alpha_rollback", policy.alphaRollback(), ALPHA);
  }

  /** Of a level of the rollout, that of one test: what errs with any of them is at most the sum. */
  private double part(String field, double whole) {
    double each = whole / candidates;
    if (each < SMALLEST_ALPHA) {
      throw Refused.field(
          field,
          "with %d candidates each needs evidence at %.1e, which is out of reach"
              .formatted(candidates, each));
    }
    return each;
  }

  /** In strict mode all attempts together err about as often as one may. */
  private double alphaPromote(String at, PolicyRequest policy) {
    double once = alpha(at + ".alpha_promote", policy.alphaPromote(), ALPHA);
    if (!Boolean.TRUE.equals(policy.strictAttempts())) {
      return once;
    }
    double now = Math.scalb(once, 1 - attempt);
    if (now < SMALLEST_ALPHA) {
      throw Refused.field(
          at + ".strict_attempts",
          "attempt %d would need evidence at %.1e, which is out of reach; register another candidate"
              .formatted(attempt, now));
    }
    return now;
  }

  private static double alpha(String field, @Nullable Double value, double otherwise) {
    return Checks.between(field, value == null ? otherwise : value, SMALLEST_ALPHA, LARGEST_ALPHA);
  }

  private static double leastShare(String field, @Nullable Double value) {
    return Checks.between(field, value == null ? COVERAGE : value, 0, 1);
  }

  private static Duration orElse(@Nullable Duration value, Duration otherwise) {
    return value == null ? otherwise : value;
  }

  private static void refuse(String field, @Nullable Object value, String why) {
    if (value != null) {
      throw Refused.field(field, "%s, leave it out".formatted(why));
    }
  }
}
