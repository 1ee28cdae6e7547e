package dev.understudy.collector.statistics;

import java.util.List;

/**
 * A figure and how sure it is.
 *
 * <p>What cannot be computed (a ratio without a denominator, the spread of a single unit) is NaN,
 * and with an estimate that is not {@link #usable} nothing is decided.
 *
 * @param value in the unit of the KPI
 * @param standardError of the value, in the same unit
 * @param units that are independent of each other: pairs, requests, sticky keys or AUC blocks
 */
public record Estimate(double value, double standardError, long units) {
  public Estimate {
    if (units < 0) {
      throw new IllegalArgumentException("an estimate of %d units".formatted(units));
    }
    if (standardError < 0) {
      throw new IllegalArgumentException("a standard error of %s".formatted(standardError));
    }
  }

  /** An estimate that cannot be computed from so many units. */
  public static Estimate undefined(long units) {
    return new Estimate(Double.NaN, Double.NaN, units);
  }

  /** Whether anything may be concluded: a finite value with a finite standard error above 0. */
  public boolean usable() {
    return units > 0
        && Double.isFinite(value)
        && Double.isFinite(standardError)
        && standardError > 0;
  }

  /** Candidate minus current, of arms that share no unit. */
  public static Estimate difference(Estimate candidate, Estimate current) {
    return new Estimate(
        candidate.value - current.value,
        Math.hypot(candidate.standardError, current.standardError),
        candidate.units + current.units);
  }

  /**
   * Estimates of the epochs of a ramp put together: weights n_e/n, {@code se² = Σ w² se_e²}. An
   * epoch without units does not count; one that is undefined makes the whole undefined.
   */
  public static Estimate stratified(List<Estimate> strata) {
    long units = strata.stream().mapToLong(Estimate::units).sum();
    if (units == 0) {
      return undefined(0);
    }
    double value = 0;
    double variance = 0;
    for (Estimate stratum : strata) {
      if (stratum.units > 0) {
        double weight = (double) stratum.units / units;
        value += weight * stratum.value;
        variance += weight * weight * stratum.standardError * stratum.standardError;
      }
    }
    return new Estimate(value, Math.sqrt(variance), units);
  }
}
