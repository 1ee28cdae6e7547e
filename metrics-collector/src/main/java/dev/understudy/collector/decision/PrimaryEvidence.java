package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.Interval;
import dev.understudy.contracts.v1.EvidenceKind;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * On which side of its line the primary KPI is: from cells ({@link CellEvidence}), from sums of
 * bets ({@link SumEvidence}), or, where there is no mean of a bounded contrast, from an estimate
 * with a standard error ({@link TableEvidence}, {@link BlockEvidence}); by unit always so ({@link
 * UnitEvidence}).
 *
 * @param units whose difference counts, of both arms together, also those that need no label
 * @param currentMean of the KPI as people know it, among the labelled, as the others may be
 * @param effect in the unit of the lines; positive when the candidate is better; over all units, in
 *     the worst case if so asked
 * @param bounds of the effect, where the KPI allows an interval
 * @param better ln E in nats; 0 before anything can be said
 * @param clipped units of which a value was cut at the cap; by unit: rows
 */
record PrimaryEvidence(
    long units,
    long unitsOfCandidate,
    double currentMean,
    double candidateMean,
    double effect,
    @Nullable Bounds bounds,
    double better,
    double worse,
    OptionalDouble futile,
    long clipped,
    Basis basis) {

  /**
   * What the evidence rests on.
   *
   * @param standardError of the effect, where it is shown
   * @param excluded classes that do not count, by name
   * @param waitsFor what must come before anything can be said, for people; empty when nothing
   */
  record Basis(
      EvidenceKind kind, OptionalDouble standardError, List<String> excluded, String waitsFor) {
    /** Counts or sums of a bounded contrast. */
    static final Basis EXACT = exact(OptionalDouble.empty());

    static Basis exact(OptionalDouble standardError) {
      return new Basis(EvidenceKind.EXACT, standardError, List.of(), "");
    }
  }

  /** An interval that is computed only when asked for. */
  @FunctionalInterface
  interface Bounds {
    Interval interval(double alpha);
  }

  static PrimaryEvidence of(TestPlan plan, Tally tally) {
    if (plan.byUnit()) {
      return UnitEvidence.of(plan, tally.units());
    }
    return switch (plan.family()) {
      case CELLS -> CellEvidence.of(plan, tally);
      case SUMS -> SumEvidence.of(plan, tally);
      case TABLE -> TableEvidence.of(plan, tally);
      case BLOCKS -> BlockEvidence.of(plan, tally);
    };
  }

  /** The same where the evidence against the candidate is known otherwise. */
  PrimaryEvidence withWorse(double known) {
    return new PrimaryEvidence(
        units,
        unitsOfCandidate,
        currentMean,
        candidateMean,
        effect,
        bounds,
        better,
        known,
        futile,
        clipped,
        basis);
  }

  /**
   * Of the effect, where the KPI has one and a unit was seen. Only those who show it should ask: of
   * cells it costs a hundred times what the evidence does.
   */
  @Nullable Interval interval(double alpha) {
    return bounds == null || units == 0 ? null : bounds.interval(alpha);
  }
}
