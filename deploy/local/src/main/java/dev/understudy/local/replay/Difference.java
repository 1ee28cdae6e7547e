package dev.understudy.local.replay;

/**
 * Something recorded that the log does not give.
 *
 * @param number of the evaluation
 * @param field e.g. {@code evidence.counts[epoch 0 lost]}
 */
public record Difference(
    String testId, long number, String field, String recorded, String recomputed) {
  @Override
  public String toString() {
    return "%s #%d %s: recorded %s, recomputed %s"
        .formatted(testId, number, field, recorded, recomputed);
  }
}
