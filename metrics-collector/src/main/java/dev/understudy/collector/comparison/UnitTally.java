package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.CrossSums;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of all units of a test by unit, at one second. Immutable.
 *
 * @param strata by epoch and share, their number
 * @param cells {@code 2 * stratum} of the current version, and one more of the candidate
 * @param sums of the products of the units' figures, by the same cells
 */
public record UnitTally(
    SortedMap<Tally.Stratum, Integer> strata, List<UnitCell> cells, CrossSums sums, Totals totals) {
  /** Nothing counted yet, or a test by request. */
  public static final UnitTally EMPTY =
      new UnitTally(
          new TreeMap<>(), List.of(), CrossSums.empty(), new Totals(0, 0, 0, 0, 0, 0, 0, 0));

  /**
   * Counts over the whole test.
   *
   * @param seen different units
   * @param units of those, with a row whose outcome is known
   * @param unitsOfCandidate of those, with such a row in the candidate's arm
   * @param predictions rows whose outcome is known
   * @param clipped of those, of which the value was cut at the cap
   * @param switched requests that were left out, for their unit was in the other arm of the epoch
   * @param withoutUnit requests that were left out, for they say no unit
   * @param withoutCovariate units whose first request had no usable value of it
   */
  public record Totals(
      long seen,
      long units,
      long unitsOfCandidate,
      long predictions,
      long clipped,
      long switched,
      long withoutUnit,
      long withoutCovariate) {
    public Totals {
      if (units > seen || unitsOfCandidate > units || clipped > predictions) {
        throw new IllegalArgumentException(
            "%d units seen, %d known, %d of the candidate"
                .formatted(seen, units, unitsOfCandidate));
      }
    }
  }

  public UnitTally {
    strata = Collections.unmodifiableSortedMap(new TreeMap<>(strata));
    cells = List.copyOf(cells);
  }

  /** The cell of an arm. */
  public UnitCell cell(int stratum, boolean ofCandidate) {
    return cells.get(UnitSums.cell(stratum, ofCandidate));
  }

  /** The units of an arm in all epochs; one that came back counts in each. */
  public UnitCell arm(boolean ofCandidate) {
    UnitCell all = UnitCell.EMPTY;
    for (int stratum : strata.values()) {
      all = all.merge(cell(stratum, ofCandidate));
    }
    return all;
  }

  /** The KPI's mean over the predictions of an arm; NaN without any. */
  public double mean(TestPlan plan, boolean ofCandidate) {
    double predictions = 0;
    double deviations = 0;
    for (int stratum : strata.values()) {
      predictions += sums.predictions(UnitSums.cell(stratum, ofCandidate));
      deviations += sums.deviations(UnitSums.cell(stratum, ofCandidate));
    }
    return plan.primary().getCentre() + deviations / predictions;
  }
}
