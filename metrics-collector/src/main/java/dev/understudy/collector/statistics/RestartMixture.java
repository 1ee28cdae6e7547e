package dev.understudy.collector.statistics;

import java.util.List;

/**
 * Evidence for a harm that may begin at any time.
 *
 * <p><b>Question.</b> Has something gone wrong since some hour after the promotion, though it was
 * well before?
 *
 * <p><b>Hypotheses.</b> Null: at no time is the mean beyond the line. Alternative: from some window
 * on it is.
 *
 * <p><b>Formula.</b> With {@code L_{k:t}} the e-value of the windows k to t: {@code E_t = ½ L_{0:t}
 * + ½/(H-1) Σ_{k=1..t-1} L_{k:t}} for H planned windows. A start that has not come yet keeps its
 * stake, which is not counted.
 *
 * <p><b>Assumptions.</b> Those of {@link BoundedBetting} in each window; H is fixed before.
 *
 * <p><b>Source.</b> Shin, Ramdas and Rinaldo, NEJSDS 2023 (arXiv 2203.03532); the halves are our
 * own choice.
 *
 * <p><b>When it misleads.</b> Over more than H windows it promises nothing. A fault from the start
 * is found as soon as without restarts (4 h at a doubled error rate); one that begins at hour 72
 * after 7 h instead of 32 h.
 *
 * @param windows H: how many windows were planned, from 1 on
 */
public record RestartMixture(int windows) {
  public RestartMixture {
    if (windows < 1) {
      throw new IllegalArgumentException("a watch of %d windows".formatted(windows));
    }
  }

  /**
   * ln E in nats after the windows so far.
   *
   * @param wealth of each window, the oldest first, all about the same line and side
   * @throws IllegalArgumentException when there are more windows than planned
   */
  public double logE(List<Wealth> wealth) {
    int seen = wealth.size();
    if (seen > windows) {
      throw new IllegalArgumentException("%d windows, planned were %d".formatted(seen, windows));
    }
    if (seen == 0) {
      return 0;
    }
    double stake = windows == 1 ? 0 : Math.log(0.5 / (windows - 1));
    double[] terms = new double[seen];
    Wealth sinceStart = Wealth.EMPTY;
    for (int k = seen - 1; k >= 0; k--) {
      sinceStart = wealth.get(k).merge(sinceStart);
      terms[k] = sinceStart.logE() + (k == 0 ? Math.log(0.5) : stake);
    }
    return LogSpace.sumExp(terms);
  }
}
