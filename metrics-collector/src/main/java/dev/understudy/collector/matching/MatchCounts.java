package dev.understudy.collector.matching;

import dev.understudy.contracts.v1.Verdict;
import java.util.Locale;

/** What the join counts for its operators. Decides nothing; must be thread-safe. */
public interface MatchCounts {
  /** What became of an outcome. */
  enum OutcomeStatus {
    /** Its prediction is known. */
    MATCHED,
    /** Its prediction has not come yet. */
    PENDING,
    /** A revision that is known already, or an older one. */
    DUPLICATE,
    /** A newer revision, in time. */
    CORRECTED,
    /** After the horizon, or after the prediction was judged. */
    LATE,
    /** In time, but of another outcome than the test's, of a wrong type, or none of its values. */
    UNUSABLE,
    /** Its prediction never came. */
    UNMATCHED,
    /** Not an outcome, or one that contradicts its prediction, as by a row that it has not. */
    REFUSED,
    /** Its append time is far ahead of this collector's clock; nothing was done with it. */
    AHEAD;

    /** As a metric's tag. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What became of a prediction. */
  enum PredictionStatus {
    /** Counted in its test. */
    JUDGED,
    /** Outside every test, or of one that is over. */
    UNTESTED,
    /** More rows than are judged (128), or a version that the caller named. */
    NOT_JUDGED,
    /** Seen before. */
    DUPLICATE,
    /**
     * Contradicts itself or the definition, or has several rows where a rule of labels takes one.
     */
    REFUSED,
    /** Its test is by unit, and it says no unit that can be one. */
    NO_UNIT,
    /** Its test's definition never came. */
    UNDEFINED,
    /** Its append time is far ahead of this collector's clock; nothing was done with it. */
    AHEAD;

    /** As a metric's tag. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What became of a shadow's record. */
  enum ShadowStatus {
    /** Waits beside its prediction, or for it. */
    KEPT,
    /** The same version scored the prediction before. */
    DUPLICATE,
    /** Its prediction is judged, or belongs to no test. */
    LATE,
    /** Its prediction never came. */
    UNMATCHED,
    /** Not a shadow's record, or one too many for its prediction. */
    REFUSED;

    /** As a metric's tag. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  void outcome(OutcomeStatus status);

  void shadow(ShadowStatus status);

  void prediction(PredictionStatus status);

  void evaluation(Verdict verdict);

  /** A definition was taken over or refused. */
  void definition(boolean accepted);

  /** The second of log time that a partition has passed. */
  void passed(int partition, long secondMs);

  /** How long after its prediction an outcome that can count came, in log time; 0 when before. */
  default void labelLag(long millis) {}

  /** Units that tests by unit began to keep, and units that were deleted when such a test ended. */
  default void units(long fresh, long deleted) {}

  /** A prediction whose label would help found no room among those to be labelled first. */
  default void labelQueueFull() {}
}
