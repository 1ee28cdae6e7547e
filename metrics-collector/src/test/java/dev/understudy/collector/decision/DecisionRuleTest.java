package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.decision.DecisionRule.GuardSituation;
import dev.understudy.collector.decision.DecisionRule.Situation;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Verdict;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Which of the eight steps comes first. Its figures are among the cases of the oracle. */
class DecisionRuleTest {
  private static final double PROVEN = 20;
  private static final double NOT_PROVEN = -1;
  private static final DecisionPolicy POLICY =
      DecisionPolicy.newBuilder()
          .setAlphaPromote(0.05)
          .setAlphaRollback(0.05)
          .setAlphaFutility(0.05)
          .setMinimumUnits(200)
          .setMaximumUnits(10_000)
          .setMinimumDurationMs(1_000)
          .setMaximumDurationMs(9_000)
          .build();
  private static final GuardSituation SAFE = new GuardSituation(NOT_PROVEN, PROVEN, true);

  @Test
  void aGuardActsEvenOnDoubtfulDataAndBeforeTheFirstUnit() {
    assertThat(new Now().guard(PROVEN, PROVEN).units(0).unhealthy().verdict())
        .isEqualTo(Verdict.ROLLBACK);
  }

  @Test
  void thePrimaryRollsBackOnlyAfterEnoughUnits() {
    assertThat(new Now().worse(PROVEN).units(199).verdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(new Now().worse(PROVEN).units(200).unhealthy().verdict())
        .isEqualTo(Verdict.ROLLBACK);
  }

  @Test
  void doubtfulDataHoldUntilTheTimeIsOver() {
    assertThat(new Now().better(PROVEN).unhealthy().verdict()).isEqualTo(Verdict.HOLD);
    assertThat(new Now().better(PROVEN).unhealthy().elapsed(9_000).verdict())
        .isEqualTo(Verdict.STOP_INVALID);
  }

  @Test
  void nothingIsPromotedTooEarly() {
    assertThat(new Now().better(PROVEN).elapsed(999).verdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(new Now().better(PROVEN).units(199).verdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(new Now().better(PROVEN).verdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void aRequiredGuardMustBeProvenSafe() {
    assertThat(new Now().better(PROVEN).guard(NOT_PROVEN, NOT_PROVEN).verdict())
        .isEqualTo(Verdict.CONTINUE);
  }

  @Test
  void aCandidateThatIsBetterIsNotStoppedAsFutileForItsGuards() {
    Now now = new Now().better(PROVEN).futile(PROVEN).guard(NOT_PROVEN, NOT_PROVEN);

    assertThat(now.verdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(now.elapsed(9_000).verdict()).isEqualTo(Verdict.STOP_INCONCLUSIVE);
    assertThat(new Now().futile(PROVEN).verdict()).isEqualTo(Verdict.STOP_FUTILE);
  }

  @Test
  void timeOrUnitsEndATestWithoutProof() {
    assertThat(new Now().units(10_000).verdict()).isEqualTo(Verdict.STOP_INCONCLUSIVE);
    assertThat(new Now().elapsed(9_000).verdict()).isEqualTo(Verdict.STOP_INCONCLUSIVE);
    assertThat(new Now().better(PROVEN).units(10_000).verdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void everyGuardRaisesWhatARollbackNeeds() {
    DecisionRule alone = new DecisionRule(POLICY, 0);
    DecisionRule guarded = new DecisionRule(POLICY, 3);

    assertThat(alone.neededToRollBack()).isEqualTo(Math.log(20));
    assertThat(guarded.neededToRollBack()).isEqualTo(Math.log(80));
    assertThat(guarded.neededToPromote()).isEqualTo(Math.log(20));
  }

  private static final class Now {
    private long units = 5_000;
    private long elapsedMs = 5_000;
    private boolean healthy = true;
    private double better = NOT_PROVEN;
    private double worse = NOT_PROVEN;
    private double futile = NOT_PROVEN;
    private GuardSituation guard = SAFE;

    Now units(long of) {
      units = of;
      return this;
    }

    Now elapsed(long millis) {
      elapsedMs = millis;
      return this;
    }

    Now unhealthy() {
      healthy = false;
      return this;
    }

    Now better(double logE) {
      better = logE;
      return this;
    }

    Now worse(double logE) {
      worse = logE;
      return this;
    }

    Now futile(double logE) {
      futile = logE;
      return this;
    }

    Now guard(double harm, double safe) {
      guard = new GuardSituation(harm, safe, true);
      return this;
    }

    Verdict verdict() {
      return new DecisionRule(POLICY, 1)
          .verdict(
              new Situation(
                  units,
                  units,
                  elapsedMs,
                  healthy,
                  better,
                  worse,
                  OptionalDouble.of(futile),
                  List.of(guard)));
    }
  }
}
