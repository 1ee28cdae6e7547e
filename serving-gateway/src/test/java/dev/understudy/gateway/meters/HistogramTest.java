package dev.understudy.gateway.meters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void aDurationIsInTheFirstBucketThatIsNotBelowIt() {
    Histogram histogram = new Histogram(1_000, 2_000);

    for (long nanos : new long[] {0, 1_000, 1_001, 2_000, 2_001, 1_000_000}) {
      histogram.record(nanos);
    }

    Histogram.Buckets seconds = histogram.inSeconds();
    assertThat(seconds.bounds()).containsExactly(1e-6, 2e-6);
    assertThat(seconds.counts()).containsExactly(2L, 2L, 2L);
    assertThat(seconds.sum()).isEqualTo(1_006_002 / 1e9);
    assertThat(histogram.count()).isEqualTo(6);
  }

  @Test
  void aClockThatJumpedBackCountsAsNoTime() {
    Histogram histogram = new Histogram(1_000);

    histogram.record(-5);

    assertThat(histogram.count()).isOne();
    assertThat(histogram.sum()).isZero();
  }

  @Test
  void boundsMustRise() {
    assertThatThrownBy(() -> new Histogram(2, 1)).hasMessageContaining("must rise");
  }
}
