package dev.understudy.collector.statistics;

/**
 * A sequential test of planned shares.
 *
 * <p><b>Question.</b> Do the units fall into the arms as the shares promise?
 *
 * <p><b>Hypotheses.</b> Null: each unit falls into arm i with probability θ_i. Alternative: some
 * other fixed shares, with a Dirichlet(cθ) prior.
 *
 * <p><b>Formula.</b> With counts x, n = Σx and a = cθ: {@code ln E = lnΓ(c) - lnΓ(c+n) + Σ[lnΓ(a_i
 * + x_i) - lnΓ(a_i)] - Σ x_i ln θ_i}, the Bayes factor, which is an e-process.
 *
 * <p><b>Assumptions.</b> Shares fixed before the units are assigned. After a change of shares a new
 * stratum begins and the ln E add.
 *
 * <p><b>Source.</b> Lindon and Malek, NeurIPS 2022 (arXiv 2011.03567). The mixture of the two
 * concentrations 10 and 10 000 is ours: with it an arm that receives everything is flagged after 22
 * units (380 with 10 000 alone), and a 51:49 split after some 48 000.
 *
 * <p><b>When it misleads.</b> It says that units are missing or misplaced, not why: lost events
 * look like a wrong assignment. It must count units at their first assignment, not requests.
 */
public final class DirichletMultinomial {
  /** Sees gross faults at once. */
  public static final double COARSE = 10;

  /** Sees small ones in the long run. */
  public static final double FINE = 10_000;

  private DirichletMultinomial() {}

  /**
   * ln E in nats for one concentration.
   *
   * @throws IllegalArgumentException when counts and shares do not belong together
   */
  public static double logE(long[] counts, double[] shares, double concentration) {
    check(counts, shares, concentration);
    double units = 0;
    for (long count : counts) {
      units += count;
    }
    // The ln Γ are huge and nearly cancel. With Stirling's formula put in, their large parts cancel
    // on
    // paper: Σ (b - ½) ln(b/(Aθ)) is left, with b = a + x and A = c + n, and remainders below 1.
    double all = concentration + units;
    double sum = LogSpace.stirlingRemainder(concentration) - LogSpace.stirlingRemainder(all);
    int arms = 0;
    for (int i = 0; i < counts.length; i++) {
      if (shares[i] == 0) {
        if (counts[i] > 0) {
          return Double.POSITIVE_INFINITY;
        }
        continue;
      }
      double prior = concentration * shares[i];
      double both = prior + counts[i];
      double excess = Math.fma(-units, shares[i], counts[i]);
      sum += (both - 0.5) * Math.log1p(excess / (all * shares[i]));
      sum += LogSpace.stirlingRemainder(both) - LogSpace.stirlingRemainder(prior);
      arms++;
    }
    return sum - 0.5 * (arms - 1) * Math.log1p(units / concentration);
  }

  /** ln E of the sample ratio: the average of the coarse and the fine test. */
  public static double sampleRatioLogE(long[] counts, double[] shares) {
    return EValues.average(logE(counts, shares, COARSE), logE(counts, shares, FINE));
  }

  private static void check(long[] counts, double[] shares, double concentration) {
    if (counts.length != shares.length || counts.length < 2) {
      throw new IllegalArgumentException(
          "%d counts and %d shares".formatted(counts.length, shares.length));
    }
    if (!(concentration > 0) || Double.isInfinite(concentration)) {
      throw new IllegalArgumentException("a concentration of %s".formatted(concentration));
    }
    double total = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] < 0 || !(shares[i] >= 0)) {
        throw new IllegalArgumentException(
            "arm %d has count %d and share %s".formatted(i, counts[i], shares[i]));
      }
      total += shares[i];
    }
    if (Math.abs(total - 1) > 1e-9) {
      throw new IllegalArgumentException("the shares add up to %s, not to 1".formatted(total));
    }
  }
}
