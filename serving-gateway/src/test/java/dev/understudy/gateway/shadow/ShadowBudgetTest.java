package dev.understudy.gateway.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShadowBudgetTest {
  private static final long SECOND = 1_000_000_000;

  private final ShadowBudget budget = new ShadowBudget(0.5, 2, 0);

  @Test
  void aSecondOfTheShareMayBeTakenAtOnceAndNoMore() {
    assertThat(budget.take(SECOND, 0)).isTrue();
    assertThat(budget.take(1, 0)).isFalse();
    assertThat(budget.take(1, 1)).isTrue();
  }

  @Test
  void whatIsNotTakenAddsUpForASecondOnly() {
    assertThat(budget.take(SECOND, 100 * SECOND)).isTrue();
    assertThat(budget.take(1, 100 * SECOND)).isFalse();
  }

  @Test
  void aRunThatTookLongerIsChargedForIt() {
    budget.take(1, 0);
    budget.settle(1, 3 * SECOND);

    assertThat(budget.take(1, 2 * SECOND)).isFalse();
    assertThat(budget.take(1, 2 * SECOND + 1)).isTrue();
  }

  @Test
  void aRunThatDidNotHappenIsGivenBack() {
    budget.take(SECOND, 0);
    budget.settle(SECOND, 0);

    assertThat(budget.take(1, 0)).isTrue();
  }

  @Test
  void aShareOfNothingOrMoreThanAllIsRefused() {
    for (double share : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> new ShadowBudget(share, 1, 0)).hasMessageContaining("share");
    }
  }
}
