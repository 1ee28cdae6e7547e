package dev.understudy.collector.statistics;

/**
 * Fixed bets and their weights.
 *
 * <p>The bets of {@link #STANDARD} run geometrically from 0.002 to 0.95, so that one of them is
 * near the best bet whether the effect is half a percentage point or a fivefold error rate; the
 * weights are log-normal around 0.15. Because no bet looks at the data, wealth is a function of
 * sums: the order of observations does not matter and partitions merge by addition.
 *
 * <p><b>When it misleads.</b> Never as to error rates, whatever the grid; a poor grid only costs
 * time. With the standard one the median sample is 3 to 25 % above that of the best single bet.
 */
public final class BettingGrid {
  /** How many bets {@link Wealth} keeps. */
  static final int COUNT = 16;

  private static final int MOST_BETS = 10_000;

  /** The grid of every test. */
  public static final BettingGrid STANDARD = of(COUNT, 0.002, 0.95, 0.15, Math.log(4));

  private final double[] sizes;
  private final double[] logWeights;

  private BettingGrid(double[] sizes, double[] logWeights) {
    this.sizes = sizes;
    this.logWeights = logWeights;
  }

  /**
   * Bets spaced evenly on the log scale.
   *
   * @param count of the bets
   * @param smallest bet, above 0
   * @param largest bet, below 1, so that no bet can be ruined
   * @param centre the bet of the largest weight, were it on the grid
   * @param spread standard deviation of the weights on the log scale
   */
  public static BettingGrid of(
      int count, double smallest, double largest, double centre, double spread) {
    if (count < 1 || count > MOST_BETS) {
      throw new IllegalArgumentException("%d bets are not 1 .. %d".formatted(count, MOST_BETS));
    }
    if (!(smallest > 0 && smallest <= largest && largest < 1)) {
      throw new IllegalArgumentException(
          "bets from %s to %s are not inside 0 .. 1".formatted(smallest, largest));
    }
    if (!(centre > 0 && spread > 0) || Double.isInfinite(centre) || Double.isInfinite(spread)) {
      throw new IllegalArgumentException(
          "weights around %s with spread %s".formatted(centre, spread));
    }
    double[] sizes = new double[count];
    double[] logWeights = new double[count];
    double step = count == 1 ? 0 : (Math.log(largest) - Math.log(smallest)) / (count - 1);
    for (int k = 0; k < count; k++) {
      sizes[k] = Math.exp(Math.log(smallest) + k * step);
      double distance = (Math.log(sizes[k]) - Math.log(centre)) / spread;
      logWeights[k] = -0.5 * distance * distance;
    }
    double total = LogSpace.sumExp(logWeights);
    for (int k = 0; k < count; k++) {
      logWeights[k] -= total;
    }
    return new BettingGrid(sizes, logWeights);
  }

  /** How many bets there are. */
  public int count() {
    return sizes.length;
  }

  /** u_k: the share of the wealth that bet k stakes. */
  public double size(int k) {
    return sizes[k];
  }

  /** w_k: the share of the first stake that bet k receives. */
  public double weight(int k) {
    return Math.exp(logWeights[k]);
  }

  /** ln of the weighted mean of {@code exp(sums)}. */
  double mix(double[] sums) {
    double[] terms = new double[sizes.length];
    for (int k = 0; k < sizes.length; k++) {
      terms[k] = logWeights[k] + sums[k];
    }
    return LogSpace.sumExp(terms);
  }
}
