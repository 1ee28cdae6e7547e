package dev.understudy.collector.statistics;

import dev.understudy.collector.statistics.GrowthRate.Chance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Values of a loss in buckets that grow by 2 %, and of each bucket where in it the values lie on
 * average.
 *
 * <p><b>Question.</b> Where does the current model's loss end but for one request in two hundred,
 * what is its mean once it is cut there, and how is it distributed?
 *
 * <p><b>Formula.</b> The quantile is the upper edge of the bucket in which the counts pass the
 * share. Count and offset are whole numbers, the offset in 2^-20 of the bucket's width, so that
 * parts add in any order to the same last bit; mean and spread of what is in a bucket are taken at
 * its average. A value that is an edge (0, and 1) is exact.
 *
 * <p><b>Assumptions.</b> Values from 0 on; from {@link #LARGEST} on, and of failures, they are one.
 *
 * <p><b>Source.</b> The sketch of Masson, Rim and Lee 2019 (DDSketch) with fixed buckets.
 *
 * <p><b>When it misleads.</b> A quantile near the end rests on few values: of 1,000 five are above
 * the 99.5th percentile.
 *
 * @param slots what is in the buckets, by their number
 * @param infinite how many values have no end: those of failures
 */
public record ValueHistogram(NavigableMap<Integer, Slot> slots, long infinite) {
  /** Above it no cap can be. */
  public static final double LARGEST = 1e12;

  private static final double SMALLEST = 1e-9;
  private static final double GROWTH = 1.02;
  private static final int FIRST = (int) Math.floor(Math.log(SMALLEST) / Math.log(GROWTH));
  private static final int LAST = (int) Math.ceil(Math.log(LARGEST) / Math.log(GROWTH));
  private static final int WHOLE = 1 << 20;

  /**
   * What is in a bucket.
   *
   * @param count of values
   * @param offset sum of how far above the lower edge they are, in 2^-20 of the width
   */
  public record Slot(long count, long offset) {
    public Slot {
      if (count < 0 || offset < 0) {
        throw new IllegalArgumentException("a bucket with %d and %d".formatted(count, offset));
      }
    }
  }

  public ValueHistogram {
    slots = Collections.unmodifiableNavigableMap(new TreeMap<>(slots));
  }

  /** The number of a value's bucket: 0 holds 0 alone, the last has all from {@link #LARGEST} on. */
  public static int bucket(double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("a value of %s".formatted(value));
    }
    if (value == 0) {
      return 0;
    }
    int near = (int) Math.ceil(Math.log(value) / Math.log(GROWTH));
    int inside = Math.max(FIRST, Math.min(LAST, near));
    // The logarithm may be off by one at an edge.
    if (inside > FIRST && edge(inside - 1) >= value) {
      inside--;
    } else if (inside < LAST && edge(inside) < value) {
      inside++;
    }
    return inside - FIRST + 1;
  }

  /** How far the value is above the lower edge of its bucket, in 2^-20 of the width. */
  public static long offset(double value) {
    int bucket = bucket(value);
    if (bucket == 0) {
      return 0;
    }
    double upper = upperEdge(bucket);
    double part = 1 - (upper - value) / (upper - lowerEdge(bucket));
    return Math.round(WHOLE * Math.max(0, Math.min(1, part)));
  }

  private static double edge(int power) {
    return Math.pow(GROWTH, power);
  }

  private static double upperEdge(int bucket) {
    return bucket == 0 ? 0 : edge(bucket - 1 + FIRST);
  }

  private static double lowerEdge(int bucket) {
    return bucket <= 1 ? 0 : edge(bucket - 2 + FIRST);
  }

  private static double mean(int bucket, Slot slot) {
    double upper = upperEdge(bucket);
    double part = (double) slot.offset() / slot.count() / WHOLE;
    return upper - (upper - lowerEdge(bucket)) * (1 - part);
  }

  /** Both sets of values together. */
  public ValueHistogram merge(ValueHistogram other) {
    NavigableMap<Integer, Slot> both = new TreeMap<>(slots);
    other.slots.forEach(
        (bucket, slot) ->
            both.merge(
                bucket,
                slot,
                (one, two) -> new Slot(one.count() + two.count(), one.offset() + two.offset())));
    return new ValueHistogram(both, infinite + other.infinite);
  }

  /** How many values there are. */
  public long count() {
    return infinite + finite();
  }

  private long finite() {
    return slots.values().stream().mapToLong(Slot::count).sum();
  }

  /**
   * The cap of a KPI: the quantile of the values that have an end, or, where that is 0, their
   * largest, and then the next number of two digits. 0 when every value is 0, or none is there.
   */
  public double cap(double share) {
    long finite = finite();
    long below = 0;
    double quantile = 0;
    for (Map.Entry<Integer, Slot> entry : slots.entrySet()) {
      below += entry.getValue().count();
      quantile = upperEdge(entry.getKey());
      if (quantile > 0 && below >= share * finite) {
        break;
      }
    }
    return Math.min(LARGEST, roundedUp(quantile));
  }

  /** The next number with two digits; a number that has no more stays. */
  static double roundedUp(double value) {
    if (value == 0) {
      return 0;
    }
    double unit = Math.pow(10, Math.floor(Math.log10(value)) - 1);
    // A hair, so that the edge 1.0 does not become 1.1 by the rounding of the division.
    double digits = Math.ceil(value / unit - 1e-9);
    return unit < 1 ? digits / Math.round(1 / unit) : digits * unit;
  }

  /** The share of the values above the cap, those of failures too. */
  public double above(double cap) {
    long above = infinite;
    for (Map.Entry<Integer, Slot> entry : slots.entrySet()) {
      above += mean(entry.getKey(), entry.getValue()) > cap ? entry.getValue().count() : 0;
    }
    return count() == 0 ? 0 : (double) above / count();
  }

  /** Mean and spread of the values, each cut at the cap. */
  public Moments moments(double cap) {
    Moments moments = Moments.EMPTY;
    for (Map.Entry<Integer, Slot> entry : slots.entrySet()) {
      double value = Math.min(cap, mean(entry.getKey(), entry.getValue()));
      moments = moments.merge(Moments.repeated(value, entry.getValue().count()));
    }
    return moments.merge(Moments.repeated(cap, infinite));
  }

  /**
   * The distribution of the values, each cut at the cap, in about so many steps: neighbours are
   * taken together, and their mean stands for them.
   */
  public List<Chance> chances(double cap, int most) {
    double total = count();
    List<Chance> chances = new ArrayList<>();
    double weight = 0;
    double sum = 0;
    long atCap = infinite;
    for (Map.Entry<Integer, Slot> entry : slots.entrySet()) {
      double value = mean(entry.getKey(), entry.getValue());
      if (value >= cap) {
        atCap += entry.getValue().count();
        continue;
      }
      weight += entry.getValue().count();
      sum += entry.getValue().count() * value;
      if (weight >= total / most) {
        chances.add(new Chance(sum / weight, weight / total));
        weight = 0;
        sum = 0;
      }
    }
    if (weight > 0) {
      chances.add(new Chance(sum / weight, weight / total));
    }
    if (atCap > 0) {
      chances.add(new Chance(cap, atCap / total));
    }
    return chances;
  }
}
