package dev.understudy.registry.rollout;

import static dev.understudy.registry.rollout.Plans.rollout;
import static dev.understudy.registry.rollout.Plans.shadow;
import static dev.understudy.registry.rollout.Plans.split;
import static dev.understudy.registry.rollout.Plans.withGuards;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.GuardEvidence;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Health;
import dev.understudy.contracts.v1.KpiEvidence;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.LogE;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.registry.measure.GuardSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluationCheckTest {
  private static final long LAST_NUMBER = 9;
  private static final double NEEDED = Math.log(20);
  private static final long DAY_MS = Duration.ofDays(8).toMillis();

  private final Step shadow =
      RolloutMovesTest.inShadow(
          rollout(
              withGuards(
                  shadow(),
                  new GuardSpec("ERRORS", null, null, null, true),
                  new GuardSpec("SLOW", null, null, Duration.ofMillis(50), false)),
              split()));

  @Test
  void aPromotionWithAllItsEvidenceIsAccepted() {
    assertThat(check(promotion())).isEqualTo(Judged.ACCEPTED);
  }

  static Stream<Arguments> notAboutWhatIsLive() {
    return Stream.of(
        wrong("another test", Judged.WRONG_TEST, one -> one.setTestId("r0-shadow")),
        wrong("another project", Judged.WRONG_TEST, one -> one.setProject("other")),
        wrong("another model", Judged.WRONG_TEST, one -> one.setModel("other")),
        wrong("another candidate", Judged.WRONG_TEST, one -> one.setCandidate("3")),
        wrong(
            "another definition",
            Judged.WRONG_DEFINITION,
            one -> one.setDefinitionSha256("0".repeat(64))),
        wrong("another epoch", Judged.WRONG_EPOCH, one -> one.setEpoch(1)),
        wrong("the same number", Judged.SEEN_BEFORE, one -> one.setNumber(LAST_NUMBER)),
        wrong("a lower number", Judged.SEEN_BEFORE, one -> one.setNumber(1)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("notAboutWhatIsLive")
  void whatIsNotAboutTheLiveTestIsRefused(
      String what, Judged judged, Consumer<RolloutEvaluated.Builder> change) {
    RolloutEvaluated.Builder evaluation = promotion();
    change.accept(evaluation);

    assertThat(check(evaluation)).isEqualTo(judged);
  }

  static Stream<Arguments> tooLittle() {
    return Stream.of(
        wrong(
            "evidence just below",
            Judged.UNSUPPORTED,
            one -> primary(one).getBetterBuilder().setValue(NEEDED - 1e-3)),
        wrong(
            "its own idea of what is needed",
            Judged.UNSUPPORTED,
            one -> primary(one).getBetterBuilder().setValue(1).setNeeded(0.5)),
        wrong(
            "evidence that is no number",
            Judged.UNSUPPORTED,
            one -> primary(one).getBetterBuilder().setValue(Double.NaN)),
        wrong("another measure", Judged.UNSUPPORTED, one -> primary(one).setKind(KpiKind.LOG_LOSS)),
        wrong(
            "a required guard that is not safe",
            Judged.UNSUPPORTED,
            one ->
                one.getEvidenceBuilder().getGuardsBuilder(0).getSafeBuilder().setValue(NEEDED / 2)),
        wrong(
            "a required guard that is missing",
            Judged.UNSUPPORTED,
            one -> one.getEvidenceBuilder().clearGuards()),
        wrong("too few units", Judged.UNSUPPORTED, one -> one.getEvidenceBuilder().setUnits(199)),
        wrong(
            "too short a time",
            Judged.UNSUPPORTED,
            one -> one.getEvidenceBuilder().setElapsedMs(1_000)),
        wrong(
            "bad health",
            Judged.UNSUPPORTED,
            one -> one.getEvidenceBuilder().getHealthBuilder().setHealthy(false)),
        wrong("no evidence", Judged.UNSUPPORTED, RolloutEvaluated.Builder::clearEvidence));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tooLittle")
  void aPromotionWithoutItsEvidenceIsRefused(
      String what, Judged judged, Consumer<RolloutEvaluated.Builder> change) {
    RolloutEvaluated.Builder evaluation = promotion();
    change.accept(evaluation);

    assertThat(check(evaluation)).isEqualTo(judged);
  }

  @Test
  void aGuardThatIsNotRequiredHoldsNothingUp() {
    RolloutEvaluated.Builder evaluation = promotion();
    evaluation.getEvidenceBuilder().removeGuards(1);

    assertThat(check(evaluation)).isEqualTo(Judged.ACCEPTED);
  }

  @Test
  void aSplitNeedsItsUnitsInEachArm() {
    Step preparing =
        RolloutMoves.start(RolloutMovesTest.served(), rollout(null, split()), Instant.EPOCH);
    Step split = RolloutMoves.prepared(preparing.route(), preparing.rollout(), 2, Instant.EPOCH);
    RolloutEvaluated.Builder evaluation = promotion();
    PlannedTest test = split.rollout().test(Stage.SPLIT).orElseThrow();
    evaluation.setTestId(test.id()).setDefinitionSha256(test.sha256());

    evaluation.getEvidenceBuilder().setUnits(2_000).setUnitsCandidate(1_900);
    assertThat(check(split, evaluation)).isEqualTo(Judged.UNSUPPORTED);
    evaluation.getEvidenceBuilder().setUnits(2_000).setUnitsCandidate(1_000);
    assertThat(check(split, evaluation)).isEqualTo(Judged.ACCEPTED);
  }

  @Test
  void anEpochThatIsOverPromotesNothingButStillSpeaks() {
    Step split = RolloutMovesTest.inSplit(rollout(null, Plans.ramp()));
    Step widening = RolloutMoves.widen(split.route(), split.rollout(), "now", RolloutMovesTest.NOW);
    Step wider =
        RolloutMoves.prepared(widening.route(), widening.rollout(), 3, RolloutMovesTest.NOW);
    PlannedTest test = split.rollout().test(Stage.SPLIT).orElseThrow();
    RolloutEvaluated.Builder evaluation = promotion();
    evaluation.setTestId(test.id()).setDefinitionSha256(test.sha256());
    evaluation.getEvidenceBuilder().setUnits(2_000).setUnitsCandidate(1_000);

    assertThat(check(split, evaluation)).isEqualTo(Judged.ACCEPTED);
    assertThat(check(widening, evaluation)).isEqualTo(Judged.ACCEPTED);
    assertThat(check(wider, evaluation)).isEqualTo(Judged.WRONG_EPOCH);
    assertThat(check(wider, evaluation.setVerdict(Verdict.CONTINUE))).isEqualTo(Judged.ACCEPTED);
    assertThat(check(wider, evaluation.setVerdict(Verdict.STOP_FUTILE))).isEqualTo(Judged.ACCEPTED);
    assertThat(check(wider, evaluation.setEpoch(2))).isEqualTo(Judged.WRONG_EPOCH);
    assertThat(check(wider, evaluation.setEpoch(-1))).isEqualTo(Judged.WRONG_EPOCH);
    assertThat(check(wider, evaluation.setEpoch(1).setVerdict(Verdict.PROMOTE)))
        .isEqualTo(Judged.ACCEPTED);
  }

  @Test
  void aTestThatNeverBeganCannotBeJudged() {
    Judged judged =
        EvaluationCheck.check(
            promotion().build(),
            "demo",
            "credit-risk",
            shadow.route(),
            shadow.rollout(),
            false,
            -1);

    assertThat(judged).isEqualTo(Judged.NOT_LIVE);
  }

  @Test
  void aTestThatIsOverIsNotLiveButItsHarmStillActs() {
    Step won =
        RolloutMoves.judged(
            shadow.route(), shadow.rollout(), "2", Verdict.PROMOTE, "won", Instant.EPOCH);

    assertThat(check(won, promotion())).isEqualTo(Judged.NOT_LIVE);
    assertThat(check(won, promotion().setEpoch(5).setVerdict(Verdict.ROLLBACK)))
        .isEqualTo(Judged.ACCEPTED);
  }

  @Test
  void aRollbackOfACandidateWithoutTrafficIsNotLive() {
    Step stopped = RolloutMoves.stop(shadow.route(), shadow.rollout(), "seen enough");

    assertThat(check(stopped, promotion().setVerdict(Verdict.ROLLBACK))).isEqualTo(Judged.NOT_LIVE);
  }

  @Test
  void aWatchPromotesNothingAndHoldsOnlyWithItsWholeTime() {
    Step watching = RolloutMovesTest.watching("REVERSE_SHADOW");
    PlannedTest test = watching.rollout().test(Stage.WATCH).orElseThrow();
    RolloutEvaluated.Builder said =
        promotion().setTestId(test.id()).setDefinitionSha256(test.sha256());

    assertThat(check(watching, said)).isEqualTo(Judged.UNSUPPORTED);
    said.setVerdict(Verdict.WATCHED_OK);
    assertThat(check(watching, said)).isEqualTo(Judged.ACCEPTED);
    said.getEvidenceBuilder().setElapsedMs(Duration.ofDays(7).toMillis() - 1);
    assertThat(check(watching, said)).isEqualTo(Judged.UNSUPPORTED);
    said.getEvidenceBuilder().setElapsedMs(DAY_MS).getHealthBuilder().setHealthy(false);
    assertThat(check(watching, said)).isEqualTo(Judged.UNSUPPORTED);
    assertThat(check(watching, said.setVerdict(Verdict.ROLLBACK))).isEqualTo(Judged.ACCEPTED);
    assertThat(check(shadow, promotion().setVerdict(Verdict.WATCHED_OK)))
        .isEqualTo(Judged.UNSUPPORTED);
  }

  private Judged check(RolloutEvaluated.Builder evaluation) {
    return check(shadow, evaluation);
  }

  private static Judged check(Step at, RolloutEvaluated.Builder evaluation) {
    return EvaluationCheck.check(
        evaluation.build(), "demo", "credit-risk", at.route(), at.rollout(), true, LAST_NUMBER);
  }

  private RolloutEvaluated.Builder promotion() {
    PlannedTest test = shadow.rollout().test(Stage.SHADOW).orElseThrow();
    LogE enough = LogE.newBuilder().setValue(NEEDED).setNeeded(NEEDED).build();
    return RolloutEvaluated.newBuilder()
        .setRolloutId("r1")
        .setTestId(test.id())
        .setDefinitionSha256(test.sha256())
        .setNumber(LAST_NUMBER + 1)
        .setProject("demo")
        .setModel("credit-risk")
        .setCandidate("2")
        .setVerdict(Verdict.PROMOTE)
        .setEvidence(
            Evidence.newBuilder()
                .setUnits(200)
                .setElapsedMs(DAY_MS)
                .setPrimary(KpiEvidence.newBuilder().setKind(KpiKind.ACCURACY).setBetter(enough))
                .addGuards(GuardEvidence.newBuilder().setKind(GuardKind.ERRORS).setSafe(enough))
                .addGuards(GuardEvidence.newBuilder().setKind(GuardKind.SLOW))
                .setHealth(Health.newBuilder().setHealthy(true)));
  }

  private static Arguments wrong(
      String what, Judged judged, Consumer<RolloutEvaluated.Builder> change) {
    return Arguments.of(what, judged, change);
  }

  private static KpiEvidence.Builder primary(RolloutEvaluated.Builder evaluation) {
    return evaluation.getEvidenceBuilder().getPrimaryBuilder();
  }
}
