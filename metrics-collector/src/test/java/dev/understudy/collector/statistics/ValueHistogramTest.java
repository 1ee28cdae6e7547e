package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.statistics.GrowthRate.Chance;
import dev.understudy.collector.statistics.ValueHistogram.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the same figures of the values themselves. */
class ValueHistogramTest {
  private static ValueHistogram of(double... values) {
    NavigableMap<Integer, Slot> slots = new TreeMap<>();
    for (double value : values) {
      slots.merge(
          ValueHistogram.bucket(value),
          new Slot(1, ValueHistogram.offset(value)),
          (one, two) -> new Slot(one.count() + two.count(), one.offset() + two.offset()));
    }
    return new ValueHistogram(slots, 0);
  }

  private static double[] losses(long seed, int count, double scale) {
    SplittableRandom random = new SplittableRandom(seed);
    return random.doubles(count, 0, 1).map(one -> scale * -Math.log1p(-one)).toArray();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 1, 1e6})
  void theCapIsTheQuantileRoundedUpByNoMoreThanABucketAndADigit(double scale) {
    double[] values = losses(1, 5_000, scale);

    double cap = of(values).cap(0.995);

    Arrays.sort(values);
    double quantile = values[(int) Math.ceil(0.995 * values.length) - 1];
    assertThat(cap).isBetween(quantile, quantile * 1.02 * 1.1);
  }

  @Test
  void meanAndSpreadAreThoseOfTheValuesCutAtTheCap() {
    double[] values = losses(2, 5_000, 3);
    ValueHistogram histogram = of(values);
    double cap = histogram.cap(0.995);

    Moments moments = histogram.moments(cap);

    Moments plain = Moments.EMPTY;
    for (double value : values) {
      plain = plain.add(Math.min(cap, value));
    }
    assertThat(moments.count()).isEqualTo(5_000);
    assertThat(moments.mean()).isCloseTo(plain.mean(), within(1e-4 * plain.mean()));
    assertThat(moments.variance()).isCloseTo(plain.variance(), within(1e-3 * plain.variance()));
    long above = Arrays.stream(values).filter(value -> value > cap).count();
    assertThat(histogram.above(cap)).isCloseTo(above / 5_000.0, within(1e-3));
  }

  @Test
  void zeroAndOneAreExactAndFailuresCountAsTheCap() {
    ValueHistogram histogram = of(1, 0, 0, 1, 1);

    assertThat(histogram.moments(1).mean()).isEqualTo(0.6);
    assertThat(new ValueHistogram(histogram.slots(), 5).moments(1).mean()).isEqualTo(0.8);
    assertThat(new ValueHistogram(histogram.slots(), 5).above(1)).isEqualTo(0.5);
  }

  @Test
  void partsAddToTheSameLastBitInAnyOrder() {
    ValueHistogram one = of(losses(3, 700, 10));
    ValueHistogram two = of(losses(4, 800, 1));
    ValueHistogram three = of(losses(5, 900, 0.01));

    ValueHistogram inOrder = one.merge(two).merge(three);
    ValueHistogram another = three.merge(one.merge(two));

    assertThat(another).isEqualTo(inOrder);
    assertThat(another.moments(20).mean()).isEqualTo(inOrder.moments(20).mean());
  }

  @Test
  void whereMostIsZeroTheCapIsTheLargestValue() {
    double[] values = new double[1_000];
    values[17] = 80;
    values[18] = 20;

    assertThat(of(values).cap(0.995)).isBetween(20.0, 21.0);
    assertThat(of(new double[100]).cap(0.995)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "23.4, 24", "0.0123, 0.013", "99.1, 100", "7, 7", "1200, 1200", "0.5, 0.5"})
  void aCapHasTwoDigits(double value, double rounded) {
    assertThat(ValueHistogram.roundedUp(value)).isEqualTo(rounded);
  }

  @Test
  void theDistributionKeepsItsMeanAndItsCap() {
    ValueHistogram histogram = of(losses(6, 3_000, 2));
    List<Chance> chances = histogram.chances(8, 64);

    double total = chances.stream().mapToDouble(Chance::probability).sum();
    double mean = chances.stream().mapToDouble(one -> one.probability() * one.value()).sum();
    assertThat(chances).hasSizeBetween(30, 66);
    assertThat(total).isCloseTo(1, within(1e-12));
    assertThat(mean).isCloseTo(histogram.moments(8).mean(), within(1e-9));
    assertThat(chances.getLast().value()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void whatIsNoLossIsRefused(double value) {
    assertThatThrownBy(() -> ValueHistogram.bucket(value)).hasMessageContaining("a value of");
  }
}
