package dev.understudy.collector.statistics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

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
 * <p><b>Source.</b> DeLong, DeLong and Clarke-Pearson 1988; midranks after Sun and Xu 2014.
 *
 * <p><b>When it misleads.</b> When it is looked at repeatedly: the evidence for AUC comes from
 * {@link AucBlocks}. And AUC is blind to calibration: a candidate can rank better and price worse.
 *
 * @param difference candidate minus current
 */
public record DeLong(double current, double candidate, Estimate difference) {

  /** The comparison on these records; NaN where a class is empty. */
  public static DeLong of(List<ScoredPair> positives, List<ScoredPair> negatives) {
    int records = positives.size() + negatives.size();
    if (positives.isEmpty() || negatives.isEmpty()) {
      return new DeLong(Double.NaN, Double.NaN, Estimate.undefined(records));
    }
    Placements ofCurrent = Placements.of(positives, negatives, ScoredPair::current);
    Placements ofCandidate = Placements.of(positives, negatives, ScoredPair::candidate);
    double variance =
        varianceOfMean(ofCandidate.positives, ofCurrent.positives)
            + varianceOfMean(ofCandidate.negatives, ofCurrent.negatives);
    return new DeLong(
        ofCurrent.auc(),
        ofCandidate.auc(),
        new Estimate(ofCandidate.auc() - ofCurrent.auc(), Math.sqrt(variance), records));
  }

  private static double varianceOfMean(double[] candidate, double[] current) {
    Moments moments = Moments.EMPTY;
    for (int i = 0; i < candidate.length; i++) {
      moments = moments.add(candidate[i] - current[i]);
    }
    return moments.variance() / moments.count();
  }

  /** Of each positive the share of negatives below it, of each negative that of positives above. */
  private static final class Placements {
    final double[] positives;
    final double[] negatives;

    private Placements(double[] positives, double[] negatives) {
      this.positives = positives;
      this.negatives = negatives;
    }

    static Placements of(
        List<ScoredPair> positives,
        List<ScoredPair> negatives,
        ToDoubleFunction<ScoredPair> score) {
      double[] high = positives.stream().mapToDouble(score).toArray();
      double[] low = negatives.stream().mapToDouble(score).toArray();
      double[] all = Arrays.copyOf(high, high.length + low.length);
      System.arraycopy(low, 0, all, high.length, low.length);
      double[] rank = midranks(all);
      double[] rankInHigh = midranks(high);
      double[] rankInLow = midranks(low);
      double[] below = new double[high.length];
      for (int i = 0; i < high.length; i++) {
        below[i] = (rank[i] - rankInHigh[i]) / low.length;
      }
      double[] above = new double[low.length];
      for (int j = 0; j < low.length; j++) {
        above[j] = 1 - (rank[high.length + j] - rankInLow[j]) / high.length;
      }
      return new Placements(below, above);
    }

    double auc() {
      return Arrays.stream(positives).average().orElseThrow();
    }

    /** Ranks from 1 on; equal values share the mean of their ranks. */
    private static double[] midranks(double[] values) {
      int[] order =
          IntStream.range(0, values.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> values[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      double[] ranks = new double[values.length];
      int start = 0;
      while (start < order.length) {
        int end = start;
        while (end < order.length && values[order[end]] == values[order[start]]) {
          end++;
        }
        for (int i = start; i < end; i++) {
          ranks[order[i]] = (start + 1 + end) / 2.0;
        }
        start = end;
      }
      return ranks;
    }
  }
}
