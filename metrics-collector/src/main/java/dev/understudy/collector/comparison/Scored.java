package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.ScoreStatus;
import org.jspecify.annotations.Nullable;

/**
 * What one version made of one request, as far as the judge is concerned.
 *
 * @param status never EXPECTED: whoever still waits at maturity is LOST
 * @param predictions of every row; null unless ANSWERED
 * @param latencyUs scoring time without queueing
 * @param invalid FAILED because the answer held no usable prediction
 */
public record Scored(
    ScoreStatus status, @Nullable Predictions predictions, long latencyUs, boolean invalid) {
  /** The record never came. */
  public static final Scored LOST = new Scored(ScoreStatus.LOST, null, 0, false);

  public Scored {
    if (status == ScoreStatus.ANSWERED && predictions == null) {
      // An answer without a prediction is an error of the version that gave it.
      status = ScoreStatus.FAILED;
      invalid = true;
    }
    if (status == ScoreStatus.EXPECTED
        || status == ScoreStatus.SCORE_STATUS_UNSPECIFIED
        || status == ScoreStatus.UNRECOGNIZED) {
      status = ScoreStatus.LOST;
    }
    if (status != ScoreStatus.ANSWERED) {
      predictions = null;
    }
  }

  /** The score of one row by a probability, which counts only when ANSWERED. */
  public Scored(ScoreStatus status, double probability, long latencyUs) {
    this(
        status,
        probability >= 0 && probability <= 1
            ? new Predictions.Numbers(new double[] {probability})
            : null,
        latencyUs,
        false);
  }

  /** An answer to a request of so many rows; invalid when the test cannot use it. */
  public static Scored answered(
      TestPlan plan, @Nullable Predictions predictions, int rows, long latencyUs) {
    boolean usable =
        predictions != null && predictions.rows() == rows && plan.measure().usable(predictions);
    return new Scored(ScoreStatus.ANSWERED, usable ? predictions : null, latencyUs, false);
  }

  /** Whether the version did its part, well or badly. */
  public boolean complete() {
    return status == ScoreStatus.ANSWERED || error();
  }

  /** Whether it failed, timed out or said nothing usable. */
  public boolean error() {
    return status == ScoreStatus.FAILED || status == ScoreStatus.TIMED_OUT;
  }

  boolean timedOut() {
    return status == ScoreStatus.TIMED_OUT;
  }

  boolean slow(long thresholdUs) {
    return status == ScoreStatus.TIMED_OUT || latencyUs > thresholdUs;
  }

  /** Whether the latency says how long scoring takes; that of a failure does not. */
  boolean timed() {
    return status == ScoreStatus.ANSWERED || timedOut() || invalid;
  }
}
