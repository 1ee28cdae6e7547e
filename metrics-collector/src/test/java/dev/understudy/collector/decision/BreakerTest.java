package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.BreakerRule;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.RestartMixture;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.BreakerPolicy;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private static final long BEGIN = 50_000;
  private static final long FIRST = BreakerRule.window(BEGIN);

  private static TestDefinition.Builder test() {
    return Plans.shadow("t")
        .setHorizonMs(14L * 24 * 60 * 60 * 1000)
        .setBreaker(BreakerPolicy.newBuilder().setLimit(0.2).setAlpha(1e-4));
  }

  private static RolloutEvaluated judge(Memory memory, long afterWindow) {
    Stand stand = new Stand(BEGIN, BreakerRule.endMs(afterWindow), 0);
    TestPlan plan = Plans.plan(test());
    RolloutEvaluated evaluation = Judge.evaluate(plan, Tally.EMPTY, stand, memory);
    assertThat(Judge.verdict(plan, Tally.EMPTY, stand, memory)).isEqualTo(evaluation.getVerdict());
    return evaluation;
  }

  private static Memory windows(long from, int count, long errors, long requests) {
    Memory memory = Memory.NONE;
    for (int i = 0; i < count; i++) {
      memory = memory.with(new ErrorWindow(from + i, errors, requests));
    }
    return memory;
  }

  @Test
  void aCandidateThatFailsAlwaysIsStoppedWithinSecondsAndWithoutALabel() {
    Memory memory = windows(FIRST, 2, 10, 10);

    RolloutEvaluated evaluation = judge(memory, FIRST + 1);

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(evaluation.getReason())
        .startsWith("The breaker: 20 of the 20 requests that the candidate was given")
        .contains("a share above 20.0 % is proven", "needed 9.21");
    assertThat(evaluation.getEvidence().getBreaker().getErrors()).isEqualTo(20);
    assertThat(evaluation.getEvidence().getUnits()).isZero();
  }

  @Test
  void itActsOnDoubtfulDataToo() {
    Memory memory = windows(FIRST, 60, 5, 10);

    RolloutEvaluated evaluation = judge(memory, FIRST + 59);

    assertThat(evaluation.getEvidence().getHealth().getHealthy()).isFalse();
    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.ROLLBACK);
  }

  @Test
  void aShareBelowTheLimitIsNoEvidenceAtAll() {
    RolloutEvaluated evaluation = judge(windows(FIRST, 360, 2, 10), FIRST + 359);

    assertThat(evaluation.getVerdict()).isNotEqualTo(Verdict.ROLLBACK);
    assertThat(evaluation.getEvidence().getBreaker().getEvidence().getValue()).isZero();
    assertThat(evaluation.getEvidence().getBreaker().getRequests()).isEqualTo(3_600);
    assertThat(evaluation.getEvidence().getBreaker().getWindowErrorsList()).isEmpty();
  }

  @Test
  void anyoneCanComputeItAgainFromTheWindowsOfTheLastHour() {
    SplittableRandom random = new SplittableRandom(7);
    Memory memory = Memory.NONE;
    List<Wealth> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      long requests = i % 5 == 0 ? 0 : random.nextInt(20);
      long errors = requests == 0 ? 0 : random.nextLong(requests / 3 + 1);
      if (requests > 0) {
        memory = memory.with(new ErrorWindow(FIRST + i, errors, requests));
      }
      all.add(
          CellBetting.of(new Cell(1, errors), new Cell(0, requests - errors))
              .wealth(0.2, Side.GREATER));
    }

    RolloutEvaluated evaluation = judge(Memory.read(memory.write()), FIRST + 499);

    assertThat(evaluation.getEvidence().getBreaker().getEvidence().getValue())
        .isCloseTo(new RestartMixture(360).logE(all.subList(140, 500)), within(1e-9));
    assertThat(memory.windows()).hasSizeLessThan(361);
    assertThat(evaluation.getEvidence().getBreaker().getWindowErrorsCount())
        .isEqualTo(evaluation.getEvidence().getBreaker().getWindowRequestsCount())
        .isGreaterThan(350);
  }

  @Test
  void whatWasMoreThanAnHourAgoIsForgotten() {
    Memory memory = windows(FIRST, 2, 10, 10).with(new ErrorWindow(FIRST + 400, 0, 10));

    assertThat(judge(memory, FIRST + 400).getEvidence().getBreaker().getErrors()).isZero();
    // Also when nothing has come since.
    assertThat(
            judge(windows(FIRST, 2, 10, 10), FIRST + 400)
                .getEvidence()
                .getBreaker()
                .getEvidence()
                .getValue())
        .isZero();
  }

  @Test
  void windowsOfSeveralPartitionsAddUp() {
    Memory memory = Memory.NONE.with(new ErrorWindow(9, 3, 4)).with(new ErrorWindow(9, 0, 6));

    assertThat(memory.windows().get(9L)).isEqualTo(new ErrorWindow(9, 3, 10));
    assertThatIllegalArgumentException().isThrownBy(() -> new ErrorWindow(9, 5, 4));
  }

  @Test
  void exactlyAtTheLimitAnHourRaisesNoAlarm() {
    // At 1e-4 an hour, one alarm in 300 hours would be a surprise; two are not believed.
    SplittableRandom random = new SplittableRandom(4);
    TestPlan plan = Plans.plan(test());
    int alarms = 0;
    for (int run = 0; run < 300; run++) {
      Memory memory = Memory.NONE;
      boolean tripped = false;
      for (int i = 0; i < 360 && !tripped; i++) {
        int errors = 0;
        for (int request = 0; request < 15; request++) {
          errors += random.nextDouble() < 0.2 ? 1 : 0;
        }
        memory = memory.with(new ErrorWindow(FIRST + i, errors, 15));
        if (i % 12 == 11) {
          Stand stand = new Stand(BEGIN, BreakerRule.endMs(FIRST + i), 0);
          tripped = Breaker.of(plan, plan.breaker().orElseThrow(), stand, memory).trips();
        }
      }
      alarms += tripped ? 1 : 0;
    }

    assertThat(alarms).isLessThan(2);
  }

  @Test
  void aPolicyThatMakesNoSenseIsRefusedByItsField() {
    for (double wrong : new double[] {0, 1, -0.1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Plans.plan(test().setBreaker(policy(wrong, 0.01))))
          .withMessageContaining("breaker.limit");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Plans.plan(test().setBreaker(policy(0.2, wrong))))
          .withMessageContaining("breaker.alpha");
    }
    assertThat(Plans.plan(Plans.shadow("t")).breaker()).isEmpty();
  }

  private static BreakerPolicy policy(double limit, double alpha) {
    return BreakerPolicy.newBuilder().setLimit(limit).setAlpha(alpha).build();
  }
}
