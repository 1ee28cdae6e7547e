package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.rollout.Contender.Standing;
import dev.understudy.registry.rollout.Step.Announcement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a verdict, the gateways or a person make of a model's traffic: values in, a {@link
 * Step} out, nothing else read or written.
 *
 * <p>Going forward is prepared first and committed when the gateways are ready. Going back to the
 * current version is committed at once: it is loaded everywhere. A move that was made already comes
 * back as a step that changes nothing, so every event may be repeated.
 */
final class RolloutMoves {
  private static final Announcement ROUTE = new Announcement.RouteChanges();

  private RolloutMoves() {}

  /** The first version of a model is to be served. */
  static Step deploy(ModelRoute route, VersionRef version, Instant now) {
    ModelRoute next = route.preparing(ModelRoute.single(version).build(), now);
    return new Step(next, null, List.of(ROUTE), "route.preparing", null);
  }

  /** A rollout begins: its first route is prepared, and the standby of the last one is let go. */
  static Step start(ModelRoute route, Rollout rollout, Instant now) {
    Stage first = rollout.tests().getFirst().stage();
    ModelRoute next =
        route.withoutStandby().preparing(TestRoutes.underTest(rollout, first, 0), now);
    return new Step(next, rollout, List.of(ROUTE), "rollout.started", null);
  }

  /** All live gateways have prepared that revision. */
  static Step prepared(ModelRoute route, @Nullable Rollout rollout, long revision, Instant now) {
    if (!isPreparing(route, revision)) {
      return Step.nothing(route, rollout);
    }
    if (rollout == null) {
      return new Step(route.committing(null), null, List.of(ROUTE), "route.committed", null);
    }
    RolloutState state = rollout.state().committed(rollout.test(Stage.WATCH).isPresent());
    List<PlannedTest> live = rollout.moved(state, null).liveTests();
    if (live.isEmpty()) {
      Rollout promoted = rollout.moved(state, null);
      return new Step(
          route.committing(rollout.current()), promoted, List.of(ROUTE), "rollout.promoted", null);
    }
    PlannedTest test = live.getFirst();
    if (state == RolloutState.WATCHING) {
      return new Step(
          route.committing(rollout.current()),
          rollout.moved(state, null),
          begun(live),
          "rollout.promoted",
          null);
    }
    if (rollout.state() == RolloutState.WIDENING) {
      Epoch wider = test.after(rollout.epoch(test)).orElseThrow();
      Rollout widened = rollout.moved(state, Ramp.at(wider, now), null);
      return new Step(route.committing(null), widened, List.of(ROUTE), "rollout.widened", null);
    }
    Rollout begun = rollout.moved(state, Ramp.at(rollout.epoch(test), now), null);
    return new Step(route.committing(null), begun, begun(live), "rollout.test_begun", null);
  }

  /** A test's record goes first: it begins before the first prediction that counts for it. */
  private static List<Announcement> begun(List<PlannedTest> tests) {
    List<Announcement> announcements = new ArrayList<>();
    tests.forEach(test -> announcements.add(new Announcement.TestBegins(test)));
    announcements.add(ROUTE);
    return announcements;
  }

  /** That revision cannot be prepared, and why. */
  static Step givenUp(
      ModelRoute route, @Nullable Rollout rollout, long revision, String why, Instant now) {
    if (!isPreparing(route, revision)) {
      return Step.nothing(route, rollout);
    }
    if (rollout == null) {
      ModelRoute none = new ModelRoute(route.revision(), null, null, null, null, why);
      return new Step(none, null, List.of(ROUTE), "route.given_up", why);
    }
    RolloutState state = rollout.state().givenUp();
    if (state.isLive()) {
      Rollout asBefore = rollout.moved(state, rollout.ramp().postponed(now), why);
      return new Step(
          route.keeping(why), asBefore, List.of(ROUTE), "rollout.widening_given_up", why);
    }
    return end(route, rollout, state, "rollout.given_up", why);
  }

  /** A gateway cannot load that version; of several candidates only this one leaves. */
  static Step unloadable(
      ModelRoute route,
      @Nullable Rollout rollout,
      long revision,
      String version,
      String why,
      Instant now) {
    if (rollout == null) {
      return givenUp(route, null, revision, why, now);
    }
    boolean othersGoOn =
        isPreparing(route, revision)
            && (rollout.state() == RolloutState.PREPARING_SHADOW
                || rollout.state() == RolloutState.PREPARING_SPLIT)
            && rollout.in().size() > 1
            && rollout.contender(version).filter(Contender::isIn).isPresent();
    return othersGoOn
        ? CandidateMoves.left(route, rollout, version, Standing.STOPPED, why, now)
        : givenUp(route, rollout, revision, why, now);
  }

  /**
   * The next share of the split is to be prepared, because nothing forbids it or a person says so.
   */
  static Step widen(ModelRoute route, Rollout rollout, String why, Instant now) {
    RolloutState state = rollout.state().widening();
    PlannedTest test = rollout.liveTest().orElseThrow();
    Epoch wider = test.after(rollout.epoch(test)).orElseThrow();
    return new Step(
        route.preparing(TestRoutes.underTest(rollout, Stage.SPLIT, wider.getNumber()), now),
        rollout.moved(state, why),
        List.of(ROUTE),
        "rollout.widening",
        why);
  }

  /**
   * The current version is measured: the first test is prepared, or waits for a person.
   *
   * @param tests that the calibration had as drafts, frozen
   * @param tooLong why a person should see it first; empty: nothing speaks against a start
   */
  static Step measured(
      ModelRoute route, Rollout rollout, List<PlannedTest> tests, String tooLong, Instant now) {
    PlannedTest first = tests.getFirst();
    Rollout complete = rollout.with(tests);
    RolloutState state = rollout.state().measured(first.stage(), !tooLong.isEmpty());
    if (!tooLong.isEmpty()) {
      return new Step(
          route.backTo(rollout.current(), null, null),
          complete.moved(state, tooLong + "; confirm it, or stop it and ask for less"),
          List.of(ROUTE),
          "rollout.calibrated",
          tooLong);
    }
    return new Step(
        route.preparing(TestRoutes.underTest(complete, first.stage(), 0), now),
        complete.moved(state, null),
        List.of(ROUTE),
        "rollout.calibrated",
        null);
  }

  /** A person lets the tests begin that waited after their calibration. */
  static Step confirmed(ModelRoute route, Rollout rollout, String why, Instant now) {
    PlannedTest first = rollout.firstComparison().orElseThrow();
    return new Step(
        route.preparing(TestRoutes.underTest(rollout, first.stage(), 0), now),
        rollout.moved(rollout.state().confirmed(first.stage()), why),
        List.of(ROUTE),
        "rollout.confirmed",
        why);
  }

  /** A verdict on that candidate that passed every check. */
  static Step judged(
      ModelRoute route,
      Rollout rollout,
      String candidate,
      Verdict verdict,
      String why,
      Instant now) {
    if (rollout.state() == RolloutState.WATCHING && verdict != Verdict.ROLLBACK) {
      return switch (verdict) {
        case WATCHED_OK -> watched(route, rollout, why);
        case STOP_FUTILE, STOP_INCONCLUSIVE, STOP_INVALID ->
            watched(route, rollout, "%s: %s".formatted(verdict, why));
        case PROMOTE, ROLLBACK, CONTINUE, HOLD, VERDICT_UNSPECIFIED, UNRECOGNIZED ->
            Step.nothing(route, rollout);
      };
    }
    return switch (verdict) {
      case PROMOTE -> CandidateMoves.won(route, rollout, candidate, why, now);
      case ROLLBACK ->
          rollout.state().isPromoted()
              ? end(route, rollout, rollout.state().rolledBack(), "rollout.rolled_back", why)
              : CandidateMoves.left(route, rollout, candidate, Standing.ROLLED_BACK, why, now);
      case STOP_FUTILE, STOP_INCONCLUSIVE, STOP_INVALID -> {
        String said = "%s: %s".formatted(verdict, why);
        yield rollout.state() == RolloutState.CALIBRATING
            ? stop(route, rollout, said)
            : CandidateMoves.left(route, rollout, candidate, Standing.STOPPED, said, now);
      }
      case WATCHED_OK, CONTINUE, HOLD, VERDICT_UNSPECIFIED, UNRECOGNIZED ->
          Step.nothing(route, rollout);
    };
  }

  /**
   * The watch is over: the promoted version goes on alone, and the former one stands by as it does
   * after every promotion.
   */
  static Step watched(ModelRoute route, Rollout rollout, String why) {
    return new Step(
        route.changingTo(TestRoutes.promoted(rollout), rollout.current()),
        rollout.moved(rollout.state().watched(), why),
        List.of(ROUTE),
        "rollout.watched",
        why);
  }

  /** A person goes back to the former version after a promotion. */
  static Step rollBack(ModelRoute route, Rollout rollout, String why) {
    return end(route, rollout, rollout.state().rolledBack(), "rollout.rolled_back", why);
  }

  /** A person ends it. */
  static Step stop(ModelRoute route, Rollout rollout, String why) {
    return end(route, rollout, rollout.state().stopped(), "rollout.stopped", why);
  }

  /** Whether the rollout's candidate answers, or is scored, for anybody now. */
  static boolean candidateHasTraffic(ModelRoute route, Rollout rollout) {
    Route committed = route.committed();
    if (committed == null || !committed.getRolloutId().equals(rollout.id())) {
      return false;
    }
    // Without its standby a promotion is history: the next rollout builds on it.
    return rollout.state() == RolloutState.PROMOTED ? route.standby() != null : true;
  }

  /** Whether that candidate is in the rollout still, and its rollout has traffic. */
  static boolean hasTraffic(ModelRoute route, Rollout rollout, String candidate) {
    return rollout.contender(candidate).filter(Contender::isIn).isPresent()
        && candidateHasTraffic(route, rollout);
  }

  /** The current version answers alone again, and whoever was still in it is out. */
  static Step end(
      ModelRoute route, Rollout rollout, RolloutState state, String action, String why) {
    return new Step(
        route.backTo(rollout.current(), null, null),
        CandidateMoves.leaving(
                rollout,
                Contender::isIn,
                state == RolloutState.ROLLED_BACK ? Standing.ROLLED_BACK : Standing.STOPPED,
                why)
            .moved(state, why),
        List.of(ROUTE),
        action,
        why);
  }

  private static boolean isPreparing(ModelRoute route, long revision) {
    return route.prepared() != null && route.prepared().getRevision() == revision;
  }
}
