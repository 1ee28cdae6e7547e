package dev.understudy.registry.rollout;

import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a promotion is watched, as it is written in a request; {@link WatchPlan} checks it. What is
 * left out is that of the last test before the promotion, where that has it.
 *
 * @param mode REVERSE_SHADOW: the former version scores a share of the requests beside the promoted
 *     one; HOLD_BACK: it answers a share of the units, which after a split with a unit key stay
 *     with it and are compared as units; NONE. By default REVERSE_SHADOW, of VALUE HOLD_BACK
 * @param share of the former version: by default 0.1 of the requests, or 0.05 of the units
 * @param duration a week by default
 * @param slot of log time, with each of which the question is asked anew: an hour by default; none
 *     of a hold-back by unit
 * @param kpi by default that of the last test where it is a mean; else the guards watch alone
 * @param alpha of a false alarm in the whole watch; 0.01 by default
 */
record WatchRequest(
    @Nullable String mode,
    @Nullable Double share,
    @Nullable Duration duration,
    @Nullable Duration slot,
    @Nullable Duration horizon,
    @Nullable Duration shadowDeadline,
    @Nullable KpiSpec kpi,
    @Nullable List<GuardSpec> guards,
    @Nullable Double alpha,
    @Nullable LabelRequest labels) {
  static final WatchRequest DEFAULT =
      new WatchRequest(null, null, null, null, null, null, null, null, null, null);
}
