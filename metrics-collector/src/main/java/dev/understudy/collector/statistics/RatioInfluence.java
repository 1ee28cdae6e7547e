package dev.understudy.collector.statistics;

import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * How much each record moves a ratio of means: {@code φ = (a - R b)/b̄}, whose spread over the
 * records is that of R (delta method).
 *
 * @param ratio R; NaN where b̄ is 0
 * @param meanDenominator b̄
 */
record RatioInfluence(RatioMetric metric, double ratio, double meanDenominator) {

  /** That of a metric over counted kinds of records. */
  static <K> RatioInfluence of(
      RatioMetric metric, Map<K, Long> counts, ToIntFunction<K> label, ToIntFunction<K> predicted) {
    double numerator = 0;
    double denominator = 0;
    long records = 0;
    for (Map.Entry<K, Long> entry : counts.entrySet()) {
      int ofLabel = label.applyAsInt(entry.getKey());
      int ofPrediction = predicted.applyAsInt(entry.getKey());
      numerator += entry.getValue() * metric.numerator().of(ofLabel, ofPrediction);
      denominator += entry.getValue() * metric.denominator().of(ofLabel, ofPrediction);
      records += entry.getValue();
    }
    return new RatioInfluence(
        metric, denominator == 0 ? Double.NaN : numerator / denominator, denominator / records);
  }

  double of(int label, int predicted) {
    double a = metric.numerator().of(label, predicted);
    double b = metric.denominator().of(label, predicted);
    return (a - ratio * b) / meanDenominator;
  }

  /** The value with the standard error that follows from the influence of each kind of record. */
  static <K> Estimate estimate(double value, Map<K, Double> influence, Map<K, Long> counts) {
    long records = counts.values().stream().mapToLong(Long::longValue).sum();
    if (!Double.isFinite(value)) {
      return Estimate.undefined(records);
    }
    Moments moments = Moments.EMPTY;
    for (Map.Entry<K, Double> entry : influence.entrySet()) {
      long count = counts.getOrDefault(entry.getKey(), 0L);
      moments = moments.merge(Moments.repeated(entry.getValue(), count));
    }
    return new Estimate(value, moments.estimate().standardError(), records);
  }
}
