package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.understudy.collector.statistics.LatencyHistogram.Quantile;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
  @Test
  void everyLatencyIsWithinTwoPercentOfItsEdge() {
    for (long micros = 1; micros < 700_000_000; micros += 1 + micros / 50) {
      int bucket = LatencyHistogram.bucket(micros);

      assertThat(LatencyHistogram.upperEdge(bucket)).isGreaterThanOrEqualTo(micros);
      if (bucket > 0) {
        assertThat(LatencyHistogram.upperEdge(bucket - 1)).isLessThan(micros);
      }
    }
    assertThat(LatencyHistogram.upperEdge(LatencyHistogram.bucket(Long.MAX_VALUE))).isInfinite();
    assertThat(LatencyHistogram.bucket(0)).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> LatencyHistogram.bucket(-1));
  }

  @Test
  void withoutRecordsNothingIsKnown() {
    Quantile quantile = LatencyHistogram.EMPTY.quantile(0.95, 0.05);

    assertThat(quantile.micros()).isNaN();
    assertThat(quantile.interval()).isEqualTo(new Interval(0, Double.POSITIVE_INFINITY));
  }

  @Test
  void theIntervalHoldsTheQuantileAndNarrows() {
    SplittableRandom random = new SplittableRandom(5);
    LatencyHistogram histogram = LatencyHistogram.EMPTY;
    double width = Double.POSITIVE_INFINITY;
    for (int n = 1; n <= 20_000; n++) {
      histogram = histogram.add((long) (1_000 + 9_000 * random.nextDouble()));
      if (n == 200 || n == 20_000) {
        Interval interval = histogram.quantile(0.95, 0.05).interval();
        assertThat(interval.lower()).isLessThan(9_550);
        assertThat(interval.upper()).isGreaterThan(9_550);
        assertThat(interval.upper() - interval.lower()).isLessThan(width);
        width = interval.upper() - interval.lower();
      }
    }
    // An edge apart, 2 %, on either side of it.
    assertThat(width).isLessThan(1_000);
  }

  @Test
  void quantilesAreOrdered() {
    LatencyHistogram histogram = LatencyHistogram.EMPTY;
    for (int i = 1; i <= 1_000; i++) {
      histogram = histogram.add(i * 100L);
    }

    assertThat(histogram.quantile(0.5, 0.05).micros()).isBetween(50_000.0, 51_000.0 * 1.02);
    assertThat(histogram.quantile(0.99, 0.05).micros()).isBetween(99_000.0, 99_000.0 * 1.02);
    assertThat(histogram.merge(histogram).quantile(0.5, 0.05).micros())
        .isEqualTo(histogram.quantile(0.5, 0.05).micros());
  }
}
