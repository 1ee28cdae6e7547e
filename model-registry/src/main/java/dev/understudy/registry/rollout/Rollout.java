package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.CalibrationDraft;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.rollout.Contender.Standing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The plan that replaces the current version by one of its candidates, and how far it is.
 * Immutable.
 *
 * @param contenders the candidates in the order of the request, whether or not they are still in it
 * @param salt of the assignment, fixed for the whole rollout
 * @param eligibility segments and hold-out, the same in every route of it, and the unit key
 * @param tests by stage: perhaps a calibration; shadow, split or both; and the watch where a
 *     promotion is watched. But for the calibration, each candidate has its own. As long as the
 *     calibration runs, it stands alone
 * @param ramp how far the split is widened
 * @param reason why it ended, or why it is where it is
 */
record Rollout(
    String id,
    RolloutState state,
    VersionRef current,
    List<Contender> contenders,
    String salt,
    Route eligibility,
    List<PlannedTest> tests,
    Ramp ramp,
    @Nullable String reason) {
  /** Candidates of one rollout. Each makes the evidence that is needed larger for all. */
  static final int MOST_CANDIDATES = 8;

  Rollout {
    contenders = List.copyOf(contenders);
    tests = List.copyOf(tests);
    requireContenders(current, contenders);
    requireTests(contenders, tests);
  }

  private static void requireContenders(VersionRef current, List<Contender> contenders) {
    if (contenders.isEmpty() || contenders.size() > MOST_CANDIDATES) {
      throw new IllegalArgumentException(
          "a rollout has 1 to %d candidates".formatted(MOST_CANDIDATES));
    }
    Set<String> seen = new HashSet<>(Set.of(current.getVersion()));
    if (!contenders.stream().allMatch(one -> seen.add(one.name()))) {
      throw new IllegalArgumentException("a version is not its own candidate, and none is twice");
    }
  }

  private static void requireTests(List<Contender> contenders, List<PlannedTest> tests) {
    if (tests.isEmpty() || tests.getFirst().stage() == Stage.WATCH) {
      throw new IllegalArgumentException("a rollout has a test before its watch");
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < tests.size(); i++) {
      PlannedTest test = tests.get(i);
      if (i > 0 && tests.get(i - 1).stage().compareTo(test.stage()) > 0) {
        throw new IllegalArgumentException(
            "a calibration comes first, a shadow before a split, and both before a watch");
      }
      if (!seen.add(test.stage() + "/" + test.candidate())) {
        throw new IllegalArgumentException(
            "candidate %s has two tests of one kind".formatted(test.candidate()));
      }
      if (contenders.stream().noneMatch(one -> one.name().equals(test.candidate()))) {
        throw new IllegalArgumentException(
            "test %s is of no candidate of the rollout".formatted(test.id()));
      }
    }
  }

  /** A rollout that is about to begin with its first test. */
  static Rollout planned(
      String id,
      VersionRef current,
      List<VersionRef> candidates,
      String salt,
      Route eligibility,
      List<PlannedTest> tests) {
    RolloutState first = RolloutState.preparing(tests.getFirst().stage());
    List<Contender> contenders = candidates.stream().map(Contender::fresh).toList();
    return new Rollout(id, first, current, contenders, salt, eligibility, tests, Ramp.START, null);
  }

  /** The one that was chosen, whatever became of it; before, the first that is still in it. */
  VersionRef candidate() {
    return contenders.stream()
        .filter(Contender::chosen)
        .findFirst()
        .or(() -> contenders.stream().filter(Contender::isIn).findFirst())
        .orElse(contenders.getFirst())
        .version();
  }

  boolean hasSeveral() {
    return contenders.size() > 1;
  }

  Optional<Contender> contender(String version) {
    return contenders.stream().filter(one -> one.name().equals(version)).findFirst();
  }

  /** Those that may still be promoted. */
  List<Contender> in() {
    return contenders.stream().filter(Contender::isIn).toList();
  }

  /** Those that stand like that. */
  List<Contender> in(Standing standing) {
    return contenders.stream().filter(one -> one.standing() == standing).toList();
  }

  /** The test of that kind of its {@link #candidate}; the calibration is everyone's. */
  Optional<PlannedTest> test(Stage stage) {
    return stage == Stage.CALIBRATION
        ? tests(stage).stream().findFirst()
        : test(stage, candidate().getVersion());
  }

  Optional<PlannedTest> test(Stage stage, String candidate) {
    return tests(stage).stream().filter(test -> test.candidate().equals(candidate)).findFirst();
  }

  Optional<PlannedTest> test(String id) {
    return tests.stream().filter(test -> test.id().equals(id)).findFirst();
  }

  /** Of all candidates. */
  List<PlannedTest> tests(Stage stage) {
    return tests.stream().filter(test -> test.stage() == stage).toList();
  }

  /** The tests that run now: those of the candidates that are under the live one. */
  List<PlannedTest> liveTests() {
    Stage stage = state.liveTest().orElse(null);
    if (stage == null) {
      return List.of();
    }
    return switch (stage) {
      case CALIBRATION, WATCH -> test(stage).stream().toList();
      case SHADOW, SPLIT ->
          tests(stage).stream()
              .filter(
                  test ->
                      contender(test.candidate())
                          .filter(one -> one.standing() == Standing.TESTED)
                          .isPresent())
              .toList();
    };
  }

  /** The first of those. */
  Optional<PlannedTest> liveTest() {
    return liveTests().stream().findFirst();
  }

  boolean isLive(PlannedTest test) {
    return liveTests().stream().anyMatch(live -> live.id().equals(test.id()));
  }

  /** The epoch of one of its tests that is live, or would be first; a shadow has one. */
  Epoch epoch(PlannedTest test) {
    return test.epoch(
        switch (test.stage()) {
          case CALIBRATION, SHADOW, WATCH -> 0;
          case SPLIT -> ramp.epoch();
        });
  }

  /** How often that candidate was tested against the model before, and once more. */
  int attempt(String candidate) {
    // Of what was planned before attempts were counted nothing is known but this one.
    return tests.stream()
        .flatMap(Rollout::definitions)
        .filter(one -> one.getCandidates(0).equals(candidate))
        .mapToInt(TestDefinition::getAttempt)
        .reduce(1, Math::max);
  }

  private static Stream<TestDefinition> definitions(PlannedTest test) {
    return Stream.concat(
        Stream.of(test.definition()),
        test.definition().getCalibration().getDraftsList().stream()
            .map(CalibrationDraft::getAlikeList)
            .flatMap(List::stream));
  }

  /** The first test that compares; empty while the calibration before it runs. */
  Optional<PlannedTest> firstComparison() {
    return tests.stream().filter(test -> test.stage() != Stage.CALIBRATION).findFirst();
  }

  /** With the tests that its calibration had as drafts. */
  Rollout with(List<PlannedTest> more) {
    List<PlannedTest> all = new ArrayList<>(tests);
    all.addAll(more);
    return new Rollout(id, state, current, contenders, salt, eligibility, all, ramp, reason);
  }

  /** With every candidate as that makes of it. */
  Rollout each(UnaryOperator<Contender> change) {
    return new Rollout(
        id,
        state,
        current,
        contenders.stream().map(change).toList(),
        salt,
        eligibility,
        tests,
        ramp,
        reason);
  }

  /** With one candidate that stands otherwise. */
  Rollout with(String candidate, UnaryOperator<Contender> change) {
    return each(one -> one.name().equals(candidate) ? change.apply(one) : one);
  }

  Rollout moved(RolloutState next, @Nullable String why) {
    return moved(next, ramp, why);
  }

  Rollout moved(RolloutState next, Ramp widened, @Nullable String why) {
    return new Rollout(id, next, current, contenders, salt, eligibility, tests, widened, why);
  }
}
