package dev.understudy.collector.statistics;

import java.util.List;

/**
 * A metric of classification that is a ratio of two means over records: {@code R =
 * mean(a)/mean(b)}.
 *
 * <p>F1: a = 2·TP, b = 2·TP + FP + FN. Precision: a = TP, b = predicted positive. Recall: a = TP, b
 * = labelled positive. Accuracy: a = right, b = 1. Benefit: a = minus the cost of the record, b =
 * 1, so that more is better here too.
 *
 * @param name as it is shown
 * @param numerator a of one record
 * @param denominator b of one record
 */
public record RatioMetric(String name, OfRecord numerator, OfRecord denominator) {

  /** A figure of one record, from its label and what was predicted, both numbers of classes. */
  @FunctionalInterface
  public interface OfRecord {
    double of(int label, int predicted);
  }

  /** The harmonic mean of precision and recall of a class. */
  public static RatioMetric f1(int positive) {
    return new RatioMetric(
        "f1",
        (label, predicted) -> 2 * both(label, predicted, positive),
        (label, predicted) -> is(label, positive) + is(predicted, positive));
  }

  /** Which share of what was predicted as this class is of it. */
  public static RatioMetric precision(int positive) {
    return new RatioMetric(
        "precision",
        (label, predicted) -> both(label, predicted, positive),
        (label, predicted) -> is(predicted, positive));
  }

  /** Which share of this class was predicted as it. */
  public static RatioMetric recall(int positive) {
    return new RatioMetric(
        "recall",
        (label, predicted) -> both(label, predicted, positive),
        (label, predicted) -> is(label, positive));
  }

  /** Which share of the records was predicted right. Micro-averaged F1 is the same. */
  public static RatioMetric accuracy() {
    return new RatioMetric(
        "accuracy", (label, predicted) -> is(label, predicted), (label, predicted) -> 1);
  }

  /**
   * Minus the mean cost.
   *
   * @param costs of a record, by label and then by predicted class
   */
  public static RatioMetric benefit(List<List<Double>> costs) {
    int classes = costs.size();
    for (List<Double> row : costs) {
      if (row.size() != classes || !row.stream().allMatch(Double::isFinite)) {
        throw new IllegalArgumentException("costs are not %1$d x %1$d numbers".formatted(classes));
      }
    }
    List<List<Double>> frozen = costs.stream().map(List::copyOf).toList();
    return new RatioMetric(
        "benefit",
        (label, predicted) -> {
          if (label >= classes || predicted >= classes) {
            throw new IllegalArgumentException(
                "no cost of predicting %d for %d".formatted(predicted, label));
          }
          return -frozen.get(label).get(predicted);
        },
        (label, predicted) -> 1);
  }

  private static double both(int label, int predicted, int positive) {
    return label == positive && predicted == positive ? 1 : 0;
  }

  private static double is(int one, int other) {
    return one == other ? 1 : 0;
  }
}
