package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.statistics.GrowthRate.Chance;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanningTest {
  @Test
  void quantilesOfTheNormalAreThoseOfScipy() {
    // scipy 1.10 norm.ppf
    assertThat(Normal.quantile(0.95)).isCloseTo(1.6448536269514722, within(1e-14));
    assertThat(Normal.quantile(0.2)).isCloseTo(-0.8416212335729142, within(1e-14));
    assertThat(Normal.quantile(0.999999)).isCloseTo(4.753424308822899, within(1e-10));
    assertThat(Normal.quantile(1e-20)).isCloseTo(-9.262340089798408, within(1e-12));
    assertThat(Normal.quantile(0.5)).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> Normal.quantile(1));
  }

  @Test
  void anEffectOfNothingNeedsForever() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleSize.fixedHorizon(0.4, 0, 0.05, 0.8));
    assertThat(SampleSize.fixedHorizon(0.4, -0.02, 0.05, 0.8))
        .isEqualTo(SampleSize.fixedHorizon(0.4, 0.02, 0.05, 0.8));
    assertThat(SampleSize.sequential(0, 0.05)).isInfinite();
  }

  @Test
  void theBestBetOnACoinIsKnown() {
    // Values 1 and -1 with chance .6 and .4 about 0: u = .2, g = ln 2 + .6 ln .6 + .4 ln .4.
    double growth =
        GrowthRate.of(
            List.of(new Chance(1, .6), new Chance(-1, .4)), Bounds.around(1), 0, Side.GREATER);

    assertThat(growth)
        .isCloseTo(Math.log(2) + .6 * Math.log(.6) + .4 * Math.log(.4), within(1e-12));
  }

  @Test
  void evidenceDoesNotGrowOnTheWrongSide() {
    List<Chance> chances = List.of(new Chance(1, .4), new Chance(-1, .6));

    assertThat(GrowthRate.of(chances, Bounds.around(1), 0, Side.GREATER))
        .isCloseTo(0, within(1e-12));
    assertThat(GrowthRate.of(chances, Bounds.around(1), 0, Side.LESS)).isPositive();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> GrowthRate.of(List.of(new Chance(1, .4)), Bounds.around(1), 0, Side.LESS));
  }

  @Test
  void thePlanOfAPairedTestIsNearTheMedianThatWasSimulated() {
    // +1 pp at a discordance of 6 %: median 3 958, fixed horizon 3 704.
    List<Chance> chances = List.of(new Chance(1, .035), new Chance(-1, .025), new Chance(0, .94));

    double n =
        SampleSize.sequential(GrowthRate.of(chances, Bounds.around(1), 0, Side.GREATER), 0.05);

    assertThat(n).isBetween(3_958 * .7, 3_958 * 1.5);
    assertThat(SampleSize.fixedHorizon(Math.sqrt(.06 - .0001), .01, 0.05, 0.8))
        .isCloseTo(3_704, within(1.0));
  }

  @Test
  void aWatchPromisesNothingBeyondItsPlan() {
    Wealth hour =
        CellBetting.of(new CellBetting.Cell(1, 4), new CellBetting.Cell(0, 1))
            .wealth(.5, Side.GREATER);

    assertThat(new RestartMixture(3).logE(List.of())).isZero();
    assertThat(new RestartMixture(1).logE(List.of(hour)))
        .isCloseTo(hour.logE() - Math.log(2), within(1e-12));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RestartMixture(1).logE(List.of(hour, hour)));
    assertThatIllegalArgumentException().isThrownBy(() -> new RestartMixture(0));
  }

  @Test
  void secondaryKpisAreFlaggedByTheirRank() {
    double needed = Math.log(20);

    assertThat(EValues.flagged(List.of(), 0.05)).isEmpty();
    assertThat(EValues.flagged(List.of(needed, needed), 0.05)).containsExactlyInAnyOrder(0, 1);
    assertThat(EValues.flagged(List.of(needed, needed - 0.01), 0.05)).isEmpty();
    assertThat(EValues.flagged(List.of(0.0, needed + Math.log(2)), 0.05)).containsExactly(1);
    assertThat(EValues.pValue(-3)).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(EValues::average);
  }

  @Test
  void otherGridsOfBetsAreWeightedToOne() {
    BettingGrid grid = BettingGrid.of(5, 0.1, 0.5, 0.2, 1);
    double total = 0;
    for (int k = 0; k < grid.count(); k++) {
      total += grid.weight(k);
    }

    assertThat(total).isCloseTo(1, within(1e-12));
    assertThat(grid.size(0)).isCloseTo(0.1, within(1e-15));
    assertThat(grid.size(4)).isCloseTo(0.5, within(1e-15));
    assertThat(BettingGrid.of(1, 0.1, 0.5, 0.2, 1).weight(0)).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> BettingGrid.of(2, 0.1, 1, 0.2, 1));
  }
}
