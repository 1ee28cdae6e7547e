package dev.understudy.collector.comparison;

import com.google.protobuf.ByteString;

/**
 * What one mature request adds to its unit in a test by unit.
 *
 * @param unit keyed hash of the unit
 * @param appendedMs of the request, effective time
 * @param stratum epoch and share that it was assigned in
 * @param rows that have a known outcome
 * @param deviation sum of their values by the primary KPI, each cut at the cap and less the centre
 * @param clipped rows of which the value was cut
 * @param traits bits of {@link UnitTrait}
 * @param covariate of the request; NaN where it has none that can be used
 */
public record UnitDelta(
    ByteString unit,
    long appendedMs,
    Tally.Stratum stratum,
    boolean toCandidate,
    long rows,
    double deviation,
    long clipped,
    int traits,
    double covariate) {
  /** A covariate beyond it is taken for a mistake; its square must not hide all others. */
  private static final double LARGEST_COVARIATE = 1e12;

  /** What a request adds, as the plan values it. */
  public static UnitDelta of(
      TestPlan plan,
      ByteString unit,
      long appendedMs,
      double covariate,
      JudgedUnit.Assigned request) {
    Sum sum = new Sum();
    if (request.scored().complete()) {
      sum.add(plan, request.scored(), request.truth());
    }
    return new UnitDelta(
        unit,
        appendedMs,
        new Tally.Stratum(request.epoch(), request.share()),
        request.toCandidate(),
        sum.rows,
        sum.deviation,
        sum.clipped,
        sum.traits,
        Math.abs(covariate) <= LARGEST_COVARIATE ? covariate : Double.NaN);
  }

  private static final class Sum {
    private long rows;
    private double deviation;
    private long clipped;
    private int traits;

    void add(TestPlan plan, Scored scored, Truth truth) {
      Measure measure = plan.measure();
      set(UnitTrait.SCORED, true);
      set(UnitTrait.ERROR, scored.error());
      set(UnitTrait.SLOW, scored.slow(plan.slowThresholdUs()));
      set(UnitTrait.TIMEOUT, scored.timedOut());
      set(UnitTrait.INVALID, scored.invalid());
      set(UnitTrait.INCOMPLETE, truth.known() < truth.rows());
      for (int row = 0; row < truth.rows(); row++) {
        if (!Double.isNaN(truth.row(row))) {
          double raw = measure.value(scored, row, truth.row(row));
          double value = Math.max(0, Math.min(raw, measure.cap()));
          rows++;
          deviation += value - plan.primary().getCentre();
          // The worst value of a failure is a rule and was not cut.
          clipped += (raw < 0 || raw > measure.cap()) && !scored.error() ? 1 : 0;
          set(UnitTrait.EARNED, value > 0);
          set(UnitTrait.FELL_SHORT, value < measure.cap());
        }
      }
    }

    private void set(UnitTrait trait, boolean holds) {
      traits |= holds ? trait.bit() : 0;
    }
  }
}
