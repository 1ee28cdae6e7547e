package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.ValueHistogram;
import java.util.TreeMap;

/**
 * A {@link ValueHistogram} while it is counted. Immutable, and of whole numbers only, so that parts
 * add in any order.
 *
 * @param counts of values by bucket
 * @param offsets sums of offsets by bucket
 * @param infinite values without an end
 */
public record ValueSketch(SparseCounts counts, SparseCounts offsets, long infinite) {
  /** Nothing counted yet. */
  public static final ValueSketch EMPTY =
      new ValueSketch(SparseCounts.EMPTY, SparseCounts.EMPTY, 0);

  /** With one more; below 0 counts as 0. */
  ValueSketch plus(double value) {
    if (value == Double.POSITIVE_INFINITY) {
      return new ValueSketch(counts, offsets, infinite + 1);
    }
    double inside = Math.max(0, Math.min(ValueHistogram.LARGEST, value));
    int bucket = ValueHistogram.bucket(inside);
    long offset = ValueHistogram.offset(inside);
    return new ValueSketch(
        counts.plus(bucket), offset == 0 ? offsets : offsets.plus(bucket, offset), infinite);
  }

  ValueSketch merge(ValueSketch other) {
    return new ValueSketch(
        counts.merge(other.counts), offsets.merge(other.offsets), infinite + other.infinite);
  }

  /** What was counted. */
  public ValueHistogram histogram() {
    TreeMap<Integer, ValueHistogram.Slot> slots = new TreeMap<>();
    counts.forEach(
        (bucket, count) -> slots.put(bucket, new ValueHistogram.Slot(count, offsets.of(bucket))));
    return new ValueHistogram(slots, infinite);
  }
}
