package dev.understudy.registry.rollout;

import java.util.Optional;

/**
 * Where a rollout is. Each method is one move: it returns the next state, or says that the move is
 * illegal from here.
 *
 * <pre>
 * PREPARING_CALIBRATION -> CALIBRATING -> PREPARING_SHADOW | PREPARING_SPLIT
 *                          CALIBRATING -> CALIBRATED -> PREPARING_SHADOW | PREPARING_SPLIT
 * PREPARING_SHADOW -> SHADOW -> PREPARING_SPLIT -> SPLIT -> PREPARING_PROMOTION -> PROMOTED
 *                                  SPLIT -> WIDENING -> SPLIT | PREPARING_PROMOTION
 *                    PREPARING_PROMOTION -> WATCHING -> PROMOTED
 *        any live state -> STOPPED | ROLLED_BACK            WATCHING | PROMOTED -> ROLLED_BACK
 *      with several candidates, as one leaves: WIDENING -> SPLIT, and the other tests go on
 * </pre>
 */
enum RolloutState {
  PREPARING_CALIBRATION,
  /** The current version's own records are measured. */
  CALIBRATING,
  /** Measured, and the tests are expected to take longer than they may: a person decides. */
  CALIBRATED,
  PREPARING_SHADOW,
  SHADOW,
  PREPARING_SPLIT,
  SPLIT,
  /** The split goes on at its share while the next one is prepared. */
  WIDENING,
  PREPARING_PROMOTION,
  /** The candidate is current, and the former version stays in the traffic to compare it with. */
  WATCHING,
  PROMOTED,
  ROLLED_BACK,
  STOPPED;

  /** A move that is not allowed from this state. */
  static final class IllegalMove extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private IllegalMove(String move, RolloutState from) {
      super("a rollout that is %s cannot be %s".formatted(from, move));
    }
  }

  /** Where a rollout begins whose first test is that one. */
  static RolloutState preparing(Stage stage) {
    return switch (stage) {
      case CALIBRATION -> PREPARING_CALIBRATION;
      case SHADOW -> PREPARING_SHADOW;
      case SPLIT -> PREPARING_SPLIT;
      case WATCH -> throw new IllegalArgumentException("a rollout does not begin with its watch");
    };
  }

  /**
   * The prepared route is committed.
   *
   * @param watched whether a watch follows the promotion
   */
  RolloutState committed(boolean watched) {
    return switch (this) {
      case PREPARING_CALIBRATION -> CALIBRATING;
      case PREPARING_SHADOW -> SHADOW;
      case PREPARING_SPLIT, WIDENING -> SPLIT;
      case PREPARING_PROMOTION -> watched ? WATCHING : PROMOTED;
      case CALIBRATING, CALIBRATED, SHADOW, SPLIT, WATCHING, PROMOTED, ROLLED_BACK, STOPPED ->
          throw new IllegalMove("committed", this);
    };
  }

  /**
   * The figures are there.
   *
   * @param next the first test that compares
   * @param waits whether a person has to decide first
   */
  RolloutState measured(Stage next, boolean waits) {
    if (this != CALIBRATING) {
      throw new IllegalMove("measured", this);
    }
    return waits ? CALIBRATED : preparing(next);
  }

  /** A person lets the tests begin although they are expected to take long. */
  RolloutState confirmed(Stage next) {
    if (this != CALIBRATED) {
      throw new IllegalMove("confirmed", this);
    }
    return preparing(next);
  }

  /** The prepared route is given up: what was not there before ends, what was goes on. */
  RolloutState givenUp() {
    return switch (this) {
      case PREPARING_CALIBRATION, PREPARING_SHADOW, PREPARING_SPLIT, PREPARING_PROMOTION -> STOPPED;
      case WIDENING -> SPLIT;
      case CALIBRATING, CALIBRATED, SHADOW, SPLIT, WATCHING, PROMOTED, ROLLED_BACK, STOPPED ->
          throw new IllegalMove("given up", this);
    };
  }

  /** The next share of the split is to be prepared. */
  RolloutState widening() {
    return switch (this) {
      case SPLIT -> WIDENING;
      case PREPARING_CALIBRATION,
          CALIBRATING,
          CALIBRATED,
          PREPARING_SHADOW,
          SHADOW,
          PREPARING_SPLIT,
          WIDENING,
          PREPARING_PROMOTION,
          WATCHING,
          PROMOTED,
          ROLLED_BACK,
          STOPPED ->
          throw new IllegalMove("widened", this);
    };
  }

  /** Where it is after one of several candidates has left; empty where none leaves alone. */
  Optional<RolloutState> maybeNarrowed() {
    return switch (this) {
      case PREPARING_SHADOW, SHADOW, PREPARING_SPLIT, SPLIT -> Optional.of(this);
      // The next share is prepared anew, without the one that left.
      case WIDENING -> Optional.of(SPLIT);
      case PREPARING_CALIBRATION,
          CALIBRATING,
          CALIBRATED,
          PREPARING_PROMOTION,
          WATCHING,
          PROMOTED,
          ROLLED_BACK,
          STOPPED ->
          Optional.empty();
    };
  }

  /** One of several candidates leaves, and the others go on. */
  RolloutState narrowed() {
    return maybeNarrowed().orElseThrow(() -> new IllegalMove("narrowed", this));
  }

  /** The live test is won. */
  RolloutState promoted(boolean splitFollows) {
    return switch (this) {
      case SHADOW -> splitFollows ? PREPARING_SPLIT : PREPARING_PROMOTION;
      case SPLIT, WIDENING -> PREPARING_PROMOTION;
      case PREPARING_CALIBRATION,
          CALIBRATING,
          CALIBRATED,
          PREPARING_SHADOW,
          PREPARING_SPLIT,
          PREPARING_PROMOTION,
          WATCHING,
          PROMOTED,
          ROLLED_BACK,
          STOPPED ->
          throw new IllegalMove("promoted", this);
    };
  }

  /** The watch is over, and the promotion stands. */
  RolloutState watched() {
    return switch (this) {
      case WATCHING -> PROMOTED;
      case PREPARING_CALIBRATION,
          CALIBRATING,
          CALIBRATED,
          PREPARING_SHADOW,
          SHADOW,
          PREPARING_SPLIT,
          SPLIT,
          WIDENING,
          PREPARING_PROMOTION,
          PROMOTED,
          ROLLED_BACK,
          STOPPED ->
          throw new IllegalMove("watched to its end", this);
    };
  }

  /** The candidate does harm: legal while it can have traffic, also after its promotion. */
  RolloutState rolledBack() {
    return switch (this) {
      case PREPARING_SHADOW,
          SHADOW,
          PREPARING_SPLIT,
          SPLIT,
          WIDENING,
          PREPARING_PROMOTION,
          WATCHING,
          PROMOTED ->
          ROLLED_BACK;
      case PREPARING_CALIBRATION, CALIBRATING, CALIBRATED, ROLLED_BACK, STOPPED ->
          throw new IllegalMove("rolled back", this);
    };
  }

  /** It ends without a winner: by a verdict, by a person, or because it could not be prepared. */
  RolloutState stopped() {
    return switch (this) {
      case PREPARING_CALIBRATION,
          CALIBRATING,
          CALIBRATED,
          PREPARING_SHADOW,
          SHADOW,
          PREPARING_SPLIT,
          SPLIT,
          WIDENING,
          PREPARING_PROMOTION ->
          STOPPED;
      case WATCHING, PROMOTED, ROLLED_BACK, STOPPED -> throw new IllegalMove("stopped", this);
    };
  }

  /** Whether it holds the model's one place for a live rollout. */
  boolean isLive() {
    return switch (this) {
      case PREPARING_CALIBRATION,
          CALIBRATING,
          CALIBRATED,
          PREPARING_SHADOW,
          SHADOW,
          PREPARING_SPLIT,
          SPLIT,
          WIDENING,
          PREPARING_PROMOTION ->
          true;
      case WATCHING, PROMOTED, ROLLED_BACK, STOPPED -> false;
    };
  }

  /** Whether the candidate is current because of it. */
  boolean isPromoted() {
    return this == WATCHING || this == PROMOTED;
  }

  /** The test that runs now. */
  Optional<Stage> liveTest() {
    return switch (this) {
      case CALIBRATING -> Optional.of(Stage.CALIBRATION);
      case SHADOW -> Optional.of(Stage.SHADOW);
      case SPLIT, WIDENING -> Optional.of(Stage.SPLIT);
      case WATCHING -> Optional.of(Stage.WATCH);
      case PREPARING_CALIBRATION,
          CALIBRATED,
          PREPARING_SHADOW,
          PREPARING_SPLIT,
          PREPARING_PROMOTION,
          PROMOTED,
          ROLLED_BACK,
          STOPPED ->
          Optional.empty();
    };
  }
}
