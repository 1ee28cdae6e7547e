package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Against every block that can be drawn from a handful of scores. */
class AucSpreadTest {
  private static final double[] POSITIVES = {0.9, 0.6, 0.3};
  private static final double[] NEGATIVES = {0.6, 0.2};

  private static AucSpread spread() {
    return new AucSpread(counts(POSITIVES), counts(NEGATIVES));
  }

  private static NavigableMap<Integer, Long> counts(double[] scores) {
    NavigableMap<Integer, Long> counts = new TreeMap<>();
    for (double score : scores) {
      counts.merge(AucSpread.bucket(score), 1L, Long::sum);
    }
    return counts;
  }

  private static double psi(double positive, double negative) {
    return positive > negative ? 1 : positive == negative ? 0.5 : 0;
  }

  @Test
  void theVarianceIsThatOfAllBlocksOfTwoAndTwo() {
    Moments blocks = Moments.EMPTY;
    for (double p1 : POSITIVES) {
      for (double p2 : POSITIVES) {
        for (double n1 : NEGATIVES) {
          for (double n2 : NEGATIVES) {
            blocks = blocks.add((psi(p1, n1) + psi(p1, n2) + psi(p2, n1) + psi(p2, n2)) / 4);
          }
        }
      }
    }

    assertThat(spread().area()).isCloseTo(blocks.mean(), within(1e-12));
    assertThat(spread().variance(2, 2)).isCloseTo(blocks.m2() / blocks.count(), within(1e-12));
  }

  @Test
  void aBlockOfOneAndOneVariesLikeASinglePair() {
    double area = spread().area();
    double squares = 0;
    for (double positive : POSITIVES) {
      for (double negative : NEGATIVES) {
        squares += psi(positive, negative) * psi(positive, negative) / 6;
      }
    }

    assertThat(spread().variance(1, 1)).isCloseTo(squares - area * area, within(1e-12));
  }

  @Test
  void withoutBothKindsNothingIsKnown() {
    AucSpread none = new AucSpread(counts(POSITIVES), new TreeMap<>());

    assertThat(none.variance(8, 8)).isNaN();
  }

  @Test
  void failuresAndCertaintiesComeLast() {
    assertThat(AucSpread.bucket(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(AucSpread.bucket(0)).isZero();
    assertThat(AucSpread.bucket(1)).isEqualTo(AucSpread.bucket(Double.POSITIVE_INFINITY));
    assertThat(AucSpread.bucket(1e-12)).isPositive().isLessThan(AucSpread.bucket(0.5));
  }
}
