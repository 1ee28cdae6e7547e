package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.LabelPolicy;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;

/** Which tests can be judged by unit. Refuses by the name of the field. */
final class UnitRules {
  private static final int LONGEST_NAME = 128;

  private UnitRules() {}

  /** Whether the test is by unit. */
  static boolean check(TestDefinition definition, Measure measure) {
    Kpi primary = definition.getPrimary();
    if (!definition.getByUnit()) {
      require(
          primary.getCovariate().isEmpty(),
          "primary.covariate: only a test by_unit knows what a unit was like before; leave it out");
      return false;
    }
    require(
        definition.getMode() == RouteMode.SPLIT,
        "by_unit: in %s both versions score the same request, which is the unit; leave it out",
        definition.getMode());
    require(
        measure.family() == Measure.Family.CELLS || measure.family() == Measure.Family.SUMS,
        "primary.kind: %s is no mean over predictions, so it cannot be judged by unit; take"
            + " ACCURACY, LOG_LOSS, BRIER, COST, MAE, RMSE or VALUE",
        measure.kind());
    require(
        definition.getLabels().equals(LabelPolicy.getDefaultInstance()),
        "labels: what a missing label is worth is known by request and not by unit; leave it out");
    require(
        primary.getCovariate().length() <= LONGEST_NAME,
        "primary.covariate: a name of %d characters, %d are allowed",
        primary.getCovariate().length(),
        LONGEST_NAME);
    return true;
  }

  private static void require(boolean holds, String message, Object... parts) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(parts));
    }
  }
}
