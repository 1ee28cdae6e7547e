package dev.understudy.collector.comparison;

import org.jspecify.annotations.Nullable;

/** One mature prediction of a test, with its label if that came in time. */
public sealed interface JudgedUnit {
  /** The epoch it was logged in. */
  int epoch();

  /**
   * In shadow: both versions scored the same request.
   *
   * @param positive whether the outcome was the positive one; null without a label
   * @param draw how the label came about
   */
  record Pair(
      int epoch, Scored current, Scored candidate, @Nullable Boolean positive, LabelDraw draw)
      implements JudgedUnit {
    /** Whose label was not drawn. */
    public Pair(int epoch, Scored current, Scored candidate, @Nullable Boolean positive) {
      this(epoch, current, candidate, positive, LabelDraw.CERTAIN);
    }
  }

  /**
   * In a split: the request was assigned to one arm.
   *
   * @param share the candidate's logged probability
   * @param toCandidate the arm
   * @param scored by the version of the arm, whoever answered
   * @param positive whether the outcome was the positive one; null without a label
   * @param draw how the label came about
   */
  record Assigned(
      int epoch,
      double share,
      boolean toCandidate,
      Scored scored,
      @Nullable Boolean positive,
      LabelDraw draw)
      implements JudgedUnit {
    /** Whose label was not drawn. */
    public Assigned(
        int epoch, double share, boolean toCandidate, Scored scored, @Nullable Boolean positive) {
      this(epoch, share, toCandidate, scored, positive, LabelDraw.CERTAIN);
    }
  }
}
