package dev.understudy.training.pipeline;

import dev.understudy.training.data.CreditContract;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How good probabilities of "bad" were on rows whose outcome is known.
 *
 * @param n rows
 * @param accuracy share of rows on the right side of the threshold
 * @param auc chance that a bad row has a higher probability than a good one; ties count half
 * @param logLoss mean negative log likelihood, natural logarithm
 */
public record Metrics(int n, double accuracy, double auc, double logLoss) {
  /** A certainty that turns out wrong would cost without end; it costs that of a millionth. */
  private static final double LEAST = 1e-6;

  /**
   * Measures.
   *
   * @param probabilities one per row
   * @param bad the truth, one per row; both kinds must occur
   */
  public static Metrics of(List<Double> probabilities, List<Boolean> bad) {
    int n = probabilities.size();
    if (n != bad.size() || !bad.contains(true) || !bad.contains(false)) {
      throw new IllegalArgumentException(
          "%d probabilities for %d outcomes, of which both kinds must occur"
              .formatted(n, bad.size()));
    }
    long right =
        IntStream.range(0, n)
            .filter(i -> probabilities.get(i) >= CreditContract.THRESHOLD == bad.get(i))
            .count();
    double loss =
        IntStream.range(0, n).mapToDouble(i -> logLoss(probabilities.get(i), bad.get(i))).sum();
    return new Metrics(n, (double) right / n, auc(probabilities, bad), loss / n);
  }

  /** The log loss of one row. */
  public static double logLoss(double probability, boolean bad) {
    double ofTruth = bad ? probability : 1 - probability;
    return -Math.log(Math.clamp(ofTruth, LEAST, 1 - LEAST));
  }

  /** Mann-Whitney: the ranks of the bad rows, equal probabilities sharing their mean rank. */
  private static double auc(List<Double> probabilities, List<Boolean> bad) {
    List<Integer> order =
        IntStream.range(0, bad.size())
            .boxed()
            .sorted(Comparator.comparing(probabilities::get))
            .toList();
    double ranks = 0;
    long bads = 0;
    int from = 0;
    while (from < order.size()) {
      int to = from + 1;
      while (to < order.size()
          && probabilities.get(order.get(to)).equals(probabilities.get(order.get(from)))) {
        to++;
      }
      double shared = (from + 1 + to) / 2.0;
      for (int i = from; i < to; i++) {
        if (bad.get(order.get(i))) {
          ranks += shared;
          bads++;
        }
      }
      from = to;
    }
    long goods = order.size() - bads;
    return (ranks - bads * (bads + 1) / 2.0) / ((double) bads * goods);
  }
}
