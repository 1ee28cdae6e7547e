package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.statistics.StickyDifference.Stratum;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Against the two formulas that it contains, and against a sum over units where neither of them
 * reaches.
 */
class StickyDifferenceTest {
  private static final List<Stratum> ONE = List.of(new Stratum(0, 1));
  private static final List<Stratum> TWO = List.of(new Stratum(0, 1), new Stratum(2, 3));

  /** What a unit did, by cell; null where it was not. */
  private record Unit(double[][] figures) {
    void addTo(CrossSums sums) {
      List<Integer> cells = new ArrayList<>();
      for (int cell = 0; cell < figures.length; cell++) {
        if (figures[cell].length > 0) {
          cells.add(cell);
        }
      }
      int[] places = cells.stream().mapToInt(Integer::intValue).toArray();
      double[][] before = new double[places.length][];
      double[][] after = new double[places.length][];
      for (int i = 0; i < places.length; i++) {
        before[i] = CrossSums.NONE;
        after[i] = figures[places[i]];
      }
      sums.replace(places, before, after);
    }
  }

  private static double[] figures(double x, double y, double v) {
    return new double[] {1, x, y, v};
  }

  /** Units of two epochs; some come back, some of those in the other arm. */
  private static List<Unit> units(int count) {
    SplittableRandom random = new SplittableRandom(17);
    List<Unit> units = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double rate = random.nextDouble();
      double v = 5 * rate + random.nextGaussian();
      double[][] cells = {CrossSums.NONE, CrossSums.NONE, CrossSums.NONE, CrossSums.NONE};
      boolean first = random.nextInt(4) > 0;
      boolean second = !first || random.nextInt(3) > 0;
      boolean candidate = random.nextBoolean();
      if (first) {
        cells[candidate ? 1 : 0] = did(random, rate, v);
      }
      if (second) {
        cells[candidate || random.nextInt(3) == 0 ? 3 : 2] = did(random, rate, v);
      }
      units.add(new Unit(cells));
    }
    return units;
  }

  private static double[] did(SplittableRandom random, double rate, double v) {
    int requests = 1 + random.nextInt(6);
    double sum = 0;
    for (int i = 0; i < requests; i++) {
      sum += (random.nextDouble() < rate ? 1 : 0) - 0.4;
    }
    return figures(requests, sum, v);
  }

  private static CrossSums sums(List<Unit> units) {
    CrossSums sums = CrossSums.empty();
    units.forEach(unit -> unit.addTo(sums));
    return sums;
  }

  private static BiMoments moments(List<Unit> units, int cell, int x, int y) {
    BiMoments moments = BiMoments.EMPTY;
    for (Unit unit : units) {
      double[] figures = unit.figures()[cell];
      if (figures.length > 0) {
        moments = moments.add(figures[x], figures[y]);
      }
    }
    return moments;
  }

  @Test
  void inOneEpochItIsTheRatioOfMeans() {
    List<Unit> units = units(500);

    Estimate found = StickyDifference.of(sums(units), ONE, false, 9).difference();

    Estimate expected = RatioOfMeans.difference(moments(units, 0, 1, 2), moments(units, 1, 1, 2));
    assertThat(found.value()).isCloseTo(expected.value(), within(1e-12));
    assertThat(found.standardError()).isCloseTo(expected.standardError(), within(1e-12));
    assertThat(found.units()).isEqualTo(9);
  }

  @Test
  void withOnePredictionEachItIsCuped() {
    SplittableRandom random = new SplittableRandom(3);
    List<Unit> units = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      double v = 1_000 + random.nextGaussian();
      double[] figures = figures(1, 0.3 * v + random.nextGaussian(), v);
      boolean candidate = random.nextBoolean();
      units.add(
          new Unit(
              new double[][] {
                candidate ? CrossSums.NONE : figures, candidate ? figures : CrossSums.NONE
              }));
    }

    StickyDifference found = StickyDifference.of(sums(units), ONE, true, 400);

    Estimate expected = Cuped.of(moments(units, 0, 3, 2), moments(units, 1, 3, 2)).difference();
    assertThat(found.difference().value()).isCloseTo(expected.value(), within(1e-9));
    assertThat(found.difference().standardError())
        .isCloseTo(expected.standardError(), within(1e-9));
    assertThat(found.explained()).isBetween(0.02, 0.2);
  }

  @Test
  void overEpochsTheErrorIsThatOfEveryUnitsContributions() {
    List<Unit> units = units(600);

    for (boolean adjusted : new boolean[] {false, true}) {
      Estimate found = StickyDifference.of(sums(units), TWO, adjusted, 600).difference();
      Estimate expected = byUnit(units, adjusted);

      assertThat(found.value()).isCloseTo(expected.value(), within(1e-12));
      assertThat(found.standardError()).isCloseTo(expected.standardError(), within(1e-12));
    }
  }

  /** Everything once more, unit by unit. */
  private static Estimate byUnit(List<Unit> units, boolean adjusted) {
    double[] contributions = new double[units.size()];
    double all = 0;
    double[] n = new double[4];
    for (int cell = 0; cell < 4; cell++) {
      n[cell] = moments(units, cell, 1, 2).count();
      all += n[cell];
    }
    double value = 0;
    for (int epoch = 0; epoch < 2; epoch++) {
      int c = 2 * epoch;
      double weight = (n[c] + n[c + 1]) / all;
      double[] spread = new double[2];
      double[] both = new double[2];
      double[] ratio = new double[2];
      double[] meanV = new double[2];
      for (int arm = 0; arm < 2; arm++) {
        BiMoments xy = moments(units, c + arm, 1, 2);
        ratio[arm] = xy.meanY() / xy.meanX();
        BiMoments v = BiMoments.EMPTY;
        for (Unit unit : units) {
          double[] f = unit.figures()[c + arm];
          if (f.length > 0) {
            v = v.add(f[3], (f[2] - ratio[arm] * f[1]) / xy.meanX());
          }
        }
        spread[arm] = v.xx();
        both[arm] = v.xy();
        meanV[arm] = v.meanX();
      }
      double theta = adjusted ? (both[0] + both[1]) / (spread[0] + spread[1]) : 0;
      value += weight * (ratio[1] - ratio[0] - theta * (meanV[1] - meanV[0]));
      for (int arm = 0; arm < 2; arm++) {
        double meanX = moments(units, c + arm, 1, 2).meanX();
        double size = n[c + arm];
        for (int i = 0; i < units.size(); i++) {
          double[] f = units.get(i).figures()[c + arm];
          if (f.length > 0) {
            double influence = (f[2] - ratio[arm] * f[1]) / meanX - theta * (f[3] - meanV[arm]);
            contributions[i] +=
                (arm == 1 ? 1 : -1) * weight * influence * Math.sqrt(size / (size - 1)) / size;
          }
        }
      }
    }
    double variance = 0;
    for (double one : contributions) {
      variance += one * one;
    }
    return new Estimate(value, Math.sqrt(variance), units.size());
  }

  @Test
  void unitsThatComeBackAreLessThanTwiceAsMany() {
    SplittableRandom random = new SplittableRandom(8);
    List<Unit> units = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      double rate = random.nextDouble();
      boolean candidate = random.nextBoolean();
      double[] first = did(random, rate, 0);
      double[] second = did(random, rate, 0);
      units.add(
          new Unit(
              candidate
                  ? new double[][] {CrossSums.NONE, first, CrossSums.NONE, second}
                  : new double[][] {first, CrossSums.NONE, second, CrossSums.NONE}));
    }
    CrossSums sums = sums(units);

    double found = StickyDifference.of(sums, TWO, false, 1_000).difference().standardError();

    Estimate asIfStrangers =
        Estimate.stratified(
            List.of(
                StickyDifference.of(sums, ONE, false, 1_000).difference(),
                StickyDifference.of(sums, List.of(new Stratum(2, 3)), false, 1_000).difference()));
    assertThat(found).isGreaterThan(1.15 * asIfStrangers.standardError());
  }

  @Test
  void aCovariateThatDoesNotVaryTakesNothingAway() {
    List<Unit> units = units(300);
    units.forEach(
        unit -> {
          for (double[] figures : unit.figures()) {
            if (figures.length > 0) {
              figures[3] = 1e9 / 3;
            }
          }
        });

    StickyDifference found = StickyDifference.of(sums(units), TWO, true, 300);

    assertThat(found).isEqualTo(StickyDifference.of(sums(units), TWO, false, 300));
  }

  @Test
  void withoutUnitsInBothArmsNothingIsKnown() {
    CrossSums sums = CrossSums.empty();

    assertThat(StickyDifference.of(sums, TWO, true, 0).difference().usable()).isFalse();
    sums.replace(new int[] {0}, new double[][] {{}}, new double[][] {figures(2, 1, 0)});
    assertThat(StickyDifference.of(sums, TWO, true, 1).difference().usable()).isFalse();
    assertThatThrownBy(() -> sums.put(1, 0, new double[16]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
