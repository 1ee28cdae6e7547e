package dev.understudy.simulation;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Predictions;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.Truth;
import dev.understudy.contracts.v1.ScoreStatus;

/** How units look to the judge: pairs and arms of which only the truth is given. */
final class Units {
  private static final Scored RIGHT = answered(0.9, 1);
  private static final Scored WRONG = answered(0.1, 1);
  private static final Scored RIGHT_SLOW = answered(0.9, Plans.SLOW_US + 1);
  private static final Scored WRONG_SLOW = answered(0.1, Plans.SLOW_US + 1);
  private static final Scored FAILED = failed(1);
  private static final Scored FAILED_SLOW = failed(Plans.SLOW_US + 1);

  private Units() {}

  /** A labelled pair of which only matters who was right and who was slow. */
  static JudgedUnit pair(
      boolean currentRight, boolean candidateRight, boolean currentSlow, boolean candidateSlow) {
    return new JudgedUnit.Pair(
        0, scored(currentRight, currentSlow), scored(candidateRight, candidateSlow), true);
  }

  /** A labelled pair of which only matters who was right. */
  static JudgedUnit pair(boolean currentRight, boolean candidateRight) {
    return pair(currentRight, candidateRight, false, false);
  }

  /** A labelled pair of which only matters who failed. */
  static JudgedUnit failing(boolean currentFails, boolean candidateFails) {
    return new JudgedUnit.Pair(
        0, currentFails ? FAILED : RIGHT, candidateFails ? FAILED : RIGHT, true);
  }

  /** A labelled pair of probabilities. */
  static JudgedUnit probabilities(double current, double candidate, boolean positive) {
    return probabilities(current, candidate, positive, 0);
  }

  /** A labelled pair of probabilities, of a shard of AUC. */
  static JudgedUnit probabilities(double current, double candidate, boolean positive, int shard) {
    return new JudgedUnit.Pair(
        0, answered(current, 1), answered(candidate, 1), Truth.ofOne(positive), shard);
  }

  /** A labelled pair of amounts. */
  static JudgedUnit amounts(double current, double candidate, double outcome) {
    return new JudgedUnit.Pair(
        0, answered(current, 1), answered(candidate, 1), Truth.of(outcome), 0);
  }

  /** A labelled pair of classes. */
  static JudgedUnit classes(int current, int candidate, int outcome) {
    return new JudgedUnit.Pair(0, answered(current), answered(candidate), Truth.of(outcome), 0);
  }

  /** A labelled request of one arm. */
  static JudgedUnit.Assigned assigned(double share, boolean toCandidate, boolean right) {
    return assigned(0, share, toCandidate, right, false);
  }

  /** A labelled request of one arm, in an epoch of its share. */
  static JudgedUnit.Assigned assigned(
      int epoch, double share, boolean toCandidate, boolean right, boolean slow) {
    return new JudgedUnit.Assigned(epoch, share, toCandidate, scored(right, slow), true);
  }

  /** A labelled request of one arm, with its probability, of a shard of AUC. */
  static JudgedUnit.Assigned assigned(
      double share, boolean toCandidate, double probability, boolean positive, int shard) {
    return new JudgedUnit.Assigned(
        0, share, toCandidate, answered(probability, 1), Truth.ofOne(positive), shard);
  }

  /** A request of one arm that brought about a value. */
  static JudgedUnit.Assigned worth(double share, boolean toCandidate, double value) {
    return new JudgedUnit.Assigned(0, share, toCandidate, RIGHT, Truth.of(value), 0);
  }

  /** A request of one arm whose label did not come in time. */
  static JudgedUnit unlabelled(double share, boolean toCandidate) {
    return new JudgedUnit.Assigned(0, share, toCandidate, RIGHT, null);
  }

  /** A request of one arm that failed, and may have been slow about it. */
  static JudgedUnit failed(int epoch, double share, boolean toCandidate, boolean slow) {
    return new JudgedUnit.Assigned(epoch, share, toCandidate, slow ? FAILED_SLOW : FAILED, true);
  }

  private static Scored scored(boolean right, boolean slow) {
    if (slow) {
      return right ? RIGHT_SLOW : WRONG_SLOW;
    }
    return right ? RIGHT : WRONG;
  }

  private static Scored answered(double number, long latencyUs) {
    return new Scored(
        ScoreStatus.ANSWERED, new Predictions.Numbers(new double[] {number}), latencyUs, false);
  }

  private static Scored answered(int ofClass) {
    return new Scored(ScoreStatus.ANSWERED, new Predictions.Named(new int[] {ofClass}), 1, false);
  }

  private static Scored failed(long latencyUs) {
    return new Scored(ScoreStatus.FAILED, null, latencyUs, false);
  }
}
