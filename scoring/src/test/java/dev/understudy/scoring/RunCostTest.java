package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RunCostTest {
  @Test
  void aRunCostsAPartForItselfAndAPartForEachRow() {
    RunCost cost = RunCost.ofRows(1_000, 1_700);

    assertThat(cost.nanos(1)).isCloseTo(1_000, within(1e-6));
    assertThat(cost.nanos(8)).isCloseTo(1_700, within(1e-6));
    assertThat(cost.nanos(101)).isCloseTo(11_000, within(1e-6));
    assertThat(cost.isLessInBatches()).isTrue();
  }

  @Test
  void rowsThatCostAsMuchAsRunsGainNothingInBatches() {
    assertThat(RunCost.ofRows(1_000, 8_000).isLessInBatches()).isFalse();
    assertThat(RunCost.ofRows(1_000, 4_100).isLessInBatches()).isFalse();
    assertThat(RunCost.ofRow(1_000).isLessInBatches()).isFalse();
  }

  @Test
  void rowsThatSeemToCostLessThanNothingCostNothing() {
    RunCost cost = RunCost.ofRows(1_000, 500);

    assertThat(cost.nanos(1)).isEqualTo(cost.nanos(1_000)).isEqualTo(1_000);
  }

  @Test
  void laterRunsMoveTheCostAndOnePauseDoesNot() {
    RunCost cost = RunCost.ofRows(1_000, 1_700);

    cost.ran(1, 1_000_000_000);
    assertThat(cost.nanos(1)).isLessThan(6_000);
    for (int i = 0; i < 200; i++) {
      cost.ran(8, 3_400);
    }

    assertThat(cost.nanos(1)).isCloseTo(2_000, within(500.0));
    assertThat(cost.nanos(8)).isCloseTo(3_400, within(800.0));
  }

  @Test
  void aRequestIsChargedOfASharedRunAsIfItHadRunAlone() {
    RunCost cost = RunCost.ofRows(1_000, 1_700);

    assertThat(cost.asIfAlone(1_700, 1, 8)).isEqualTo(1_000);
    assertThat(cost.asIfAlone(17_000, 8, 8)).isEqualTo(17_000);
    cost.ran(8, 3_400);
    assertThat(cost.asIfAlone(3_400, 1, 8)).isEqualTo(2_000);
  }
}
