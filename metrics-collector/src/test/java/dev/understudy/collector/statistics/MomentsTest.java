package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MomentsTest {
  @Test
  void emptyPartsChangeNothing() {
    Moments some = Moments.of(1, 2, 4);

    assertThat(Moments.EMPTY.merge(some)).isEqualTo(some);
    assertThat(some.merge(Moments.EMPTY)).isEqualTo(some);
    assertThat(Moments.EMPTY.estimate().usable()).isFalse();
    assertThat(BiMoments.EMPTY.merge(BiMoments.EMPTY)).isEqualTo(BiMoments.EMPTY);
  }

  @Test
  void aSingleUnitHasNoSpread() {
    assertThat(Moments.of(7).variance()).isNaN();
    assertThat(Moments.of(7).estimate().usable()).isFalse();
  }

  @Test
  void aLargeMeanDoesNotDrownTheSpread() {
    Moments moments = Moments.EMPTY;
    for (int i = 0; i < 1_000; i++) {
      moments = moments.add(1e9 + i % 2);
    }

    assertThat(moments.m2()).isCloseTo(250, within(1e-6));
  }

  @Test
  void whatIsNotANumberIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Moments.EMPTY.add(Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BiMoments.EMPTY.add(1, Double.POSITIVE_INFINITY));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PowerSums.around(0, 0).add(Double.NaN, 1));
  }

  @Test
  void partsMergeToTheWhole() {
    SplittableRandom random = new SplittableRandom(1);
    BiMoments whole = BiMoments.EMPTY;
    BiMoments[] parts = {BiMoments.EMPTY, BiMoments.EMPTY, BiMoments.EMPTY};
    for (int i = 0; i < 999; i++) {
      double x = random.nextDouble();
      double y = x + random.nextDouble();
      whole = whole.add(x, y);
      parts[i % 3] = parts[i % 3].add(x, y);
    }

    BiMoments merged = parts[2].merge(parts[0]).merge(parts[1]);

    assertThat(merged.count()).isEqualTo(999);
    assertThat(merged.xy()).isCloseTo(whole.xy(), within(1e-9));
    assertThat(merged.yy()).isCloseTo(whole.yy(), within(1e-9));
    assertThat(merged.x().mean()).isCloseTo(whole.meanX(), within(1e-12));
  }

  @Test
  void aUnitThatGrowsIsReplaced() {
    PowerSums sums =
        PowerSums.around(10, 1)
            .add(12, 1)
            .add(8, 0)
            .add(3, 1)
            .subtract(3, 1)
            .add(4, 2)
            .merge(PowerSums.around(10, 1).add(9, 1));

    BiMoments expected = BiMoments.EMPTY.add(12, 1).add(8, 0).add(4, 2).add(9, 1);

    assertThat(sums.moments().count()).isEqualTo(4);
    assertThat(sums.moments().meanX()).isCloseTo(expected.meanX(), within(1e-12));
    assertThat(sums.moments().xx()).isCloseTo(expected.xx(), within(1e-9));
    assertThat(sums.moments().xy()).isCloseTo(expected.xy(), within(1e-9));
    assertThat(PowerSums.around(0, 0).moments()).isEqualTo(BiMoments.EMPTY);
  }

  @Test
  void epochsOfARampAreWeightedByTheirUnits() {
    Estimate both =
        Estimate.stratified(
            java.util.List.of(
                new Estimate(1, 0.1, 100), new Estimate(4, 0.2, 300), Estimate.undefined(0)));

    assertThat(both.value()).isCloseTo(3.25, within(1e-12));
    assertThat(both.standardError()).isCloseTo(Math.hypot(0.025, 0.15), within(1e-12));
    assertThat(both.units()).isEqualTo(400);
    assertThat(Estimate.stratified(java.util.List.of()).usable()).isFalse();
  }
}
