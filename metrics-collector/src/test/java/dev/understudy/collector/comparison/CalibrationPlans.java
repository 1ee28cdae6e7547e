package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.CalibrationDraft;
import dev.understudy.contracts.v1.CalibrationPlan;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;

/** Calibrations for tests. */
public final class CalibrationPlans {
  private CalibrationPlans() {}

  /**
   * One before these tests, whose centres are to be measured; 100 units, at most ten minutes.
   *
   * @param drafts of the same rollout and model
   */
  public static TestDefinition.Builder before(String testId, TestDefinition.Builder... drafts) {
    CalibrationPlan.Builder plan = CalibrationPlan.newBuilder().setMinimumUnits(100);
    long horizonMs = 0;
    for (TestDefinition.Builder draft : drafts) {
      draft.setRolloutId("rollout-" + testId);
      horizonMs = Math.max(horizonMs, draft.getHorizonMs());
      plan.addDrafts(CalibrationDraft.newBuilder().setDefinition(draft).setCentre(true));
    }
    return TestDefinition.newBuilder()
        .setTestId(testId)
        .setRolloutId("rollout-" + testId)
        .setProject("demo")
        .setModel("credit-risk")
        .setMode(RouteMode.SINGLE)
        .setCurrent("1")
        .addCandidates("2")
        .setHorizonMs(horizonMs)
        .setMeaning(drafts[0].getMeaning())
        .setPolicy(DecisionPolicy.newBuilder().setMaximumDurationMs(600_000))
        .addEpochs(Epoch.newBuilder().setShare(1))
        .setCalibration(plan);
  }

  /** A split whose centre and slow threshold are to be measured. */
  public static TestDefinition.Builder split(String testId) {
    TestDefinition.Builder split = Plans.split(testId);
    split.getPrimaryBuilder().setCentre(0);
    split.getGuardsBuilder(1).setSlowThresholdUs(0);
    return split;
  }
}
