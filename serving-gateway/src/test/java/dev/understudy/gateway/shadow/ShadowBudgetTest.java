package dev.understudy.gateway.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShadowBudgetTest {
  private static final long SECOND = 1_000_000_000;

  private final ShadowBudget all = new ShadowBudget(0.5, 2, 0);
  private final ShadowBudget.Account budget = all.open(0);

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
  void whoOverdrewTakesNothingFromAnother() {
    ShadowBudget.Account modest = all.open(0);
    budget.take(SECOND, 0);
    budget.settle(SECOND, 10 * SECOND);

    for (long tenth = 1; tenth <= 90; tenth++) {
      long now = tenth * SECOND / 10;
      assertThat(modest.take(SECOND / 20, now)).as("at %s", now).isTrue();
      assertThat(budget.take(1, now)).as("at %s", now).isFalse();
    }
  }

  @Test
  void twoWhoWantAllOfItTakeHalfOfItEach() {
    ShadowBudget.Account other = all.open(0);
    long one = 0;
    long two = 0;
    for (long now = 0; now < 100 * SECOND; now += SECOND / 1_000) {
      one += budget.take(SECOND / 1_000, now) ? 1 : 0;
      // It asks for far more, and each of its runs is longer than it was said to be.
      for (int i = 0; i < 5; i++) {
        if (other.take(SECOND / 1_000, now)) {
          other.settle(SECOND / 1_000, SECOND / 500);
          two += 2;
        }
      }
    }

    assertThat(one).isBetween(49_000L, 52_000L);
    assertThat(two).isBetween(49_000L, 52_000L);
  }

  @Test
  void whatOneDoesNotWantIsTheOthers() {
    ShadowBudget.Account rare = all.open(0);
    long taken = 0;
    for (long now = 0; now < 100 * SECOND; now += SECOND / 1_000) {
      if (now % (SECOND / 2) == 0) {
        assertThat(rare.take(SECOND / 20, now)).as("at %s", now).isTrue();
      }
      taken += budget.take(SECOND / 1_000, now) ? 1 : 0;
    }

    // All but the tenth that the rare one takes.
    assertThat(taken).isBetween(89_000L, 92_000L);
  }

  @Test
  void thePartOfOneThatIsGoneIsTheOthers() {
    ShadowBudget.Account gone = all.open(0);
    gone.take(1, 0);
    gone.close();

    assertThat(budget.take(SECOND, 2 * SECOND)).isTrue();
    assertThat(budget.take(SECOND / 2, 2 * SECOND + SECOND / 2)).isTrue();
  }

  @Test
  void aShareOfNothingOrMoreThanAllIsRefused() {
    for (double share : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThatThrownBy(() -> new ShadowBudget(share, 1, 0)).hasMessageContaining("share");
    }
  }
}
