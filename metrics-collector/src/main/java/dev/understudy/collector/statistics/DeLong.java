package dev.understudy.collector.statistics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * DeLong's comparison of two areas under the ROC curve on the same records, for display.
 *
 * <p><b>Question.</b> How often does a positive score above a negative, for either version, and how
 * sure is the difference?
 *
 * <p><b>Formula.</b> With V10_i the share of negatives below positive i (ties count one half) and
 * V01_j the share of positives above negative j: AUC is the mean of V10, and {@code se² = var(V10_T
 * - V10_C)/m + var(V01_T - V01_C)/n} for m positives and n negatives. Computed from midranks in
 * O((m+n) log(m+n)).
 *
 * <p><b>Assumptions.</b> Independent records; one look, at a size fixed before.
 *
 * <p><b>Source.</b> DeLong, DeLong and Clarke-Pearson 1988; fast computation after Sun and Xu 2014.
 *
 * <p><b>When it misleads.</b> When it is looked at repeatedly: the evidence for AUC comes from
 * {@link AucBlocks}. And AUC is blind to calibration: a candidate can rank better and price worse.
 *
 * @param difference candidate minus current
 */
public record DeLong(double current, double candidate, Estimate difference) {

  /** The comparison on these records; NaN where a class is empty. */
  public static DeLong of(List<ScoredPair> positives, List<ScoredPair> negatives) {
    return ofCounts(counts(positives), counts(negatives));
  }

  /**
   * The comparison on counted pairs of scores, such as the bins that both versions' scores fell
   * into: scores in the same bin are ties.
   */
  public static DeLong ofCounts(Map<ScoredPair, Long> positives, Map<ScoredPair, Long> negatives) {
    long records = total(positives) + total(negatives);
    if (total(positives) == 0 || total(negatives) == 0) {
      return new DeLong(Double.NaN, Double.NaN, Estimate.undefined(records));
    }
    Sample currentHigh = Sample.of(positives, ScoredPair::current);
    Sample currentLow = Sample.of(negatives, ScoredPair::current);
    Sample candidateHigh = Sample.of(positives, ScoredPair::candidate);
    Sample candidateLow = Sample.of(negatives, ScoredPair::candidate);
    double current = auc(positives, one -> currentLow.shareBelow(one.current()));
    double candidate = auc(positives, one -> candidateLow.shareBelow(one.candidate()));
    double variance =
        varianceOfMean(
                positives,
                one ->
                    candidateLow.shareBelow(one.candidate()) - currentLow.shareBelow(one.current()))
            + varianceOfMean(
                negatives,
                one ->
                    currentHigh.shareBelow(one.current())
                        - candidateHigh.shareBelow(one.candidate()));
    return new DeLong(
        current, candidate, new Estimate(candidate - current, Math.sqrt(variance), records));
  }

  private static Map<ScoredPair, Long> counts(List<ScoredPair> records) {
    Map<ScoredPair, Long> counts = new LinkedHashMap<>();
    records.forEach(one -> counts.merge(one, 1L, Long::sum));
    return counts;
  }

  private static long total(Map<ScoredPair, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static double auc(
      Map<ScoredPair, Long> positives, ToDoubleFunction<ScoredPair> placement) {
    double sum = 0;
    for (Map.Entry<ScoredPair, Long> entry : positives.entrySet()) {
      sum += entry.getValue() * placement.applyAsDouble(entry.getKey());
    }
    return sum / total(positives);
  }

  private static double varianceOfMean(
      Map<ScoredPair, Long> records, ToDoubleFunction<ScoredPair> difference) {
    Moments moments = Moments.EMPTY;
    for (Map.Entry<ScoredPair, Long> entry : records.entrySet()) {
      double value = difference.applyAsDouble(entry.getKey());
      moments = moments.merge(Moments.repeated(value, entry.getValue()));
    }
    return moments.variance() / moments.count();
  }

  /** The scores of one class by one version, in order. */
  private static final class Sample {
    private final double[] scores;
    private final double[] below;
    private final double total;

    private Sample(double[] scores, double[] below, double total) {
      this.scores = scores;
      this.below = below;
      this.total = total;
    }

    static Sample of(Map<ScoredPair, Long> records, ToDoubleFunction<ScoredPair> score) {
      TreeMap<Double, Long> sorted = new TreeMap<>();
      records.forEach((one, count) -> sorted.merge(score.applyAsDouble(one), count, Long::sum));
      double[] scores = new double[sorted.size()];
      double[] below = new double[sorted.size() + 1];
      int i = 0;
      for (Map.Entry<Double, Long> entry : sorted.entrySet()) {
        scores[i] = entry.getKey();
        below[i + 1] = below[i] + entry.getValue();
        i++;
      }
      return new Sample(scores, below, below[i]);
    }

    /** The share that scores lower; ties count one half. */
    double shareBelow(double score) {
      int found = Arrays.binarySearch(scores, score);
      return found < 0 ? below[-found - 1] / total : (below[found] + below[found + 1]) / 2 / total;
    }
  }
}
