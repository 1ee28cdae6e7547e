package dev.understudy.collector.matching;

import java.time.Duration;

/**
 * How long rows wait, in log time.
 *
 * @param outcomesMs an outcome whose prediction has not come
 * @param predictionsMs a prediction that no test waits for any more, so that repetitions are seen
 * @param undefinedMs a prediction of a test whose definition has not come
 */
public record Keep(long outcomesMs, long predictionsMs, long undefinedMs) {
  public Keep {
    if (outcomesMs <= 0 || predictionsMs <= 0 || undefinedMs <= 0) {
      throw new IllegalArgumentException("nothing can be kept for no time at all");
    }
  }

  /** The same, from durations. */
  public static Keep of(Duration outcomes, Duration predictions, Duration undefined) {
    return new Keep(outcomes.toMillis(), predictions.toMillis(), undefined.toMillis());
  }
}
