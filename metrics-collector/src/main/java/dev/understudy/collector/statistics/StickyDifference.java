package dev.understudy.collector.statistics;

import java.util.List;

/**
 * The difference of two rates per prediction when customers were assigned and stayed, perhaps
 * through several epochs, and perhaps made more precise by what was known of each before.
 *
 * <p><b>Question.</b> By how much does the mean value of a prediction differ between the arms, and
 * how sure is it, when the requests of a customer depend on each other as they like?
 *
 * <p><b>Formula.</b> In each arm of an epoch {@code R = Σy/Σx} as in {@link RatioOfMeans}, and the
 * influence of a unit is {@code φ = (y - R x)/x̄}. With a covariate v, {@code θ = (Σ_C vφ + Σ_T
 * vφ)/(C_vv,C + C_vv,T)}, {@code φ} becomes {@code φ - θ (v - v̄)}, and from R_T - R_C goes {@code
 * θ (v̄_T - v̄_C)}. Epochs are weighted {@code w_e = n_e/Σn_e}. The variance is the sum over
 * <em>units</em> of {@code (Σ_e ± w_e φ_e √(n/(n-1))/n)²}, where e runs through the epochs that the
 * unit was in. So a unit that stays in its arm through two epochs counts twice in the same
 * direction, and one that moved to the other arm counts against itself.
 *
 * <p><b>Assumptions.</b> Units are independent and many ({@link AsympCs.BurnIn}). v was fixed
 * before the unit was assigned.
 *
 * <p><b>Source.</b> Deng, Knoblich and Lu 2018 for the ratio; Deng, Xu, Kohavi and Walker 2013 for
 * the covariate. In a single epoch it is {@link RatioOfMeans}, and where every unit has one
 * prediction {@link Cuped}. That the same unit comes back in the next epoch is usually left out
 * ({@code Σ w² se²} over the epochs, {@link Estimate#stratified}); the intervals are then too
 * narrow, the more so the less the shares change.
 *
 * <p><b>When it misleads.</b> When few units carry most of the sum; and with a covariate that the
 * candidate may have changed.
 *
 * @param difference candidate minus current
 * @param explained the share of the variance that the covariate took away; 0 without one
 */
public record StickyDifference(Estimate difference, double explained) {
  /** A covariate that varies less than this beside its size is a constant with rounding errors. */
  private static final double CONSTANT = 1e-10;

  /**
   * An epoch.
   *
   * @param current cell of the current version
   * @param candidate cell of the candidate
   */
  public record Stratum(int current, int candidate) {}

  /** One arm of an epoch, with the sign and the weight of its rate in the difference. */
  private record Arm(CrossSums sums, int cell, double weight) {
    double n() {
      return sums.units(cell);
    }

    double meanX() {
      return sums.predictions(cell) / n();
    }

    double ratio() {
      return sums.deviations(cell) / sums.predictions(cell);
    }

    double meanV() {
      return sums.of(cell, CrossSums.ONE, cell, CrossSums.V) / n();
    }

    double spreadV() {
      double squares = sums.of(cell, CrossSums.V, cell, CrossSums.V);
      double spread = squares - n() * meanV() * meanV();
      return spread > CONSTANT * squares ? spread : 0;
    }

    /** Σ vφ; that of φ alone is 0. */
    double explained() {
      return (sums.of(cell, CrossSums.V, cell, CrossSums.Y)
              - ratio() * sums.of(cell, CrossSums.V, cell, CrossSums.X))
          / meanX();
    }

    /** What multiplies the figures of a unit in its contribution to the estimate's error. */
    double[] coefficients(double theta) {
      double scale = weight * Math.sqrt(n() / (n() - 1)) / n();
      return new double[] {
        scale * theta * meanV(), -scale * ratio() / meanX(), scale / meanX(), -scale * theta
      };
    }
  }

  /**
   * Of the epochs that have units in both arms; undefined without any.
   *
   * @param adjusted whether to use the covariate
   * @param units how many different units there are in all
   */
  public static StickyDifference of(
      CrossSums sums, List<Stratum> strata, boolean adjusted, long units) {
    List<Stratum> usable =
        strata.stream()
            .filter(one -> sums.units(one.current()) >= 2 && sums.units(one.candidate()) >= 2)
            .toList();
    if (usable.isEmpty()) {
      return new StickyDifference(Estimate.undefined(units), 0);
    }
    Estimate plain = estimate(sums, usable, false, units);
    if (!adjusted) {
      return new StickyDifference(plain, 0);
    }
    Estimate better = estimate(sums, usable, true, units);
    double left = better.standardError() / plain.standardError();
    return new StickyDifference(better, plain.usable() ? 1 - left * left : 0);
  }

  private static Estimate estimate(
      CrossSums sums, List<Stratum> strata, boolean adjusted, long units) {
    double all =
        strata.stream()
            .mapToDouble(one -> sums.units(one.current()) + sums.units(one.candidate()))
            .sum();
    Arm[] arms = new Arm[2 * strata.size()];
    double[][] coefficients = new double[arms.length][];
    double value = 0;
    for (int i = 0; i < strata.size(); i++) {
      Stratum stratum = strata.get(i);
      double weight = (sums.units(stratum.current()) + sums.units(stratum.candidate())) / all;
      Arm current = new Arm(sums, stratum.current(), -weight);
      Arm candidate = new Arm(sums, stratum.candidate(), weight);
      double theta = adjusted ? theta(current, candidate) : 0;
      value +=
          weight
              * (candidate.ratio()
                  - current.ratio()
                  - theta * (candidate.meanV() - current.meanV()));
      arms[2 * i] = current;
      arms[2 * i + 1] = candidate;
      coefficients[2 * i] = current.coefficients(theta);
      coefficients[2 * i + 1] = candidate.coefficients(theta);
    }
    return new Estimate(value, Math.sqrt(Math.max(0, variance(sums, arms, coefficients))), units);
  }

  private static double theta(Arm current, Arm candidate) {
    double spread = current.spreadV() + candidate.spreadV();
    return spread == 0 ? 0 : (current.explained() + candidate.explained()) / spread;
  }

  private static double variance(CrossSums sums, Arm[] arms, double[][] coefficients) {
    double variance = 0;
    for (int i = 0; i < arms.length; i++) {
      for (int j = 0; j < arms.length; j++) {
        for (int a = 0; a < CrossSums.FIGURES; a++) {
          for (int b = 0; b < CrossSums.FIGURES; b++) {
            variance +=
                coefficients[i][a]
                    * coefficients[j][b]
                    * sums.of(arms[i].cell(), a, arms[j].cell(), b);
          }
        }
      }
    }
    return variance;
  }
}
