package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.ValueHistogram;
import dev.understudy.contracts.Digest;
import dev.understudy.contracts.v1.CalibrationDraft;
import dev.understudy.contracts.v1.CalibrationPlan;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.ArrayList;
import java.util.List;

/**
 * What a calibration measures, read and checked: the tests that follow, as far as they are known.
 * Immutable.
 *
 * @param minimumUnits with a known outcome, for each draft
 * @param minimumMs of records
 */
public record Calibrating(long minimumUnits, long minimumMs, List<Draft> drafts) {
  private static final int MOST_DRAFTS = 4;
  private static final long MOST_UNITS = 1_000_000_000;

  /**
   * A test that follows.
   *
   * @param plan by which its records are read; where a figure is to be measured it has one that
   *     changes nothing of what is read
   * @param given as it came: what is 0 in it is to be measured
   * @param centre whether the centre is to be measured too
   */
  public record Draft(TestPlan plan, TestDefinition given, boolean centre) {}

  public Calibrating {
    drafts = List.copyOf(drafts);
  }

  /**
   * Reads the plan of a calibration.
   *
   * @throws IllegalArgumentException naming the field of what cannot be measured
   */
  static Calibrating of(TestDefinition definition) {
    CalibrationPlan wanted = definition.getCalibration();
    require(
        wanted.getMinimumUnits() >= 1 && wanted.getMinimumUnits() <= MOST_UNITS,
        "calibration.minimum_units: %d is not in 1..%d",
        wanted.getMinimumUnits(),
        MOST_UNITS);
    require(
        wanted.getMinimumDurationMs() >= 0,
        "calibration.minimum_duration_ms: %d is below 0",
        wanted.getMinimumDurationMs());
    require(
        wanted.getDraftsCount() >= 1 && wanted.getDraftsCount() <= MOST_DRAFTS,
        "calibration.drafts: %d of them, 1 to %d are possible",
        wanted.getDraftsCount(),
        MOST_DRAFTS);
    List<Draft> drafts = new ArrayList<>();
    for (int i = 0; i < wanted.getDraftsCount(); i++) {
      String at = "calibration.drafts[%d].definition.".formatted(i);
      try {
        drafts.add(draft(definition, wanted.getDrafts(i)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(at + e.getMessage(), e);
      }
    }
    return new Calibrating(wanted.getMinimumUnits(), wanted.getMinimumDurationMs(), drafts);
  }

  private static Draft draft(TestDefinition calibration, CalibrationDraft wanted) {
    TestDefinition given = wanted.getDefinition();
    require(!given.hasCalibration(), "calibration: a draft is a test, no calibration");
    requireSame("project", given.getProject(), calibration.getProject());
    requireSame("model", given.getModel(), calibration.getModel());
    requireSame("current", given.getCurrent(), calibration.getCurrent());
    requireSame("rollout_id", given.getRolloutId(), calibration.getRolloutId());
    OutputMeaning meaning = given.getMeaning();
    require(meaning.equals(calibration.getMeaning()), "meaning: it is not the calibration's");
    // A watch takes the figures of the last test, so nothing of its own is waited for.
    require(
        given.hasWatch() || given.getHorizonMs() <= calibration.getHorizonMs(),
        "horizon_ms: %d is above the calibration's",
        given.getHorizonMs());
    return new Draft(plan(readable(given)), given, wanted.getCentre());
  }

  /** The same test with room for every value, where nothing is known yet. */
  private static TestDefinition readable(TestDefinition given) {
    TestDefinition.Builder test = given.toBuilder();
    Kpi primary = given.getPrimary();
    if (primary.getCap() == 0 && capIsOpen(primary.getKind())) {
      test.getPrimaryBuilder().setCap(ValueHistogram.LARGEST);
    }
    for (Guard.Builder guard : test.getGuardsBuilderList()) {
      if (guard.getKind() == GuardKind.SLOW && guard.getSlowThresholdUs() == 0) {
        guard.setSlowThresholdUs(Long.MAX_VALUE);
      }
    }
    return test.build();
  }

  /** Whether a KPI has no cap by its nature, so that one has to be measured. */
  public static boolean capIsOpen(KpiKind kind) {
    return kind == KpiKind.MAE || kind == KpiKind.RMSE || kind == KpiKind.VALUE;
  }

  /**
   * A test with its figures.
   *
   * @throws IllegalArgumentException naming the field of what does not fit
   */
  public static TestPlan plan(TestDefinition complete) {
    return TestPlan.of(
        TestDefined.newBuilder()
            .setTestId(complete.getTestId())
            .setDefinition(complete.toByteString())
            .setDefinitionSha256(Digest.of(complete.toByteArray()))
            .build());
  }

  private static void requireSame(String field, String draft, String calibration) {
    require(
        draft.equals(calibration), "%s: '%s', of the calibration '%s'", field, draft, calibration);
  }

  private static void require(boolean holds, String message, Object... parts) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(parts));
    }
  }
}
