package dev.understudy.registry.rollout;

import static dev.understudy.registry.rollout.Plans.ramp;
import static dev.understudy.registry.rollout.Plans.rollout;
import static dev.understudy.registry.rollout.Plans.shadow;
import static dev.understudy.registry.rollout.Plans.split;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.GuardEvidence;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Health;
import dev.understudy.contracts.v1.LogE;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.registry.problem.Refused;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WideningCheckTest {
  /** Of the primary and one guard, at 0.05. */
  private static final double LINE = Math.log(2 / 0.05);

  private final Rollout split = RolloutMovesTest.inSplit(rollout(null, ramp())).rollout();

  @Test
  void guardsThatAreUnharmedAreEnoughWhateverIsProven() {
    assertThat(WideningCheck.blocked(split, said(goingOn().build()))).isEmpty();
  }

  static Stream<Arguments> reasons() {
    return Stream.of(
        reason("epoch 1", one -> one.setEpoch(1)),
        reason("HOLD", one -> one.setVerdict(Verdict.HOLD)),
        reason("VERDICT_UNSPECIFIED", RolloutEvaluated.Builder::clearVerdict),
        reason("not healthy", one -> one.getEvidenceBuilder().getHealthBuilder().setHealthy(false)),
        reason("guard ERRORS", one -> harm(one).setValue(LINE)),
        reason("guard ERRORS", one -> harm(one).setValue(Double.NaN)),
        reason("guard ERRORS", one -> one.getEvidenceBuilder().getGuardsBuilder(0).clearHarm()),
        reason("guard ERRORS", one -> one.getEvidenceBuilder().clearGuards()),
        reason("not healthy", RolloutEvaluated.Builder::clearEvidence));
  }

  @ParameterizedTest(name = "{index}: {0}")
  @MethodSource("reasons")
  void anythingElseIsAReasonNotTo(String reason, Consumer<RolloutEvaluated.Builder> change) {
    RolloutEvaluated.Builder evaluation = goingOn();
    change.accept(evaluation);

    assertThat(WideningCheck.blocked(split, said(evaluation.build())).orElseThrow())
        .contains(reason);
  }

  @Test
  void withoutAnEvaluationNothingIsWidened() {
    assertThat(WideningCheck.blocked(split, said(null)).orElseThrow()).contains("no evaluation");
  }

  @Test
  void thereMustBeAWiderShareAndASplitThatRuns() {
    Rollout single = RolloutMovesTest.inSplit(rollout(null, split())).rollout();
    Rollout shadow = RolloutMovesTest.inShadow(rollout(shadow(), ramp())).rollout();

    assertThat(WideningCheck.blocked(single, said(goingOn().build())).orElseThrow())
        .contains("last share");
    assertThat(WideningCheck.blocked(shadow, said(goingOn().build())).orElseThrow())
        .contains("SHADOW");
  }

  @ParameterizedTest
  @CsvSource({"0.05", "0.01", "0.5", "0.3"})
  void aPersonNamesTheNextShareAndNoOther(double share) {
    Refused refused =
        catchThrowableOfType(Refused.class, () -> WideningCheck.refuseUnlessNext(split, share));

    assertThat(refused.field()).isEqualTo("share");
    assertThat(refused.getMessage()).contains(share <= 0.05 ? "stop the rollout" : "0.25");
    WideningCheck.refuseUnlessNext(split, 0.25);
  }

  @Test
  void aPersonDoesNotActOnAnOldEvaluation() {
    RolloutEvaluated evaluation = goingOn().setLogTimeMs(1_000_000).build();

    assertThat(WideningCheck.old(evaluation, Instant.ofEpochMilli(1_300_000))).isEmpty();
    assertThat(WideningCheck.old(evaluation, Instant.ofEpochMilli(1_300_001))).isPresent();
  }

  private static Function<PlannedTest, Optional<RolloutEvaluated>> said(
      @Nullable RolloutEvaluated latest) {
    return any -> Optional.ofNullable(latest);
  }

  private static RolloutEvaluated.Builder goingOn() {
    LogE harm = LogE.newBuilder().setValue(LINE - 1e-3).build();
    return RolloutEvaluated.newBuilder()
        .setVerdict(Verdict.CONTINUE)
        .setEvidence(
            Evidence.newBuilder()
                .addGuards(GuardEvidence.newBuilder().setKind(GuardKind.ERRORS).setHarm(harm))
                .setHealth(Health.newBuilder().setHealthy(true)));
  }

  private static LogE.Builder harm(RolloutEvaluated.Builder evaluation) {
    return evaluation.getEvidenceBuilder().getGuardsBuilder(0).getHarmBuilder();
  }

  private static Arguments reason(String why, Consumer<RolloutEvaluated.Builder> change) {
    return Arguments.of(why, change);
  }
}
