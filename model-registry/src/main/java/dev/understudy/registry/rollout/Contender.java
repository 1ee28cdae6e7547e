package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.VersionRef;
import org.jspecify.annotations.Nullable;

/**
 * One candidate of a rollout, and how it stands among the others. Immutable.
 *
 * @param reason why it stands so; null while it is under its first test
 * @param leftInEpoch number of the split's epoch in which it left; null while it has not left, and
 *     where it never came as far as the split
 * @param chosen whether it won the last test, whatever became of it afterwards
 */
record Contender(
    VersionRef version,
    Standing standing,
    @Nullable String reason,
    @Nullable Integer leftInEpoch,
    boolean chosen) {
  /** How a candidate stands. */
  enum Standing {
    /** Under the test that is live or is being prepared. */
    TESTED,
    /** It has won the shadow, and waits until the others are done with theirs. */
    PASSED,
    /** It has won the last test. */
    CHOSEN,
    /** Another one was chosen first. */
    SUPERSEDED,
    ROLLED_BACK,
    STOPPED;

    /** Whether it may still be promoted, or was. */
    boolean isIn() {
      return switch (this) {
        case TESTED, PASSED, CHOSEN -> true;
        case SUPERSEDED, ROLLED_BACK, STOPPED -> false;
      };
    }
  }

  /** At the beginning of a rollout. */
  static Contender fresh(VersionRef version) {
    return new Contender(version, Standing.TESTED, null, null, false);
  }

  String name() {
    return version.getVersion();
  }

  boolean isIn() {
    return standing.isIn();
  }

  Contender as(Standing next, @Nullable String why) {
    return new Contender(version, next, why, leftInEpoch, chosen || next == Standing.CHOSEN);
  }

  /** It leaves, while others may go on. */
  Contender leaving(Standing next, String why, @Nullable Integer epoch) {
    return new Contender(version, next, why, epoch, chosen);
  }
}
