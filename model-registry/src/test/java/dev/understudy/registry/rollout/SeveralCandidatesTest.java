package dev.understudy.registry.rollout;

import static dev.understudy.registry.rollout.Plans.CURRENT;
import static dev.understudy.registry.rollout.Plans.byUnit;
import static dev.understudy.registry.rollout.Plans.request;
import static dev.understudy.registry.rollout.Plans.several;
import static dev.understudy.registry.rollout.Plans.shadow;
import static dev.understudy.registry.rollout.Plans.split;
import static dev.understudy.registry.rollout.Plans.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.contracts.v1.CandidateShare;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.Contender.Standing;
import dev.understudy.registry.rollout.RolloutRequest.PolicyRequest;
import dev.understudy.registry.rollout.RolloutRequest.ShareRequest;
import dev.understudy.registry.rollout.RolloutRequest.StageRequest;
import dev.understudy.registry.rollout.Step.Announcement.RouteChanges;
import dev.understudy.registry.rollout.Step.Announcement.TestBegins;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several candidates at once: what they share, and what becomes of each. */
class SeveralCandidatesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static Step begun(Rollout rollout) {
    Step started = RolloutMoves.start(RolloutMovesTest.served(), rollout, NOW);
    return committed(started);
  }

  private static Step committed(Step step) {
    return RolloutMoves.prepared(
        step.route(), step.rollout(), step.route().prepared().getRevision(), NOW);
  }

  private static Step judged(Step step, String candidate, Verdict verdict) {
    return RolloutMoves.judged(step.route(), step.rollout(), candidate, verdict, "because", NOW);
  }

  private static List<Standing> standings(Step step) {
    return step.rollout().contenders().stream().map(Contender::standing).toList();
  }

  /** As "2", or "3 retired 0.25". */
  private static List<String> arms(Route route) {
    return route.getCandidatesList().stream()
        .map(
            one ->
                one.getVersion().getVersion()
                    + (one.getRetired() ? " retired %.2f".formatted(one.getShare()) : ""))
        .toList();
  }

  private static Step inSplit(StageRequest split) {
    return begun(several(3, request(null, split, Plans.watch("NONE"), null)));
  }

  private static StageRequest ramp() {
    return Plans.withShares(
        split(), new ShareRequest(0.05, Duration.ofHours(1)), new ShareRequest(0.25, null));
  }

  @Test
  void eachCandidateHasTestsOfItsOwnAtItsPartOfTheLevels() {
    Rollout rollout = several(2, request(shadow(), split(), Plans.watch(null), null));

    assertThat(rollout.tests())
        .extracting(PlannedTest::id)
        .containsExactly(
            "r1-shadow-2", "r1-shadow-3", "r1-split-2", "r1-split-3", "r1-watch-2", "r1-watch-3");
    TestDefinition shadow = rollout.tests(Stage.SHADOW).getLast().definition();
    assertThat(shadow.getCandidatesList()).containsExactly("3");
    DecisionPolicy policy = shadow.getPolicy();
    assertThat(policy.getAlphaPromote()).isEqualTo(0.025);
    assertThat(policy.getAlphaRollback()).isEqualTo(0.025);
    assertThat(policy.getAlphaFutility()).isEqualTo(0.05);
    assertThat(policy.getAlphaHealth()).isEqualTo(0.001);
    assertThat(shadow.getBudget().getCandidates()).isEqualTo(2);
    assertThat(shadow.getBudget().getAlphaPromote()).isEqualTo(0.05);
    assertThat(shadow.getBudget().getAlphaRollback()).isEqualTo(0.05);
    TestDefinition watch = rollout.tests(Stage.WATCH).getFirst().definition();
    assertThat(watch.hasBudget()).as("only one is ever watched").isFalse();
    assertThat(watch.getPolicy().getAlphaRollback()).isEqualTo(0.01);
  }

  @Test
  void aCandidateAloneHasAllOfItAndNoNameInItsTest() {
    PlannedTest test = several(1, request(shadow(), null)).tests().getFirst();

    assertThat(test.id()).isEqualTo("r1-shadow");
    assertThat(test.definition().hasBudget()).isFalse();
    assertThat(test.definition().getPolicy().getAlphaPromote()).isEqualTo(0.05);
  }

  @Test
  void sharesAreOfEachAndLeaveSomethingToTheCurrentVersion() {
    Rollout usual = several(3, request(null, split()));
    assertThat(usual.tests().getFirst().epoch(0).getShare()).isEqualTo(0.25);

    Refused refused =
        catchThrowableOfType(
            Refused.class, () -> several(3, request(null, Plans.withShare(split(), null, 0.334))));

    assertThat(refused.field()).isEqualTo("split.share");
    assertThat(refused.getMessage()).contains("3 candidates").contains("0.333");
  }

  @Test
  void aLevelThatIsTooSmallToShareIsRefused() {
    StageRequest strict =
        Plans.withPolicy(
            shadow(),
            new PolicyRequest(
                2e-9, null, null, null, null, null, null, null, null, null, null, null));

    Refused refused = catchThrowableOfType(Refused.class, () -> several(3, request(strict, null)));

    assertThat(refused.field()).isEqualTo("shadow.policy.alpha_promote");
  }

  @Test
  void allOfThemRehearseTheSameRequests() {
    Step begun = begun(several(2, request(shadow(), split())));

    Route route = begun.route().committed();
    assertThat(route.getMode()).isEqualTo(RouteMode.SHADOW);
    assertThat(arms(route)).containsExactly("2", "3");
    assertThat(route.getCandidatesList())
        .extracting(CandidateShare::getTestId)
        .containsExactly("r1-shadow-2", "r1-shadow-3");
    assertThat(begun.announcements())
        .hasExactlyElementsOfTypes(TestBegins.class, TestBegins.class, RouteChanges.class);
    assertThat(begun.rollout().liveTests()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.class,
      names = {"ROLLBACK", "STOP_FUTILE", "STOP_INCONCLUSIVE", "STOP_INVALID"})
  void whoFailsLeavesAloneAndAtOnce(Verdict verdict) {
    Step begun = begun(several(3, request(shadow(), split())));

    Step left = judged(begun, "3", verdict);

    assertThat(left.rollout().state()).isEqualTo(RolloutState.SHADOW);
    assertThat(standings(left))
        .containsExactly(
            Standing.TESTED,
            verdict == Verdict.ROLLBACK ? Standing.ROLLED_BACK : Standing.STOPPED,
            Standing.TESTED);
    assertThat(left.rollout().contender("3").orElseThrow().reason()).contains("because");
    assertThat(left.rollout().reason()).contains("version 3");
    assertThat(left.route().prepared()).isNull();
    assertThat(arms(left.route().committed())).containsExactly("2", "4");
    assertThat(left.route().committed().getRevision())
        .isGreaterThan(begun.route().committed().getRevision());
    assertThat(left.action()).isEqualTo("rollout.candidate_left");
    assertThat(left.rollout().liveTests())
        .extracting(PlannedTest::candidate)
        .containsExactly("2", "4");
  }

  @Test
  void theShadowIsOverWhenEveryTestOfItIsAndThoseThatPassedGoOnTogether() {
    Step begun = begun(several(3, request(shadow(), split())));

    Step first = judged(begun, "4", Verdict.PROMOTE);
    assertThat(first.rollout().state()).isEqualTo(RolloutState.SHADOW);
    assertThat(arms(first.route().committed())).containsExactly("2", "3");
    Step second = judged(first, "2", Verdict.STOP_FUTILE);
    Step third = judged(second, "3", Verdict.PROMOTE);

    assertThat(third.rollout().state()).isEqualTo(RolloutState.PREPARING_SPLIT);
    assertThat(third.route().prepared().getMode()).isEqualTo(RouteMode.SPLIT);
    assertThat(arms(third.route().prepared())).containsExactly("2 retired 0.00", "3", "4");
    Step split = committed(third);
    assertThat(split.rollout().state()).isEqualTo(RolloutState.SPLIT);
    assertThat(split.rollout().liveTests())
        .extracting(PlannedTest::id)
        .containsExactly("r1-split-3", "r1-split-4");
    assertThat(split.rollout().liveTests())
        .allSatisfy(
            test ->
                assertThat(test.definition().getPolicy().getAlphaPromote())
                    .as("what was fixed at the start is not given back")
                    .isCloseTo(0.05 / 3, within(1e-15)));
  }

  @Test
  void theLastToFailInShadowSendsOnThoseThatHavePassed() {
    Step begun = begun(several(2, request(shadow(), split())));

    Step harmed = judged(judged(begun, "2", Verdict.PROMOTE), "3", Verdict.ROLLBACK);

    assertThat(harmed.rollout().state()).isEqualTo(RolloutState.PREPARING_SPLIT);
    assertThat(harmed.route().committed().getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(harmed.route().committed().getCurrent()).isEqualTo(CURRENT);
    assertThat(arms(harmed.route().prepared())).containsExactly("2", "3 retired 0.00");
    assertThat(committed(harmed).rollout().liveTests())
        .extracting(PlannedTest::candidate)
        .containsExactly("2");
  }

  @Test
  void whenNobodyIsLeftTheRolloutEndsRolledBackIfAnybodyDidHarm() {
    Step begun = begun(several(2, request(shadow(), split())));

    Step futile = judged(judged(begun, "2", Verdict.STOP_FUTILE), "3", Verdict.STOP_FUTILE);
    Step harm = judged(judged(begun, "2", Verdict.ROLLBACK), "3", Verdict.STOP_FUTILE);

    assertThat(futile.rollout().state()).isEqualTo(RolloutState.STOPPED);
    assertThat(harm.rollout().state()).isEqualTo(RolloutState.ROLLED_BACK);
    assertThat(standings(harm)).containsExactly(Standing.ROLLED_BACK, Standing.STOPPED);
    assertThat(harm.route().committed().getMode()).isEqualTo(RouteMode.SINGLE);
    assertThat(harm.route().committed().getCurrent()).isEqualTo(CURRENT);
  }

  @Test
  void theFirstToWinTheLastTestIsPromotedAndTheOthersLeaveAtOnce() {
    Step won = judged(inSplit(split()), "3", Verdict.PROMOTE);

    assertThat(won.rollout().state()).isEqualTo(RolloutState.PREPARING_PROMOTION);
    assertThat(standings(won))
        .containsExactly(Standing.SUPERSEDED, Standing.CHOSEN, Standing.SUPERSEDED);
    assertThat(arms(won.route().committed()))
        .containsExactly("2 retired 0.00", "3", "4 retired 0.00");
    assertThat(won.route().prepared().getRevision())
        .isGreaterThan(won.route().committed().getRevision());
    Step promoted = committed(won);
    assertThat(promoted.rollout().state()).isEqualTo(RolloutState.PROMOTED);
    assertThat(promoted.route().committed().getCurrent()).isEqualTo(version("3"));
    assertThat(promoted.route().standby()).isEqualTo(CURRENT);
  }

  @Test
  void onlyThePromotedOneIsWatched() {
    Step won =
        judged(
            begun(several(2, request(shadow(), null, Plans.watch("REVERSE_SHADOW"), null))),
            "3",
            Verdict.PROMOTE);
    assertThat(won.rollout().contender("2").orElseThrow().reason()).contains("3 was chosen");

    Step watching = committed(won);

    assertThat(watching.rollout().state()).isEqualTo(RolloutState.WATCHING);
    assertThat(watching.route().committed().getCurrent()).isEqualTo(version("3"));
    assertThat(arms(watching.route().committed())).containsExactly("1");
    assertThat(watching.route().committed().getTestId()).isEqualTo("r1-watch-3");
    assertThat(watching.rollout().liveTests())
        .extracting(PlannedTest::id)
        .containsExactly("r1-watch-3");
    Step back =
        RolloutMoves.judged(
            watching.route(), watching.rollout(), "3", Verdict.ROLLBACK, "worse", NOW);
    assertThat(back.rollout().state()).isEqualTo(RolloutState.ROLLED_BACK);
    assertThat(standings(back)).containsExactly(Standing.SUPERSEDED, Standing.ROLLED_BACK);
    assertThat(back.rollout().candidate()).isEqualTo(version("3"));
  }

  @Test
  void aRequestOfOneThatLeftGoesToCurrentAndItsUnitsCountForNobody() {
    Step byRequest = judged(inSplit(split()), "2", Verdict.ROLLBACK);
    Step byUnit = judged(inSplit(byUnit(split())), "2", Verdict.ROLLBACK);

    assertThat(arms(byRequest.route().committed())).containsExactly("2 retired 0.00", "3", "4");
    assertThat(arms(byUnit.route().committed())).containsExactly("2 retired 0.25", "3", "4");
  }

  @Test
  void whoLeavesWhileTheOthersAreWidenedGivesTheWideningUp() {
    Step split = begun(several(2, request(null, ramp())));
    Step widening = RolloutMoves.widen(split.route(), split.rollout(), "it is time", NOW);

    Step left = judged(widening, "3", Verdict.ROLLBACK);

    assertThat(left.rollout().state()).isEqualTo(RolloutState.SPLIT);
    assertThat(left.route().prepared()).isNull();
    assertThat(left.route().committed().getCandidates(0).getShare()).isEqualTo(0.05);
    Step again = committed(RolloutMoves.widen(left.route(), left.rollout(), "it is time", NOW));
    assertThat(again.route().committed().getEpoch()).isEqualTo(1);
    assertThat(again.route().committed().getCandidates(0).getShare()).isEqualTo(0.25);
    assertThat(arms(again.route().committed())).containsExactly("2", "3 retired 0.00");
  }

  @Test
  void aCandidateThatCannotBeLoadedDoesNotTakeTheOthersWithIt() {
    Step started =
        RolloutMoves.start(RolloutMovesTest.served(), several(2, request(shadow(), null)), NOW);
    long revision = started.route().prepared().getRevision();

    Step left =
        RolloutMoves.unloadable(
            started.route(), started.rollout(), revision, "2", "no such operator", NOW);
    Step current =
        RolloutMoves.unloadable(
            started.route(), started.rollout(), revision, "1", "no such operator", NOW);

    assertThat(left.rollout().state()).isEqualTo(RolloutState.PREPARING_SHADOW);
    assertThat(arms(left.route().prepared())).containsExactly("3");
    assertThat(left.rollout().contender("2").orElseThrow().reason()).contains("operator");
    assertThat(current.rollout().state()).isEqualTo(RolloutState.STOPPED);
    Step none =
        RolloutMoves.unloadable(
            left.route(),
            left.rollout(),
            left.route().prepared().getRevision(),
            "3",
            "nor this",
            NOW);
    assertThat(none.rollout().state()).isEqualTo(RolloutState.STOPPED);
  }

  @Test
  void aPersonWhoStopsItStopsAllThatAreLeft() {
    Step left = judged(begun(several(3, request(shadow(), null))), "2", Verdict.ROLLBACK);

    Step stopped = RolloutMoves.stop(left.route(), left.rollout(), "seen enough");

    assertThat(stopped.rollout().state()).isEqualTo(RolloutState.STOPPED);
    assertThat(standings(stopped))
        .containsExactly(Standing.ROLLED_BACK, Standing.STOPPED, Standing.STOPPED);
  }

  @Test
  void nobodyLeavesAloneBeforeTheTestsOrAfterThem() {
    Step won = judged(inSplit(split()), "3", Verdict.PROMOTE);

    assertThat(RolloutMoves.hasTraffic(won.route(), won.rollout(), "3")).isTrue();
    assertThat(RolloutMoves.hasTraffic(won.route(), won.rollout(), "2")).isFalse();
    assertThat(judged(won, "3", Verdict.ROLLBACK).rollout().state())
        .isEqualTo(RolloutState.ROLLED_BACK);
    assertThatThrownBy(RolloutState.PREPARING_PROMOTION::narrowed)
        .isInstanceOf(RolloutState.IllegalMove.class);
  }

  @Test
  void oneCalibrationIsForAllAndPlansWithTheStrictestLevel() {
    PolicyRequest strict =
        new PolicyRequest(null, null, null, null, null, null, null, null, null, null, null, true);
    StageRequest open =
        Plans.withKpi(
            Plans.withPolicy(split(), strict),
            Plans.kpi("ACCURACY", "NON_INFERIORITY", 0.03, null, null));

    List<PlannedTest> tests =
        AllTests.of(List.of(Plans.plan("2", 2, 1), Plans.plan("3", 2, 3)), request(null, open));

    assertThat(tests).extracting(PlannedTest::id).containsExactly("r1-calibration");
    var draft = tests.getFirst().definition().getCalibration().getDrafts(0);
    assertThat(draft.getDefinition().getTestId()).isEqualTo("r1-split-3");
    assertThat(draft.getDefinition().getPolicy().getAlphaPromote()).isEqualTo(0.05 / 4 / 2);
    assertThat(draft.getAlikeList())
        .extracting(TestDefinition::getTestId)
        .containsExactly("r1-split-2");
    assertThat(draft.getAlike(0).getPolicy().getAlphaPromote()).isEqualTo(0.025);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9})
  void thereAreOneToEight(int candidates) {
    List<String> names = IntStream.range(0, candidates).mapToObj(i -> "" + i).toList();

    Refused refused = catchThrowableOfType(Refused.class, () -> naming(null, names).named());

    assertThat(refused.field()).isEqualTo("candidates");
  }

  @Test
  void aRequestNamesEachOnceAndInOneWay() {
    assertThat(naming("2", null).named())
        .containsExactly(new RolloutRequest.Named("candidate", "2"));
    assertThat(naming(null, List.of("2", "3")).named())
        .containsExactly(
            new RolloutRequest.Named("candidates[0]", "2"),
            new RolloutRequest.Named("candidates[1]", "3"));
    assertThat(refusedField(naming("2", List.of("3")))).isEqualTo("candidates");
    assertThat(refusedField(naming(null, null))).isEqualTo("candidate");
    assertThat(refusedField(naming(null, List.of("2", "2")))).isEqualTo("candidates[1]");
    assertThat(refusedField(naming(null, Arrays.asList("2", null)))).isEqualTo("candidates[1]");
  }

  private static String refusedField(RolloutRequest request) {
    return catchThrowableOfType(Refused.class, request::named).field();
  }

  private static RolloutRequest naming(
      @Nullable String candidate, @Nullable List<String> candidates) {
    return new RolloutRequest(candidate, candidates, shadow(), null, null, null, null, null, null);
  }
}
