package dev.understudy.collector.comparison;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One mature request of a test, with the outcomes of its rows that came in time. */
public sealed interface JudgedUnit {
  /** The epoch it was logged in. */
  int epoch();

  /** The outcomes of its rows. */
  Truth truth();

  /**
   * In shadow: both versions scored the same request.
   *
   * @param draw how the label of its only row came about; that of several rows is certain
   * @param shard of the prediction id, see {@link AucTally#SHARDS}; 0 where no KPI asks for it
   */
  record Pair(int epoch, Scored current, Scored candidate, Truth truth, LabelDraw draw, int shard)
      implements JudgedUnit {
    /** Whose labels were not drawn. */
    public Pair(int epoch, Scored current, Scored candidate, Truth truth, int shard) {
      this(epoch, current, candidate, truth, LabelDraw.CERTAIN, shard);
    }

    /**
     * A request of one row.
     *
     * @param positive whether the outcome was the positive one; null without a label
     */
    public Pair(
        int epoch, Scored current, Scored candidate, @Nullable Boolean positive, LabelDraw draw) {
      this(epoch, current, candidate, Truth.ofOne(positive), draw, 0);
    }

    /**
     * A request of one row.
     *
     * @param positive whether the outcome was the positive one; null without a label
     */
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
   * @param draw as in {@link Pair}
   * @param shard as in {@link Pair}
   */
  record Assigned(
      int epoch,
      double share,
      boolean toCandidate,
      Scored scored,
      Truth truth,
      LabelDraw draw,
      int shard)
      implements JudgedUnit {
    /** Whose labels were not drawn. */
    public Assigned(
        int epoch, double share, boolean toCandidate, Scored scored, Truth truth, int shard) {
      this(epoch, share, toCandidate, scored, truth, LabelDraw.CERTAIN, shard);
    }

    /**
     * A request of one row.
     *
     * @param positive whether the outcome was the positive one; null without a label
     */
    public Assigned(
        int epoch,
        double share,
        boolean toCandidate,
        Scored scored,
        @Nullable Boolean positive,
        LabelDraw draw) {
      this(epoch, share, toCandidate, scored, Truth.ofOne(positive), draw, 0);
    }

    /**
     * A request of one row.
     *
     * @param positive whether the outcome was the positive one; null without a label
     */
    public Assigned(
        int epoch, double share, boolean toCandidate, Scored scored, @Nullable Boolean positive) {
      this(epoch, share, toCandidate, scored, positive, LabelDraw.CERTAIN);
    }
  }

  /**
   * In a calibration: the current version alone.
   *
   * @param readings what each of the tests that follow would read of it, in their order
   */
  record Measured(int epoch, List<Reading> readings) implements JudgedUnit {
    public Measured {
      readings = List.copyOf(readings);
      if (readings.isEmpty()) {
        throw new IllegalArgumentException("a request that no test would read");
      }
    }

    @Override
    public Truth truth() {
      return readings.getFirst().truth();
    }
  }

  /** The current version's score and the outcomes, as one test reads them. */
  record Reading(Scored scored, Truth truth) {}
}
