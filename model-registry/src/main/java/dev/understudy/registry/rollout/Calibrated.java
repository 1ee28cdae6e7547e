package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.CalibratedTest;
import dev.understudy.contracts.v1.Calibration;
import dev.understudy.contracts.v1.CalibrationPlan;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.registry.measure.KpiSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The tests of a rollout with the figures that were measured for them. Only what the request left
 * out is taken from a measurement, and nothing that a request could not have said. Pure.
 */
final class Calibrated {
  private static final double LARGEST_CAP = 1e12;
  private static final int LARGEST_BLOCK = 1_024;
  private static final long MOST_TUNING = 1_000_000_000_000L;
  private static final long LONGEST_US = Duration.ofHours(1).toNanos() / 1_000;

  private Calibrated() {}

  /**
   * The tests that follow, frozen.
   *
   * @throws IllegalArgumentException when the figures are not those that were asked for, or are
   *     none that a test can have
   */
  static List<PlannedTest> tests(PlannedTest calibration, Calibration said) {
    CalibrationPlan asked = calibration.definition().getCalibration();
    require(
        said.getElapsedMs() >= asked.getMinimumDurationMs(),
        "elapsed_ms: %d is below the minimum",
        said.getElapsedMs());
    require(
        said.getTestsCount() == asked.getDraftsCount(),
        "tests: %d of %d",
        said.getTestsCount(),
        asked.getDraftsCount());
    List<PlannedTest> tests = new ArrayList<>();
    for (int i = 0; i < asked.getDraftsCount(); i++) {
      CalibratedTest figures = said.getTests(i);
      TestDefinition draft = asked.getDrafts(i).getDefinition();
      require(
          figures.getTestId().equals(draft.getTestId()),
          "test_id: %s instead of %s",
          figures.getTestId(),
          draft.getTestId());
      if (draft.hasWatch()) {
        // It asks what the last test asked, later; so its figures are those.
        figures = said.getTests(i - 1);
      }
      require(
          figures.getKnownUnits() >= asked.getMinimumUnits(),
          "known_units: %d is below the minimum",
          figures.getKnownUnits());
      tests.add(test(calibration, asked.getDrafts(i).getCentre(), draft, figures));
      for (TestDefinition alike : asked.getDrafts(i).getAlikeList()) {
        tests.add(test(calibration, asked.getDrafts(i).getCentre(), alike, figures));
      }
    }
    return List.copyOf(tests);
  }

  private static PlannedTest test(
      PlannedTest calibration, boolean centre, TestDefinition draft, CalibratedTest figures) {
    boolean shadow = draft.getMode() == RouteMode.SHADOW;
    Stage compared = shadow ? Stage.SHADOW : Stage.SPLIT;
    return PlannedTest.of(
        draft.hasWatch() ? Stage.WATCH : compared,
        complete(draft, centre, figures),
        shadow ? deadline(calibration, draft) : Duration.ZERO);
  }

  /** The definitions have it with a grace, which is the same in all of them. */
  private static Duration deadline(PlannedTest calibration, TestDefinition draft) {
    long first =
        calibration.definition().getCalibration().getDraftsList().stream()
            .mapToLong(one -> one.getDefinition().getShadowDeadlineMs())
            .filter(millis -> millis > 0)
            .findFirst()
            .orElseThrow();
    return calibration.shadowDeadline().plusMillis(draft.getShadowDeadlineMs() - first);
  }

  private static TestDefinition complete(
      TestDefinition draft, boolean centre, CalibratedTest figures) {
    TestDefinition.Builder test = draft.toBuilder();
    Kpi.Builder kpi = test.getPrimaryBuilder();
    if (kpi.getCap() == 0) {
      double least = Math.max(kpi.getMargin(), kpi.getMinimumEffect());
      require(
          figures.getCap() > least && figures.getCap() <= LARGEST_CAP,
          "cap: %s is not above %s and at most %s",
          figures.getCap(),
          least,
          LARGEST_CAP);
      kpi.setCap(figures.getCap());
      require(
          kpi.getCentre() <= kpi.getCap(),
          "cap: %s is below the centre that was given, %s",
          kpi.getCap(),
          kpi.getCentre());
    }
    if (centre) {
      require(
          figures.getMean() >= 0 && figures.getMean() <= kpi.getCap(),
          "mean: %s is not in 0..%s",
          figures.getMean(),
          kpi.getCap());
      kpi.setCentre(figures.getMean());
    }
    if (kpi.getKind() == KpiKind.AUC) {
      if (kpi.getBlockPositives() == 0) {
        kpi.setBlockPositives(block("block_positives", figures.getBlockPositives()));
      }
      if (kpi.getBlockNegatives() == 0) {
        kpi.setBlockNegatives(block("block_negatives", figures.getBlockNegatives()));
      }
    }
    if (!KpiSpec.isMean(kpi.getKind()) && kpi.getTuningUnits() == 0) {
      long tuning = figures.getTuningUnits();
      require(
          tuning >= 1 && tuning <= MOST_TUNING,
          "tuning_units: %d is not in 1..%d",
          tuning,
          MOST_TUNING);
      kpi.setTuningUnits(tuning);
    }
    for (Guard.Builder guard : test.getGuardsBuilderList()) {
      if (guard.getKind() == GuardKind.SLOW && guard.getSlowThresholdUs() == 0) {
        long micros = figures.getSlowThresholdUs();
        require(
            micros >= 1 && micros <= LONGEST_US,
            "slow_threshold_us: %d is not in 1..%d",
            micros,
            LONGEST_US);
        guard.setSlowThresholdUs(micros);
      }
    }
    return test.build();
  }

  private static int block(String field, int size) {
    require(
        size >= 1 && size <= LARGEST_BLOCK, "%s: %d is not in 1..%d", field, size, LARGEST_BLOCK);
    return size;
  }

  /**
   * Why the tests should not begin before a person has seen it: what each is expected to take,
   * where that is more than it may; empty when nothing speaks against it.
   */
  static String tooLong(List<PlannedTest> tests, Calibration said) {
    List<String> reasons = new ArrayList<>();
    for (CalibratedTest figures : said.getTestsList()) {
      // Of several candidates one is planned with, for all.
      PlannedTest test =
          tests.stream()
              .filter(one -> one.id().equals(figures.getTestId()))
              .findFirst()
              .orElseThrow();
      // How long a watch lasts was asked for, and what a test by unit takes is not foretold.
      if (test.stage() == Stage.WATCH || test.definition().getByUnit()) {
        continue;
      }
      String reason = tooLong(test.definition().getPolicy(), figures);
      if (!reason.isEmpty()) {
        reasons.add("%s %s".formatted(test.stage().word(), reason));
      }
    }
    return String.join("; ", reasons);
  }

  private static String tooLong(DecisionPolicy policy, CalibratedTest figures) {
    boolean known =
        figures.hasExpectedMs()
            && figures.hasExpectedUnits()
            && figures.getExpectedUnits() >= 0
            && figures.getExpectedMs() >= 0;
    if (!known) {
      return "is not expected to promote anybody, see the words of its calibration";
    }
    if (policy.getMaximumUnits() > 0 && figures.getExpectedUnits() > policy.getMaximumUnits()) {
      return "is expected to take %.0f units, and policy.maximum_units is %d"
          .formatted(figures.getExpectedUnits(), policy.getMaximumUnits());
    }
    if (figures.getExpectedMs() > policy.getMaximumDurationMs()) {
      return "is expected to take %s, and policy.maximum_duration is %s"
          .formatted(days(figures.getExpectedMs()), days(policy.getMaximumDurationMs()));
    }
    return "";
  }

  private static String days(long millis) {
    Duration all = Duration.ofMillis(millis);
    return all.toDays() >= 2
        ? all.toDays() + " days"
        : all.toMinutes() >= 2 ? all.toMinutes() + " minutes" : all.toSeconds() + " seconds";
  }

  private static void require(boolean holds, String message, Object... parts) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(parts));
    }
  }
}
