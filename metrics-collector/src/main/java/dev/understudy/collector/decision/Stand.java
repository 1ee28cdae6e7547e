package dev.understudy.collector.decision;

/**
 * When a test is judged, in log time.
 *
 * @param beginMs append time of the definition
 * @param logTimeMs the whole second of the evaluation
 * @param lastPredictionMs of this test until then; 0 before the first
 */
public record Stand(long beginMs, long logTimeMs, long lastPredictionMs) {
  private static final long SECOND_MS = 1_000;

  public Stand {
    if (logTimeMs % SECOND_MS != 0) {
      throw new IllegalArgumentException("%d ms is not a whole second".formatted(logTimeMs));
    }
    if (logTimeMs <= beginMs) {
      throw new IllegalArgumentException(
          "%d ms is not after the begin at %d ms".formatted(logTimeMs, beginMs));
    }
  }

  /** The first whole second after a begin. */
  public static long firstSecond(long beginMs) {
    return Math.floorDiv(beginMs, SECOND_MS) * SECOND_MS + SECOND_MS;
  }

  long elapsedMs() {
    return logTimeMs - beginMs;
  }

  /** 0 for the first whole second after the begin, then one more for each. */
  long number() {
    return (logTimeMs - firstSecond(beginMs)) / SECOND_MS;
  }
}
