package dev.understudy.collector.statistics;

import java.util.Arrays;

/**
 * {@link RestartMixture} for evidence that goes on growing: what must be remembered of all past
 * starts, whatever their number.
 *
 * <p><b>Question, hypotheses and assumptions.</b> Those of {@link RestartMixture}.
 *
 * <p><b>Formula.</b> With S_k the bets' sums so far and s_k what they were when a window began, the
 * bets since then have won {@code S_k - s_k}. So {@code Σ L = Σ_k w_k exp(S_k + r_k)} with {@code
 * r_k = ln Σ exp(-s_k)} over the windows begun after the first, and {@code E = ½ Σ_k w_k exp(S_k) +
 * ½/(H-1) Σ_k w_k exp(S_k + r_k)}: sixteen numbers stand for all starts.
 *
 * <p><b>Source.</b> As there; the recursion is that of Shiryaev and Roberts, one per bet.
 *
 * <p><b>When it misleads.</b> As there. The sums S_k must only ever have grown by the observations
 * between two starts: wealth about another line, or of data that were corrected, makes nonsense.
 *
 * <p>Immutable.
 */
public final class RestartSums {
  /** Before a second window has begun. */
  public static final RestartSums NONE = new RestartSums(nothing());

  private final double[] logs;

  private RestartSums(double[] logs) {
    this.logs = logs;
  }

  /**
   * The starts whose logarithms these are.
   *
   * @throws IllegalArgumentException when there are not sixteen, or one is not a number
   */
  public static RestartSums of(double[] logs) {
    if (logs.length != BettingGrid.COUNT) {
      throw new IllegalArgumentException(
          "%d sums, where %d are needed".formatted(logs.length, BettingGrid.COUNT));
    }
    for (double log : logs) {
      if (Double.isNaN(log)) {
        throw new IllegalArgumentException("a sum is not a number");
      }
    }
    return new RestartSums(logs.clone());
  }

  /** A window begins: all later bets are staked anew beside those that run. */
  public RestartSums begin(Wealth soFar) {
    double[] sums = soFar.sums();
    double[] next = new double[logs.length];
    for (int k = 0; k < next.length; k++) {
      next[k] = LogSpace.sumExp(logs[k], -sums[k]);
    }
    return new RestartSums(next);
  }

  /**
   * ln E in nats.
   *
   * @param windows H: how many were planned, the first included
   * @param soFar all that was won since the first began
   */
  public double logE(int windows, Wealth soFar) {
    if (windows < 1) {
      throw new IllegalArgumentException("a watch of %d windows".formatted(windows));
    }
    double first = Math.log(0.5) + soFar.logE();
    if (windows == 1) {
      return first;
    }
    double[] since = soFar.sums();
    for (int k = 0; k < since.length; k++) {
      since[k] += logs[k];
    }
    return LogSpace.sumExp(first, Math.log(0.5 / (windows - 1)) + BettingGrid.STANDARD.mix(since));
  }

  /** A copy of the sixteen logarithms; minus infinity each while no second window has begun. */
  public double[] logs() {
    return logs.clone();
  }

  private static double[] nothing() {
    double[] none = new double[BettingGrid.COUNT];
    Arrays.fill(none, Double.NEGATIVE_INFINITY);
    return none;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RestartSums that && Arrays.equals(logs, that.logs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(logs);
  }

  @Override
  public String toString() {
    return "RestartSums" + Arrays.toString(logs);
  }
}
