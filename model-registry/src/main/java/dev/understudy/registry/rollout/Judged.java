package dev.understudy.registry.rollout;

/** What became of an evaluation. Only {@link #ACCEPTED} ones are kept, and only they act. */
public enum Judged {
  ACCEPTED,
  /** Its number does not rise: it was seen before, or a later one was. */
  SEEN_BEFORE,
  UNKNOWN_ROLLOUT,
  /** It names a test, a model or a candidate that the rollout does not have. */
  WRONG_TEST,
  WRONG_EPOCH,
  WRONG_DEFINITION,
  /** Its test does not run now. */
  NOT_LIVE,
  /** Its calibration is not what was asked for, or holds figures that no test can have. */
  BAD_CALIBRATION,
  /** It says PROMOTE or WATCHED_OK, and its evidence does not say so under the definition. */
  UNSUPPORTED
}
