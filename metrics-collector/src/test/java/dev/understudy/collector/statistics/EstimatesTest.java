package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.statistics.ConfusionCube.Cell;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The edges of the estimates; their figures are checked by the oracle. */
class EstimatesTest {
  @Test
  void aRatioWithoutDenominatorIsUndefined() {
    assertThat(RatioOfMeans.of(BiMoments.EMPTY).value()).isNaN();
    assertThat(RatioOfMeans.of(BiMoments.EMPTY.add(0, 3).add(0, 1)).usable()).isFalse();
    assertThat(RatioOfMeans.of(BiMoments.EMPTY.add(2, 1)).usable()).isFalse();
  }

  @Test
  void unitsOfOneRequestGiveThePlainRate() {
    BiMoments units = BiMoments.repeated(1, 1, 30).merge(BiMoments.repeated(1, 0, 70));

    Estimate ratio = RatioOfMeans.of(units);

    assertThat(ratio.value()).isCloseTo(0.3, within(1e-12));
    assertThat(ratio.standardError()).isCloseTo(Math.sqrt(0.21 / 99), within(1e-12));
  }

  @Test
  void aCovariateThatDoesNotVaryTakesNothingAway() {
    BiMoments current = BiMoments.EMPTY.add(5, 1).add(5, 2).add(5, 4);
    BiMoments candidate = BiMoments.EMPTY.add(5, 3).add(5, 5);

    Cuped adjusted = Cuped.of(current, candidate);

    assertThat(adjusted.theta()).isZero();
    Welch plain = Welch.of(current.y(), candidate.y());
    assertThat(adjusted.difference().value()).isCloseTo(plain.difference().value(), within(1e-12));
    assertThat(adjusted.difference().standardError())
        .isCloseTo(plain.difference().standardError(), within(1e-12));
    assertThat(Cuped.of(BiMoments.EMPTY, candidate).difference().usable()).isFalse();
  }

  @Test
  void armsWithoutSpreadDecideNothing() {
    Welch welch = Welch.of(Moments.of(1, 1, 1), Moments.of(1, 1));

    assertThat(welch.difference().usable()).isFalse();
    assertThat(welch.t()).isNaN();
    assertThat(Welch.of(Moments.EMPTY, Moments.of(1, 2)).difference().usable()).isFalse();
  }

  @Test
  void equalErrorsLeaveNothingToDecide() {
    PairedRegression perfect = PairedRegression.EMPTY.add(1, 0).add(2, 0).add(3, 0);

    assertThat(perfect.rmseImprovement().value()).isCloseTo(Math.sqrt(14.0 / 3), within(1e-12));
    assertThat(perfect.rmseImprovement().usable()).isFalse();
    assertThat(perfect.maeImprovement().value()).isEqualTo(2);
    assertThat(PairedRegression.EMPTY.rmseImprovement().usable()).isFalse();
    assertThat(PairedRegression.EMPTY.merge(perfect)).isEqualTo(perfect);
  }

  @Test
  void aMetricWithoutDenominatorIsUndefined() {
    ConfusionCube noPositives = new ConfusionCube(Map.of(new Cell(0, 0, 0), 500L));

    for (RatioMetric metric :
        List.of(RatioMetric.f1(1), RatioMetric.precision(1), RatioMetric.recall(1))) {
      assertThat(noPositives.difference(metric).usable()).as(metric.name()).isFalse();
      assertThat(noPositives.difference(metric).value()).as(metric.name()).isNaN();
    }
    // There is accuracy, but no spread.
    assertThat(noPositives.difference(RatioMetric.accuracy()).value()).isZero();
    assertThat(noPositives.difference(RatioMetric.accuracy()).usable()).isFalse();
    assertThat(ConfusionCube.EMPTY.difference(RatioMetric.accuracy()).usable()).isFalse();
  }

  @Test
  void costIsLoweredWhenBenefitRises() {
    ConfusionCube cube =
        new ConfusionCube(
            Map.of(
                new Cell(1, 0, 1), 10L,
                new Cell(0, 0, 0), 80L,
                new Cell(0, 0, 1), 10L));
    RatioMetric benefit = RatioMetric.benefit(List.of(List.of(0.0, 1.0), List.of(5.0, 0.0)));

    assertThat(cube.difference(benefit).value()).isCloseTo((10 * 5 - 10) / 100.0, within(1e-12));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConfusionCube(Map.of(new Cell(2, 0, 0), 1L)).difference(benefit))
        .withMessageContaining("no cost of predicting 0 for 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RatioMetric.benefit(List.of(List.of(1.0, 2.0), List.of(1.0))));
  }

  @Test
  void rareClassesAreLeftOutOfMacroF1AndNamed() {
    Map<Cell, Long> counts = new HashMap<>();
    counts.put(new Cell(0, 0, 0), 400L);
    counts.put(new Cell(0, 1, 0), 40L);
    counts.put(new Cell(1, 1, 1), 200L);
    counts.put(new Cell(1, 0, 1), 30L);
    counts.put(new Cell(2, 2, 0), 29L);
    ConfusionCube cube = new ConfusionCube(counts);

    assertThat(cube.classes().counted()).containsExactly(0, 1);
    assertThat(cube.classes().leftOut()).containsExactly(2);
    double mean =
        (cube.difference(RatioMetric.f1(0)).value() + cube.difference(RatioMetric.f1(1)).value())
            / 2;
    assertThat(cube.macroF1Difference().value()).isCloseTo(mean, within(1e-12));
    assertThat(cube.macroF1Difference().usable()).isTrue();
    assertThat(ConfusionCube.EMPTY.macroF1Difference().usable()).isFalse();
  }

  @Test
  void theArmsOfASplitAreComparedAsIndependent() {
    ConfusionTable current =
        new ConfusionTable(
            Map.of(
                new ConfusionTable.Cell(1, 1), 60L,
                new ConfusionTable.Cell(1, 0), 40L,
                new ConfusionTable.Cell(0, 0), 890L,
                new ConfusionTable.Cell(0, 1), 10L));
    ConfusionTable candidate =
        current.merge(new ConfusionTable(Map.of(new ConfusionTable.Cell(1, 1), 100L)));

    Estimate recall = ConfusionTable.difference(current, candidate, RatioMetric.recall(1));

    assertThat(recall.value()).isCloseTo(0.2, within(1e-12));
    // Given the number of positives, the binomial variances with n-1 of all records.
    double ofCurrent = 0.6 * 0.4 / 100 * 1000 / 999;
    double ofCandidate = 0.8 * 0.2 / 200 * 1100 / 1099;
    assertThat(recall.standardError()).isCloseTo(Math.sqrt(ofCurrent + ofCandidate), within(1e-12));
    assertThat(ConfusionTable.classes(current, candidate).counted()).containsExactly(0, 1);
    assertThat(ConfusionTable.macroF1Difference(current, candidate).usable()).isTrue();
    assertThat(ConfusionTable.macroF1Difference(ConfusionTable.EMPTY, candidate).usable())
        .isFalse();
  }
}
