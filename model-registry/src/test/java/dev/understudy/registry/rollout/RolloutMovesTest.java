package dev.understudy.registry.rollout;

import static dev.understudy.registry.rollout.Plans.CANDIDATE;
import static dev.understudy.registry.rollout.Plans.CURRENT;
import static dev.understudy.registry.rollout.Plans.ramp;
import static dev.understudy.registry.rollout.Plans.rollout;
import static dev.understudy.registry.rollout.Plans.shadow;
import static dev.understudy.registry.rollout.Plans.split;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.registry.rollout.Step.Announcement.RouteChanges;
import dev.understudy.registry.rollout.Step.Announcement.TestBegins;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RolloutMovesTest {
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void aFirstVersionIsPreparedAndThenCommittedUnderTheSameRevision() {
    Step deploying = RolloutMoves.deploy(ModelRoute.NONE, CURRENT, NOW);
    Step deployed = RolloutMoves.prepared(deploying.route(), null, 1, NOW);

    assertThat(deploying.route().committed()).isNull();
    assertThat(deploying.route().prepared().getRevision()).isEqualTo(1);
    assertThat(deployed.route().committed()).isEqualTo(deploying.route().prepared());
    assertThat(deployed.route().prepared()).isNull();
  }

  @Test
  void aFirstVersionThatCannotBeLoadedLeavesNoRouteAndTheReason() {
    Step deploying = RolloutMoves.deploy(ModelRoute.NONE, CURRENT, NOW);

    Step given = RolloutMoves.givenUp(deploying.route(), null, 1, "no such operator", NOW);

    assertThat(given.route().committed()).isNull();
    assertThat(given.route().prepared()).isNull();
    assertThat(given.route().failure()).isEqualTo("no such operator");
  }

  @Test
  void aRolloutBeginsWithItsShadowAndLetsTheStandbyGo() {
    ModelRoute served = served().committing(CANDIDATE);
    ModelRoute afterPromotion =
        new ModelRoute(3, served().committed(), null, null, CANDIDATE, null);
    assertThat(served.standby()).isNotNull();

    Step step = RolloutMoves.start(afterPromotion, rollout(shadow(), split()), NOW);

    assertThat(step.rollout().state()).isEqualTo(RolloutState.PREPARING_SHADOW);
    assertThat(step.route().standby()).isNull();
    assertThat(step.route().prepared().getMode()).isEqualTo(RouteMode.SHADOW);
    assertThat(step.route().prepared().getRevision()).isEqualTo(4);
    assertThat(step.route().prepared().getTestId()).isEqualTo("r1-shadow");
    assertThat(step.route().prepared().getShadowDeadlineMs()).isEqualTo(1_000);
    assertThat(step.route().committed()).isEqualTo(afterPromotion.committed());
  }

  @Test
  void aRolloutWithoutAShadowBeginsWithItsSplit() {
    Step step = RolloutMoves.start(served(), rollout(null, split()), NOW);

    assertThat(step.rollout().state()).isEqualTo(RolloutState.PREPARING_SPLIT);
    assertThat(step.route().prepared().getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(step.route().prepared().getCandidates(0).getShare()).isEqualTo(0.5);
  }

  @Test
  void aTestIsAnnouncedBeforeTheRouteThatFeedsIt() {
    Step started = RolloutMoves.start(served(), rollout(shadow(), null), NOW);

    Step step = RolloutMoves.prepared(started.route(), started.rollout(), 2, NOW);

    assertThat(step.announcements())
        .hasExactlyElementsOfTypes(TestBegins.class, RouteChanges.class);
    assertThat(step.rollout().state()).isEqualTo(RolloutState.SHADOW);
  }

  @Test
  void aShadowThatIsWonPreparesTheSplitAndKeepsTheShadowMeanwhile() {
    Step shadow = inShadow(rollout(shadow(), split()));

    Step won = judged(shadow, Verdict.PROMOTE);

    assertThat(won.rollout().state()).isEqualTo(RolloutState.PREPARING_SPLIT);
    assertThat(won.route().committed().getMode()).isEqualTo(RouteMode.SHADOW);
    assertThat(won.route().prepared().getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(won.route().prepared().getSalt())
        .isEqualTo(won.route().committed().getSalt())
        .isEqualTo("salt");
  }

  @Test
  void theLastTestThatIsWonPreparesTheCandidateAloneAndItsCommitPromotes() {
    Step won = judged(inShadow(rollout(shadow(), null)), Verdict.PROMOTE);
    assertThat(won.rollout().state()).isEqualTo(RolloutState.PREPARING_PROMOTION);

    Step promoted = RolloutMoves.prepared(won.route(), won.rollout(), 3, NOW);

    assertThat(promoted.rollout().state()).isEqualTo(RolloutState.PROMOTED);
    assertThat(promoted.route().committed().getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(promoted.route().committed().getCurrent()).isEqualTo(CANDIDATE);
    assertThat(promoted.route().standby()).isEqualTo(CURRENT);
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.class,
      names = {"ROLLBACK", "STOP_FUTILE", "STOP_INCONCLUSIVE", "STOP_INVALID"})
  void aBadEndGoesBackToCurrentAtOnce(Verdict verdict) {
    Step won = judged(inShadow(rollout(shadow(), split())), Verdict.PROMOTE);

    Step ended = judged(won, verdict);

    assertThat(ended.rollout().state())
        .isEqualTo(verdict == Verdict.ROLLBACK ? RolloutState.ROLLED_BACK : RolloutState.STOPPED);
    assertThat(ended.rollout().reason()).contains("because");
    assertThat(ended.route().prepared()).isNull();
    assertThat(ended.route().committed().getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(ended.route().committed().getCurrent()).isEqualTo(CURRENT);
    assertThat(ended.route().committed().getRevision()).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.class,
      names = {"CONTINUE", "HOLD"})
  void aVerdictThatDecidesNothingChangesNothing(Verdict verdict) {
    Step shadow = inShadow(rollout(shadow(), split()));

    assertThat(judged(shadow, verdict).changesNothing()).isTrue();
  }

  @Test
  void everyRouteUnderTestHasTheRolloutsHoldOutAndNoOtherHasOne() {
    Step shadow = inShadow(rollout(shadow(), split()));
    Step split = judged(shadow, Verdict.PROMOTE);
    Step back = judged(shadow, Verdict.ROLLBACK);

    assertThat(shadow.route().committed().getHoldOut()).isEqualTo(0.1);
    assertThat(split.route().prepared().getHoldOut()).isEqualTo(0.1);
    assertThat(back.route().committed().getHoldOut()).isZero();
  }

  @Test
  void anAcknowledgementOfAnotherRevisionChangesNothing() {
    Step started = RolloutMoves.start(served(), rollout(shadow(), null), NOW);
    Step committed = RolloutMoves.prepared(started.route(), started.rollout(), 2, NOW);

    assertThat(RolloutMoves.prepared(started.route(), started.rollout(), 1, NOW).changesNothing())
        .isTrue();
    assertThat(
            RolloutMoves.prepared(committed.route(), committed.rollout(), 2, NOW).changesNothing())
        .isTrue();
    assertThat(
            RolloutMoves.givenUp(committed.route(), committed.rollout(), 2, "late", NOW)
                .changesNothing())
        .isTrue();
  }

  @Test
  void aRouteThatCannotBePreparedStopsTheRolloutAndCurrentStays() {
    Step started = RolloutMoves.start(served(), rollout(shadow(), split()), NOW);

    Step given =
        RolloutMoves.givenUp(started.route(), started.rollout(), 2, "no gateway is live", NOW);

    assertThat(given.rollout().state()).isEqualTo(RolloutState.STOPPED);
    assertThat(given.rollout().reason()).isEqualTo("no gateway is live");
    assertThat(given.route().prepared()).isNull();
    assertThat(given.route().committed().getCurrent()).isEqualTo(CURRENT);
    assertThat(given.route().committed().getMode()).isEqualTo(RouteMode.SINGLE);
  }

  @Test
  void aPromotedCandidateCanBeRolledBackWhileTheOldOneStandsBy() {
    Step won = judged(inShadow(rollout(shadow(), null)), Verdict.PROMOTE);
    Step promoted = RolloutMoves.prepared(won.route(), won.rollout(), 3, NOW);
    assertThat(RolloutMoves.candidateHasTraffic(promoted.route(), promoted.rollout())).isTrue();

    Step back = judged(promoted, Verdict.ROLLBACK);

    assertThat(back.rollout().state()).isEqualTo(RolloutState.ROLLED_BACK);
    assertThat(back.route().committed().getCurrent()).isEqualTo(CURRENT);
    assertThat(
            RolloutMoves.candidateHasTraffic(promoted.route().withoutStandby(), promoted.rollout()))
        .isFalse();
  }

  @Test
  void aPersonCannotStopWhatHasEnded() {
    Step shadow = inShadow(rollout(shadow(), split()));
    Step stopped = RolloutMoves.stop(shadow.route(), shadow.rollout(), "seen enough");

    assertThat(stopped.rollout().state()).isEqualTo(RolloutState.STOPPED);
    assertThatThrownBy(() -> RolloutMoves.stop(stopped.route(), stopped.rollout(), "again"))
        .isInstanceOf(RolloutState.IllegalMove.class);
  }

  @Test
  void aSplitIsWidenedUnderTheNextEpochOfTheSameTest() {
    Step split = inSplit(rollout(null, ramp()));

    Step widening = RolloutMoves.widen(split.route(), split.rollout(), "it is time", NOW);
    Step widened =
        RolloutMoves.prepared(widening.route(), widening.rollout(), 3, NOW.plusSeconds(60));

    assertThat(widening.rollout().state()).isEqualTo(RolloutState.WIDENING);
    assertThat(widening.route().committed().getCandidates(0).getShare()).isEqualTo(0.05);
    assertThat(widening.rollout().liveTest().orElseThrow().id()).isEqualTo("r1-split");
    assertThat(widened.rollout().state()).isEqualTo(RolloutState.SPLIT);
    assertThat(widened.announcements()).hasExactlyElementsOfTypes(RouteChanges.class);
    assertThat(widened.rollout().ramp().epoch()).isEqualTo(1);
    Route before = split.route().committed();
    Route after = widened.route().committed();
    assertThat(after.getEpoch()).isEqualTo(1);
    assertThat(after.getCandidates(0).getShare()).isEqualTo(0.25);
    assertThat(after.getTestId()).isEqualTo(before.getTestId());
    assertThat(after.getSalt()).isEqualTo(before.getSalt());
    assertThat(after.getHoldOut()).isEqualTo(before.getHoldOut());
  }

  @Test
  void eachShareStaysForItsMinimumTime() {
    Step split = inSplit(rollout(null, ramp()));
    Instant first = NOW.plus(Duration.ofHours(1));
    assertThat(split.rollout().ramp().notBefore()).isEqualTo(first);
    assertThat(split.rollout().ramp().isDue(first.minusMillis(1), first)).isFalse();
    assertThat(split.rollout().ramp().isDue(first, first.minusMillis(1))).isFalse();
    assertThat(split.rollout().ramp().isDue(first, first)).isTrue();

    Step widening = RolloutMoves.widen(split.route(), split.rollout(), "it is time", first);
    Step widened = RolloutMoves.prepared(widening.route(), widening.rollout(), 3, first);

    assertThat(widened.rollout().ramp().notBefore()).isEqualTo(first.plus(Duration.ofDays(1)));
  }

  @Test
  void aWideningThatCannotBePreparedLeavesTheSplitAsItWasForAWhile() {
    Step split = inSplit(rollout(null, ramp()));
    Step widening = RolloutMoves.widen(split.route(), split.rollout(), "it is time", NOW);

    Step given = RolloutMoves.givenUp(widening.route(), widening.rollout(), 3, "too late", NOW);

    assertThat(given.rollout().state()).isEqualTo(RolloutState.SPLIT);
    assertThat(given.rollout().reason()).isEqualTo("too late");
    assertThat(given.rollout().ramp().epoch()).isZero();
    assertThat(given.rollout().ramp().notBefore()).isEqualTo(NOW.plus(Duration.ofMinutes(10)));
    assertThat(given.route().prepared()).isNull();
    assertThat(given.route().committed()).isEqualTo(split.route().committed());
    Step again = RolloutMoves.widen(given.route(), given.rollout(), "it is time", NOW);
    assertThat(again.route().prepared().getRevision()).isEqualTo(4);
  }

  @Test
  void whoIsPromotedOrRolledBackWhileItWidensDoesNotWaitForTheShare() {
    Step split = inSplit(rollout(null, ramp()));
    Step widening = RolloutMoves.widen(split.route(), split.rollout(), "it is time", NOW);

    Step won = judged(widening, Verdict.PROMOTE);
    Step back = judged(widening, Verdict.ROLLBACK);

    assertThat(won.rollout().state()).isEqualTo(RolloutState.PREPARING_PROMOTION);
    assertThat(won.route().prepared().getCurrent()).isEqualTo(CANDIDATE);
    assertThat(won.route().prepared().getRevision()).isEqualTo(4);
    assertThat(back.rollout().state()).isEqualTo(RolloutState.ROLLED_BACK);
    assertThat(back.route().prepared()).isNull();
    assertThat(back.route().committed().getCurrent()).isEqualTo(CURRENT);
  }

  @Test
  void onlyARunningSplitIsWidened() {
    Step shadow = inShadow(rollout(shadow(), ramp()));

    assertThatThrownBy(() -> RolloutMoves.widen(shadow.route(), shadow.rollout(), "now", NOW))
        .isInstanceOf(RolloutState.IllegalMove.class);
  }

  @Test
  void aWatchedPromotionKeepsTheFormerVersionInAReverseShadow() {
    Step watching = watching("REVERSE_SHADOW");

    assertThat(watching.rollout().state()).isEqualTo(RolloutState.WATCHING);
    assertThat(watching.action()).isEqualTo("rollout.promoted");
    assertThat(watching.announcements())
        .hasExactlyElementsOfTypes(TestBegins.class, RouteChanges.class);
    Route route = watching.route().committed();
    assertThat(route.getMode()).isEqualTo(RouteMode.SHADOW);
    assertThat(route.getCurrent()).isEqualTo(CANDIDATE);
    assertThat(route.getCandidates(0).getVersion()).isEqualTo(CURRENT);
    assertThat(route.getCandidates(0).getShare()).isEqualTo(0.1);
    assertThat(route.getTestId()).isEqualTo("r1-watch");
    assertThat(route.getHoldOut()).isZero();
    assertThat(route.getShadowDeadlineMs()).isEqualTo(1_000);
    assertThat(watching.route().standby()).isEqualTo(CURRENT);
  }

  @Test
  void aHoldBackLetsTheFormerVersionAnswerAFew() {
    Route route = watching("HOLD_BACK").route().committed();

    assertThat(route.getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(route.getCurrent()).isEqualTo(CANDIDATE);
    assertThat(route.getCandidates(0).getVersion()).isEqualTo(CURRENT);
    assertThat(route.getCandidates(0).getShare()).isEqualTo(0.05);
    assertThat(route.getSalt()).isEqualTo("salt");
  }

  @Test
  void aHoldBackByUnitKeepsTheKeyAndEndsWhereThePromotedVersionsUnitsBegan() {
    Rollout rollout =
        Rollout.planned(
            "r1",
            CURRENT,
            List.of(CANDIDATE),
            "salt",
            Route.newBuilder().setUnitKey("header:customer").setHoldOut(0.1).build(),
            WatchPlan.tests(
                Plans.plan(),
                Plans.request(null, Plans.byUnit(Plans.split()), Plans.watch("HOLD_BACK"), null)));
    Step won = judged(inSplit(rollout), Verdict.PROMOTE);

    Route route = RolloutMoves.prepared(won.route(), won.rollout(), 3, NOW).route().committed();

    assertThat(route.getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(route.getCurrent()).isEqualTo(CANDIDATE);
    assertThat(route.getUnitKey()).isEqualTo("header:customer");
    assertThat(route.getHoldOut()).isEqualTo(0.1);
    assertThat(route.getSalt()).isEqualTo("salt");
    assertThat(route.getCandidates(0).getVersion()).isEqualTo(CURRENT);
    assertThat(route.getCandidates(0).getShare()).isEqualTo(0.05);
    assertThat(route.getCandidates(0).getBegins()).isEqualTo(0.95);
    assertThat(watching("HOLD_BACK").route().committed().getCandidates(0).hasBegins()).isFalse();
  }

  @Test
  void ofSeveralCandidatesTheHoldBackEndsWhereThePromotedOneBegan() {
    Rollout two =
        Plans.several(
                2, Plans.request(null, Plans.byUnit(Plans.split()), Plans.watch("HOLD_BACK"), null))
            .with("3", one -> one.as(Contender.Standing.CHOSEN, null));

    Route route = TestRoutes.watched(two, two.test(Stage.WATCH).orElseThrow());

    assertThat(route.getCurrent().getVersion()).isEqualTo("3");
    assertThat(route.getCandidates(0).getBegins()).isEqualTo(0.45);
  }

  @Test
  void harmInTheWatchMakesTheFormerVersionCurrentAtOnce() {
    Step back = judged(watching("REVERSE_SHADOW"), Verdict.ROLLBACK);

    assertThat(back.rollout().state()).isEqualTo(RolloutState.ROLLED_BACK);
    assertThat(back.route().committed().getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(back.route().committed().getCurrent()).isEqualTo(CURRENT);
    assertThat(back.route().prepared()).isNull();
    assertThat(back.route().standby()).isNull();
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.class,
      names = {"WATCHED_OK", "STOP_INVALID", "STOP_INCONCLUSIVE"})
  void aWatchThatEndsWithoutHarmLeavesThePromotedVersionAlone(Verdict verdict) {
    Step over = judged(watching("REVERSE_SHADOW"), verdict);

    assertThat(over.rollout().state()).isEqualTo(RolloutState.PROMOTED);
    assertThat(over.route().committed().getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(over.route().committed().getCurrent()).isEqualTo(CANDIDATE);
    assertThat(over.route().standby()).isEqualTo(CURRENT);
    assertThat(RolloutMoves.candidateHasTraffic(over.route(), over.rollout())).isTrue();
    assertThat(judged(over, Verdict.ROLLBACK).route().committed().getCurrent()).isEqualTo(CURRENT);
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.class,
      names = {"PROMOTE", "CONTINUE", "HOLD"})
  void nothingElseEndsAWatch(Verdict verdict) {
    assertThat(judged(watching("REVERSE_SHADOW"), verdict).changesNothing()).isTrue();
  }

  static Step watching(String mode) {
    Step won = judged(inShadow(Plans.watched(shadow(), null, Plans.watch(mode))), Verdict.PROMOTE);
    return RolloutMoves.prepared(won.route(), won.rollout(), 3, NOW);
  }

  static Step inSplit(Rollout rollout) {
    Step started = RolloutMoves.start(served(), rollout, NOW);
    return RolloutMoves.prepared(started.route(), started.rollout(), 2, NOW);
  }

  static ModelRoute served() {
    return RolloutMoves.prepared(
            RolloutMoves.deploy(ModelRoute.NONE, CURRENT, NOW).route(), null, 1, NOW)
        .route();
  }

  static Step inShadow(Rollout rollout) {
    Step started = RolloutMoves.start(served(), rollout, NOW);
    return RolloutMoves.prepared(started.route(), started.rollout(), 2, NOW);
  }

  private static Step judged(Step before, Verdict verdict) {
    return RolloutMoves.judged(before.route(), before.rollout(), "2", verdict, "because", NOW);
  }
}
