package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Route;
import dev.understudy.registry.rollout.Contender.Standing;
import dev.understudy.registry.rollout.Step.Announcement;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * What becomes of a rollout when one of its candidates has won a test or leaves; of several, the
 * others may go on. Pure, as {@link RolloutMoves}.
 */
final class CandidateMoves {
  private static final Announcement ROUTE = new Announcement.RouteChanges();

  private CandidateMoves() {}

  /** It has won the test that is live. */
  static Step won(ModelRoute route, Rollout rollout, String candidate, String why, Instant now) {
    boolean splitFollows =
        rollout.state() == RolloutState.SHADOW && !rollout.tests(Stage.SPLIT).isEmpty();
    if (!splitFollows) {
      return chosen(route, rollout, candidate, why, now);
    }
    Rollout passed = rollout.with(candidate, one -> one.as(Standing.PASSED, why));
    return passed.in(Standing.TESTED).isEmpty()
        ? goOn(route, passed, "rollout.test_won", why, now)
        : new Step(
            route.changingTo(TestRoutes.underTest(passed, Stage.SHADOW, 0), null),
            passed.moved(passed.state(), of(rollout, candidate, why)),
            List.of(ROUTE),
            "rollout.candidate_passed",
            of(rollout, candidate, why));
  }

  /** The first to win the last test is promoted; the others leave the traffic at once. */
  private static Step chosen(
      ModelRoute route, Rollout rollout, String candidate, String why, Instant now) {
    RolloutState state = rollout.state().promoted(false);
    Stage stage = rollout.state().liveTest().orElseThrow();
    boolean others = rollout.in().size() > 1;
    Rollout chosen =
        leaving(
            rollout.with(candidate, one -> one.as(Standing.CHOSEN, why)),
            one -> one.standing() != Standing.CHOSEN,
            Standing.SUPERSEDED,
            "version %s was chosen".formatted(candidate));
    Route next =
        chosen
            .test(Stage.WATCH)
            .map(test -> TestRoutes.watched(chosen, test))
            .orElseGet(() -> TestRoutes.promoted(chosen));
    Rollout alone = chosen.with(candidate, one -> one.as(Standing.TESTED, why));
    int epoch = stage == Stage.SPLIT ? rollout.ramp().epoch() : 0;
    ModelRoute meanwhile =
        others ? route.changingTo(TestRoutes.underTest(alone, stage, epoch), null) : route;
    return new Step(
        meanwhile.preparing(next, now),
        chosen.moved(state, of(rollout, candidate, why)),
        List.of(ROUTE),
        "rollout.test_won",
        of(rollout, candidate, why));
  }

  /** Those that have passed the shadow go on to the split together. */
  private static Step goOn(
      ModelRoute route, Rollout rollout, String action, String why, Instant now) {
    Rollout next =
        rollout.each(
            one -> one.standing() == Standing.PASSED ? one.as(Standing.TESTED, one.reason()) : one);
    return new Step(
        route.preparing(TestRoutes.underTest(next, Stage.SPLIT, 0), now),
        next.moved(rollout.state().promoted(true), why),
        List.of(ROUTE),
        action,
        why);
  }

  /**
   * A candidate leaves the rollout. Others go on without it, at once: all that they need is loaded.
   * After the last one the rollout ends: rolled back, if any of them did harm.
   */
  static Step left(
      ModelRoute route,
      Rollout rollout,
      String candidate,
      Standing standing,
      String why,
      Instant now) {
    RolloutState state = rollout.state();
    Rollout after = leaving(rollout, one -> one.name().equals(candidate), standing, why);
    String said = of(rollout, candidate, why);
    if (after.in().isEmpty()) {
      boolean harm = !after.in(Standing.ROLLED_BACK).isEmpty();
      return harm
          ? RolloutMoves.end(route, after, state.rolledBack(), "rollout.rolled_back", said)
          : RolloutMoves.end(route, after, state.stopped(), "rollout.stopped", said);
    }
    String action = "rollout.candidate_left";
    if (state == RolloutState.SHADOW && after.in(Standing.TESTED).isEmpty()) {
      return goOn(route.backTo(rollout.current(), null, null), after, action, said, now);
    }
    RolloutState narrowed = state.narrowed();
    boolean split = narrowed == RolloutState.SPLIT || narrowed == RolloutState.PREPARING_SPLIT;
    Route next =
        split
            ? TestRoutes.underTest(after, Stage.SPLIT, after.ramp().epoch())
            : TestRoutes.underTest(after, Stage.SHADOW, 0);
    ModelRoute changed =
        narrowed.liveTest().isPresent()
            ? route.changingTo(next, null)
            : route.backTo(rollout.current(), null, null).preparing(next, now);
    return new Step(changed, after.moved(narrowed, said), List.of(ROUTE), action, said);
  }

  /** Those candidates are out from now on, as far as they were still in it. */
  static Rollout leaving(Rollout rollout, Predicate<Contender> who, Standing standing, String why) {
    boolean inSplit = rollout.state().liveTest().filter(Stage.SPLIT::equals).isPresent();
    Integer epoch = inSplit ? rollout.ramp().epoch() : null;
    return rollout.each(
        one -> one.isIn() && who.test(one) ? one.leaving(standing, why, epoch) : one);
  }

  /** With the candidate's name, where there are several. */
  private static String of(Rollout rollout, String candidate, String why) {
    return rollout.hasSeveral() ? "version %s: %s".formatted(candidate, why) : why;
  }
}
