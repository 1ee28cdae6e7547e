package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShapleyValuesTest {
  /** A left glove and two right ones, of which only pairs are worth something: 2/3, 1/6, 1/6. */
  @Test
  void theGloveGameHasItsKnownValues() {
    double[] values =
        ShapleyValues.of(3).contributions(has -> has.get(0) && (has.get(1) || has.get(2)) ? 1 : 0);

    assertThat(values).containsExactly(new double[] {2 / 3.0, 1 / 6.0, 1 / 6.0}, within(1e-15));
  }

  /**
   * Three airlines share a runway that costs as much as the longest needs: 8, 11 and 13
   * (Littlechild and Owen 1973): 8/3, 8/3 + 3/2, 8/3 + 3/2 + 2.
   */
  @Test
  void theAirportGameHasItsKnownValues() {
    double[] costs = {8, 11, 13};

    double[] values =
        ShapleyValues.of(3)
            .contributions(has -> has.stream().mapToDouble(i -> costs[i]).max().orElse(0));

    assertThat(values)
        .containsExactly(new double[] {8 / 3.0, 8 / 3.0 + 1.5, 8 / 3.0 + 3.5}, within(1e-14));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 12, 13, 40, 300})
  void theValuesAddUpHoweverManyPlay(int players) {
    ShapleyValues game = ShapleyValues.of(players);
    ToDoubleFunction<BitSet> value = ShapleyValuesTest::crooked;
    BitSet everybody = new BitSet();
    everybody.set(0, players);

    double[] values = game.contributions(value);

    assertThat(game.isExact()).isEqualTo(players <= 12);
    assertThat(Arrays.stream(values).sum())
        .isCloseTo(crooked(everybody) - crooked(new BitSet()), within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 20})
  void onlyTheCoalitionsThatWereAskedForAreNeeded(int players) {
    ShapleyValues game = ShapleyValues.of(players);
    Set<BitSet> asked = new HashSet<>(game.coalitions());
    assertThat(asked).hasSizeLessThanOrEqualTo(1 << 13);

    game.contributions(
        coalition -> {
          assertThat(asked).contains(coalition);
          return 0;
        });
  }

  /** With its reverse, an order gives each of two that interact its half of the interaction. */
  @Test
  void aSampleIsExactWhereAtMostTwoInteract() {
    double[] values =
        ShapleyValues.of(20)
            .contributions(
                has ->
                    has.stream().mapToDouble(i -> i).sum() + (has.get(3) && has.get(7) ? 10 : 0));

    assertThat(values[2]).isCloseTo(2, within(1e-9));
    assertThat(values[3]).isCloseTo(8, within(1e-9));
    assertThat(values[7]).isCloseTo(12, within(1e-9));
  }

  @Test
  void aSampleIsTheSameEveryTime() {
    assertThat(ShapleyValues.of(20).contributions(ShapleyValuesTest::crooked))
        .isEqualTo(ShapleyValues.of(20).contributions(ShapleyValuesTest::crooked));
  }

  private static double crooked(BitSet coalition) {
    return Math.sin(coalition.stream().mapToDouble(i -> 1 + i % 7).sum());
  }
}
