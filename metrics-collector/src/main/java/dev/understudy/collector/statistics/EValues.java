package dev.understudy.collector.statistics;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How e-values are put together, on the log scale.
 *
 * <p>The average of e-values is an e-value for the intersection of their nulls, whatever their
 * dependence (Vovk and Wang 2021). Evidence reaches the level α when E is at least 1/α.
 */
public final class EValues {
  private EValues() {}

  /** ln of the average of the e-values. */
  public static double average(double... logE) {
    if (logE.length == 0) {
      throw new IllegalArgumentException("an average of no e-values");
    }
    for (double one : logE) {
      if (Double.isNaN(one)) {
        throw new IllegalArgumentException("an e-value is not a number");
      }
    }
    return LogSpace.sumExp(logE) - Math.log(logE.length);
  }

  /** The evidence needed at level α, in nats: ln(1/α). */
  public static double needed(double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("a level of %s is not between 0 and 1".formatted(alpha));
    }
    return Math.log(1 / alpha);
  }

  /** The always-valid p-value: {@code min(1, 1/E)}. */
  public static double pValue(double logE) {
    return Math.min(1, Math.exp(-logE));
  }

  /**
   * Which of several secondary KPIs to flag so that the expected share of false flags is at most α,
   * whatever their dependence: the e-BH procedure. With K e-values the k largest are flagged for
   * the largest k whose k-th largest reaches K/(kα) (Wang and Ramdas 2022).
   *
   * @return the positions of the flagged ones
   */
  public static Set<Integer> flagged(List<Double> logE, double alpha) {
    double needed = needed(alpha);
    List<Integer> order =
        IntStream.range(0, logE.size())
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -logE.get(i)))
            .toList();
    for (int k = order.size(); k > 0; k--) {
      double least = Math.log((double) order.size() / k) + needed;
      if (logE.get(order.get(k - 1)) >= least) {
        return new HashSet<>(order.subList(0, k));
      }
    }
    return Set.of();
  }
}
