package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.CalibrationDraft;
import dev.understudy.contracts.v1.CalibrationPlan;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The tests of all candidates of a rollout, by stage; or the one calibration that is before all of
 * them. Pure.
 */
final class AllTests {
  private AllTests() {}

  /**
   * The tests, frozen.
   *
   * @param plans one for each candidate, in their order
   */
  static List<PlannedTest> of(List<TestPlan> plans, RolloutRequest request) {
    List<List<PlannedTest>> each =
        plans.stream().map(plan -> WatchPlan.tests(plan, request)).toList();
    if (each.getFirst().getFirst().stage() == Stage.CALIBRATION) {
      return List.of(calibration(each.stream().map(List::getFirst).toList()));
    }
    return each.stream()
        .flatMap(List::stream)
        .sorted(Comparator.comparing(PlannedTest::stage))
        .toList();
  }

  /**
   * What is measured is the same for all, and so is what is expected but for the level: that of the
   * most frequent attempts is the strictest, so theirs is planned with.
   */
  private static PlannedTest calibration(List<PlannedTest> calibrations) {
    PlannedTest strictest =
        calibrations.stream().min(Comparator.comparingDouble(AllTests::level)).orElseThrow();
    TestDefinition.Builder definition = strictest.definition().toBuilder();
    CalibrationPlan.Builder plan = definition.getCalibrationBuilder();
    List<CalibrationDraft.Builder> drafts = new ArrayList<>(plan.getDraftsBuilderList());
    for (PlannedTest other : calibrations) {
      if (other != strictest) {
        List<CalibrationDraft> alike = other.definition().getCalibration().getDraftsList();
        for (int i = 0; i < drafts.size(); i++) {
          drafts.get(i).addAlike(alike.get(i).getDefinition());
        }
      }
    }
    return PlannedTest.of(Stage.CALIBRATION, definition.build(), strictest.shadowDeadline());
  }

  private static double level(PlannedTest calibration) {
    return calibration.definition().getCalibration().getDraftsList().stream()
        .mapToDouble(draft -> draft.getDefinition().getPolicy().getAlphaPromote())
        .min()
        .orElseThrow();
  }
}
