package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.CalibrationPlan;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the current version is measured before the tests, as it is written in a request; an empty one
 * asks for it although nothing is missing.
 *
 * @param minimumUnits requests with a known outcome, for each test; 1,000 by default
 * @param minimumDuration of the requests that are measured; an hour by default, so that the
 *     expected time does not rest on a burst
 * @param maximumDuration after which it is given up; by default a day after the minimum and the
 *     longest horizon
 */
record CalibrationRequest(
    @Nullable Long minimumUnits,
    @Nullable Duration minimumDuration,
    @Nullable Duration maximumDuration) {
  /** Where figures are missing and nothing was said about how to get them. */
  static final CalibrationRequest USUAL = new CalibrationRequest(null, null, null);

  private static final long UNITS = 1_000;
  private static final long FEWEST_UNITS = 100;
  private static final long MOST_UNITS = 1_000_000_000;
  private static final Duration SHORTEST = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofDays(1);
  private static final Duration LONGEST = Duration.ofDays(365);

  /** The plan without its drafts. */
  CalibrationPlan.Builder checked(String at) {
    return CalibrationPlan.newBuilder()
        .setMinimumUnits(
            Checks.between(
                at + ".minimum_units",
                minimumUnits == null ? UNITS : minimumUnits,
                FEWEST_UNITS,
                MOST_UNITS))
        .setMinimumDurationMs(minimum(at).toMillis());
  }

  private Duration minimum(String at) {
    return Checks.between(
        at + ".minimum_duration",
        minimumDuration == null ? SHORTEST : minimumDuration,
        Duration.ZERO,
        LONGEST);
  }

  /** When it is given up; labels need their horizon before anything is known. */
  Duration maximum(String at, Duration horizon) {
    Duration needed = minimum(at).plus(horizon);
    String field = at + ".maximum_duration";
    if (maximumDuration == null) {
      return needed.plus(PATIENCE);
    }
    Duration most = Checks.between(field, maximumDuration, Duration.ofMillis(1), LONGEST);
    if (most.compareTo(needed) <= 0) {
      throw Refused.field(
          field,
          "it is not above minimum_duration and the longest horizon, which together are %s"
              .formatted(needed));
    }
    return most;
  }
}
