package dev.understudy.collector.statistics;

/** What is not ruled out: {@code lower .. upper}, either end possibly infinite. */
public record Interval(double lower, double upper) {
  /** Nothing is known. */
  public static final Interval UNBOUNDED =
      new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  public Interval {
    if (!(lower <= upper)) {
      throw new IllegalArgumentException("%s .. %s is not an interval".formatted(lower, upper));
    }
  }
}
