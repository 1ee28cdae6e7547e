package dev.understudy.registry.rollout;

import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rollout as it is written in a request: a candidate and one or two stages. {@link TestPlan}
 * checks it and fills in what is left out.
 */
record RolloutRequest(
    @Nullable String candidate, @Nullable StageRequest shadow, @Nullable StageRequest split) {
  /**
   * One test.
   *
   * @param fraction SHADOW: of the requests that the candidate scores too; all by default
   * @param share SPLIT: of the units that the candidate answers; half by default
   * @param unitKey where the unit comes from; refused until tests can be analysed by unit
   * @param horizon how long a label may take
   * @param shadowDeadline SHADOW: how long a shadow may take; 1 s by default
   * @param kpi the model's own where it has exactly one
   * @param guards the model's own, or errors alone
   */
  record StageRequest(
      @Nullable Double fraction,
      @Nullable Double share,
      @Nullable String unitKey,
      @Nullable Duration horizon,
      @Nullable Duration shadowDeadline,
      @Nullable KpiSpec kpi,
      @Nullable List<GuardSpec> guards,
      @Nullable PolicyRequest policy) {}

  /** When to decide; whatever is left out has the default of {@link TestPlan}. */
  record PolicyRequest(
      @Nullable Double alphaPromote,
      @Nullable Double alphaRollback,
      @Nullable Double alphaFutility,
      @Nullable Double alphaHealth,
      @Nullable Long minimumUnits,
      @Nullable Long maximumUnits,
      @Nullable Duration minimumDuration,
      @Nullable Duration maximumDuration,
      @Nullable Double minimumCoverage,
      @Nullable Double minimumCompleteness,
      @Nullable Duration staleAfter) {
    static final PolicyRequest DEFAULTS =
        new PolicyRequest(null, null, null, null, null, null, null, null, null, null, null);
  }
}
