package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.ScoreStatus;

/**
 * What one version made of one request, as far as the judge is concerned.
 *
 * @param status never EXPECTED: whoever still waits at maturity is LOST
 * @param probability of the positive outcome; meaningless unless ANSWERED
 * @param latencyUs scoring time without queueing
 */
public record Scored(ScoreStatus status, double probability, long latencyUs) {
  /** Closer to certainty than this no probability is taken, so that one error costs 6.908 nats. */
  private static final double SUREST = 1e-3;

  /** The record never came. */
  public static final Scored LOST = new Scored(ScoreStatus.LOST, Double.NaN, 0);

  public Scored {
    if (status == ScoreStatus.ANSWERED && !(probability >= 0 && probability <= 1)) {
      // An answer that is no probability is an error of the version that gave it.
      status = ScoreStatus.FAILED;
    }
    if (status == ScoreStatus.EXPECTED
        || status == ScoreStatus.SCORE_STATUS_UNSPECIFIED
        || status == ScoreStatus.UNRECOGNIZED) {
      status = ScoreStatus.LOST;
    }
  }

  /** Whether the version did its part, well or badly. */
  boolean complete() {
    return status == ScoreStatus.ANSWERED || error();
  }

  boolean error() {
    return status == ScoreStatus.FAILED || status == ScoreStatus.TIMED_OUT;
  }

  boolean slow(long thresholdUs) {
    return status == ScoreStatus.TIMED_OUT || latencyUs > thresholdUs;
  }

  /** Whether the prediction came true; one that failed never does. */
  boolean right(TestPlan plan, boolean positive) {
    return status == ScoreStatus.ANSWERED
        && (probability >= plan.meaning().getThreshold()) == positive;
  }

  /** The log loss before the cap; infinite for one that failed. */
  double loss(boolean positive) {
    if (status != ScoreStatus.ANSWERED) {
      return Double.POSITIVE_INFINITY;
    }
    double inside = Math.max(SUREST, Math.min(1 - SUREST, probability));
    return -Math.log(positive ? inside : 1 - inside);
  }
}
