package dev.understudy.simulation;

/**
 * How one simulated rollout ended.
 *
 * @param kind what was decided
 * @param samples units until then; all that there were when nothing was decided
 */
record Ending(Kind kind, long samples) {
  enum Kind {
    /** The evidence reached what is needed, in scenarios that follow one claim only. */
    CLAIMED,
    /** It never did. */
    OPEN,
    PROMOTED,
    ROLLED_BACK,
    FUTILE,
    INCONCLUSIVE,
    INVALID
  }

  static Ending claimed(long samples) {
    return new Ending(Kind.CLAIMED, samples);
  }

  static Ending open(long samples) {
    return new Ending(Kind.OPEN, samples);
  }
}
