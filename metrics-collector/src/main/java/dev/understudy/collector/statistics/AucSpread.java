package dev.understudy.collector.statistics;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How much the area under the ROC curve of a small block varies.
 *
 * <p><b>Question.</b> Of which spread are the values that {@link AucBlocks} will average, before
 * any block was made?
 *
 * <p><b>Formula.</b> For ψ = 1 where the positive scores higher, ½ where both score alike, and a
 * block of a positives and b negatives: {@code Var = ((b-1) ζ10 + (a-1) ζ01 + ζ11)/(ab)} with ζ10
 * the variance of a positive's mean ψ, ζ01 that of a negative's, and ζ11 that of ψ.
 *
 * <p><b>Assumptions.</b> Independent requests. Scores in the same bucket of their log odds count as
 * ties; buckets are 1/32 wide.
 *
 * <p><b>Source.</b> Hoeffding 1948, for a U-statistic of two samples.
 *
 * <p><b>When it misleads.</b> When all scores lie within a bucket or two: then the area looks like
 * ½.
 *
 * @param positives counts of positives by {@link #bucket}
 * @param negatives likewise
 */
public record AucSpread(
    NavigableMap<Integer, Long> positives, NavigableMap<Integer, Long> negatives) {
  private static final double STEPS = 32;
  private static final double FURTHEST = 15;
  private static final int LAST = 1 + (int) (2 * FURTHEST * STEPS);

  public AucSpread {
    positives = Collections.unmodifiableNavigableMap(new TreeMap<>(positives));
    negatives = Collections.unmodifiableNavigableMap(new TreeMap<>(negatives));
  }

  /** The number of a probability's bucket; what is below or above all, such as ±∞, comes last. */
  public static int bucket(double probability) {
    if (Double.isNaN(probability)) {
      throw new IllegalArgumentException("a probability that is no number");
    }
    if (probability <= 0) {
      return 0;
    }
    if (probability >= 1) {
      return LAST;
    }
    double odds = Math.log(probability / (1 - probability));
    int bucket = 1 + (int) Math.floor((odds + FURTHEST) * STEPS);
    return Math.max(1, Math.min(LAST - 1, bucket));
  }

  /** The area itself; NaN without both kinds. */
  public double area() {
    return spread(positives, negatives, true).mean();
  }

  /** The variance of a block's area; NaN without both kinds. */
  public double variance(int ofPositives, int ofNegatives) {
    Moments byPositive = spread(positives, negatives, true);
    Moments byNegative = spread(negatives, positives, false);
    if (byPositive.count() == 0 || byNegative.count() == 0) {
      return Double.NaN;
    }
    double area = byPositive.mean();
    double both = square(area);
    return ((ofNegatives - 1) * byPositive.m2() / byPositive.count()
            + (ofPositives - 1) * byNegative.m2() / byNegative.count()
            + both)
        / ((double) ofPositives * ofNegatives);
  }

  /** Mean ψ of each record of one kind over all of the other. */
  private static Moments spread(
      NavigableMap<Integer, Long> own, NavigableMap<Integer, Long> others, boolean higher) {
    double total = total(others);
    Moments moments = Moments.EMPTY;
    if (total == 0) {
      return moments;
    }
    for (Map.Entry<Integer, Long> one : own.entrySet()) {
      double ties = others.getOrDefault(one.getKey(), 0L);
      double below = total(others.headMap(one.getKey(), false));
      double wins = higher ? below : total - below - ties;
      moments = moments.merge(Moments.repeated((wins + ties / 2) / total, one.getValue()));
    }
    return moments;
  }

  /** ζ11: E ψ² - area², where ties have ψ² = ¼. */
  private double square(double area) {
    double pairs = total(positives) * total(negatives);
    double tied = 0;
    for (Map.Entry<Integer, Long> one : positives.entrySet()) {
      tied += (double) one.getValue() * negatives.getOrDefault(one.getKey(), 0L);
    }
    return area - tied / pairs / 4 - area * area;
  }

  private static double total(Map<Integer, Long> counts) {
    return counts.values().stream().mapToDouble(Long::doubleValue).sum();
  }
}
