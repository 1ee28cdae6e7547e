package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.Calibrating;
import dev.understudy.collector.comparison.CalibrationTally;
import dev.understudy.collector.comparison.DraftTally;
import dev.understudy.collector.comparison.Measure;
import dev.understudy.collector.comparison.SparseCounts;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.ValueSketch;
import dev.understudy.collector.statistics.AsympCs;
import dev.understudy.contracts.v1.CalibratedTest;
import dev.understudy.contracts.v1.Calibration;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Says once, at the first second at which there is enough, what the current version's own records
 * are worth for the tests that follow: CONTINUE with the figures. STOP_INCONCLUSIVE when its time
 * is over before that, STOP_INVALID when a test does not fit the figures. Compares nothing. Pure
 * and thread-safe.
 */
public final class Calibrator {
  private static final double DAY_MS = 24 * 60 * 60 * 1_000.0;

  private Calibrator() {}

  /** The one evaluation of a calibration; null while it is too early. */
  public static @Nullable RolloutEvaluated evaluate(
      TestPlan plan, CalibrationTally tally, Stand stand) {
    Calibrating calibrating = plan.calibrating();
    if (calibrating == null) {
      throw new IllegalArgumentException("%s is no calibration".formatted(plan.testId()));
    }
    // Only what came so long ago is mature, and counted.
    long elapsedMs = Math.max(0, stand.elapsedMs() - plan.maturesAfterMs());
    String missing = missing(calibrating, tally, elapsedMs);
    if (!missing.isEmpty()) {
      long most = plan.policy().getMaximumDurationMs();
      return most > 0 && stand.elapsedMs() >= most
          ? said(plan, stand, Verdict.STOP_INCONCLUSIVE)
              .setReason(
                  "%s after %s; give the figures in the request, or a longer calibration"
                      .formatted(missing, Words.duration(most)))
              .build()
          : null;
    }
    try {
      Calibration calibration = calibration(calibrating, tally, elapsedMs);
      return said(plan, stand, Verdict.CONTINUE)
          .setReason("version %s is measured".formatted(plan.current()))
          .setCalibration(calibration)
          .build();
    } catch (IllegalArgumentException e) {
      return said(plan, stand, Verdict.STOP_INVALID)
          .setReason("a test does not fit what was measured: " + e.getMessage())
          .build();
    }
  }

  private static RolloutEvaluated.Builder said(TestPlan plan, Stand stand, Verdict verdict) {
    return RolloutEvaluated.newBuilder()
        .setRolloutId(plan.rolloutId())
        .setTestId(plan.testId())
        .setDefinitionSha256(plan.sha256())
        .setNumber(stand.number())
        .setLogTimeMs(stand.logTimeMs())
        .setProject(plan.project())
        .setModel(plan.model())
        .setCandidate(plan.candidate())
        .setVerdict(verdict);
  }

  private static Calibration calibration(
      Calibrating calibrating, CalibrationTally tally, long elapsedMs) {
    double perDay = tally.units() * DAY_MS / Math.max(1, elapsedMs);
    Calibration.Builder calibration =
        Calibration.newBuilder()
            .setUnits(tally.units())
            .setElapsedMs(elapsedMs)
            .setUnitsPerDay(perDay);
    for (int i = 0; i < calibrating.drafts().size(); i++) {
      Calibrating.Draft draft = calibrating.drafts().get(i);
      calibration.addTests(
          draft.given().hasWatch()
              ? CalibratedTest.newBuilder()
                  .setTestId(draft.given().getTestId())
                  .addWords("the watch takes the figures of the last test before it")
                  .build()
              : Measurement.of(draft, tally.draft(i), tally, perDay));
    }
    return calibration.build();
  }

  /** What there is too little of, for people; empty when there is enough. */
  private static String missing(Calibrating calibrating, CalibrationTally tally, long elapsedMs) {
    if (elapsedMs < calibrating.minimumMs()) {
      return "%s of mature records are needed, there are %s"
          .formatted(Words.duration(calibrating.minimumMs()), Words.duration(elapsedMs));
    }
    for (int i = 0; i < calibrating.drafts().size(); i++) {
      Calibrating.Draft wanted = calibrating.drafts().get(i);
      if (wanted.given().hasWatch()) {
        continue;
      }
      DraftTally draft = tally.draft(i);
      if (draft.known() < calibrating.minimumUnits()) {
        return "%s requests with a known outcome are needed, there are %s"
            .formatted(
                CalibrationWords.count(calibrating.minimumUnits()),
                CalibrationWords.count(draft.known()));
      }
      String few = few(wanted, draft);
      if (!few.isEmpty()) {
        return few;
      }
    }
    return "";
  }

  private static String few(Calibrating.Draft wanted, DraftTally draft) {
    TestPlan plan = wanted.plan();
    Measure.Family family = plan.measure().family();
    boolean binary =
        family == Measure.Family.BLOCKS
            || (family == Measure.Family.TABLE && plan.primary().getKind() != KpiKind.MACRO_F1);
    long needed = AsympCs.BurnIn.OF_UNITS.events();
    long rarer = Math.min(draft.positives(), draft.labels() - draft.positives());
    if (binary && rarer < needed) {
      return "%d of the rarer outcome are needed, there are %d".formatted(needed, rarer);
    }
    boolean capIsOpen =
        wanted.given().getPrimary().getCap() == 0
            && Calibrating.capIsOpen(plan.primary().getKind());
    if (capIsOpen && allZero(draft.single()) && allZero(draft.several())) {
      return "no value is above 0, so there is nothing to take a cap from";
    }
    return "";
  }

  private static boolean allZero(ValueSketch values) {
    SparseCounts counts = values.counts();
    return counts.of(0) == counts.total();
  }
}
