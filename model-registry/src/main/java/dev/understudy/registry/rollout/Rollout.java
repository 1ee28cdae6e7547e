package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.VersionRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The plan that replaces the current version by a candidate, and how far it is. Immutable.
 *
 * @param salt of the assignment, fixed for the whole rollout
 * @param eligibility segments and hold-out, the same in every route of it, and the unit key
 * @param tests in order: perhaps a calibration; shadow, split or both; and the watch where a
 *     promotion is watched. As long as the calibration runs, it stands alone
 * @param ramp how far the split is widened
 * @param reason why it ended, or why it is where it is
 */
record Rollout(
    String id,
    RolloutState state,
    VersionRef current,
    VersionRef candidate,
    String salt,
    Route eligibility,
    List<PlannedTest> tests,
    Ramp ramp,
    @Nullable String reason) {
  Rollout {
    tests = List.copyOf(tests);
    if (tests.isEmpty() || tests.getFirst().stage() == Stage.WATCH) {
      throw new IllegalArgumentException("a rollout has a test before its watch");
    }
    for (int i = 1; i < tests.size(); i++) {
      if (tests.get(i - 1).stage().compareTo(tests.get(i).stage()) >= 0) {
        throw new IllegalArgumentException(
            "a calibration comes first, a shadow before a split, and both before a watch");
      }
    }
    if (current.getVersion().equals(candidate.getVersion())) {
      throw new IllegalArgumentException("a version is not its own candidate");
    }
  }

  /** A rollout that is about to begin with its first test. */
  static Rollout planned(
      String id,
      VersionRef current,
      VersionRef candidate,
      String salt,
      Route eligibility,
      List<PlannedTest> tests) {
    RolloutState first = RolloutState.preparing(tests.getFirst().stage());
    return new Rollout(id, first, current, candidate, salt, eligibility, tests, Ramp.START, null);
  }

  Optional<PlannedTest> test(Stage stage) {
    return tests.stream().filter(test -> test.stage() == stage).findFirst();
  }

  Optional<PlannedTest> test(String id) {
    return tests.stream().filter(test -> test.id().equals(id)).findFirst();
  }

  /** The test that runs now. */
  Optional<PlannedTest> liveTest() {
    return state.liveTest().flatMap(this::test);
  }

  /** The epoch of one of its tests that is live, or would be first; a shadow has one. */
  Epoch epoch(PlannedTest test) {
    return test.epoch(
        switch (test.stage()) {
          case CALIBRATION, SHADOW, WATCH -> 0;
          case SPLIT -> ramp.epoch();
        });
  }

  /** How often this candidate was tested against the model before, and once more. */
  int attempt() {
    // Of what was planned before attempts were counted nothing is known but this one.
    return Math.max(1, tests.getFirst().definition().getAttempt());
  }

  /** The first test that compares; empty while the calibration before it runs. */
  Optional<PlannedTest> firstComparison() {
    return tests.stream().filter(test -> test.stage() != Stage.CALIBRATION).findFirst();
  }

  /** With the tests that its calibration had as drafts. */
  Rollout with(List<PlannedTest> more) {
    List<PlannedTest> all = new ArrayList<>(tests);
    all.addAll(more);
    return new Rollout(id, state, current, candidate, salt, eligibility, all, ramp, reason);
  }

  Rollout moved(RolloutState next, @Nullable String why) {
    return moved(next, ramp, why);
  }

  Rollout moved(RolloutState next, Ramp widened, @Nullable String why) {
    return new Rollout(id, next, current, candidate, salt, eligibility, tests, widened, why);
  }
}
