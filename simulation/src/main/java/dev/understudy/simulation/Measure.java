package dev.understudy.simulation;

import dev.understudy.simulation.Ending.Kind;
import java.util.List;
import java.util.Locale;

/** What is read off the endings of many runs, and when it agrees with the reference. */
sealed interface Measure {
  /** From so many runs on a median is precise enough to be compared. */
  int RUNS_FOR_MEDIANS = 2_000;

  /** How far a median may be from the reference, as a part of it. */
  double MEDIAN_TOLERANCE = 0.15;

  /** Runs of the reference where it does not say how many: the fewest it names. */
  int FEWEST_REFERENCE_RUNS = 300;

  /** The result beside its reference. */
  Row row(Scenario scenario, List<Ending> endings);

  /**
   * How often something was claimed that is not so. Accepted when the share is at most {@code α + 3
   * √(α(1-α)/R)} and no farther from the reference than four standard errors of the difference.
   *
   * @param name what went wrong, e.g. false promotions
   * @param wrong which ending it is
   * @param reference the share that was published
   * @param referenceRuns from so many runs
   */
  record ErrorRate(String name, Kind wrong, double alpha, double reference, int referenceRuns)
      implements Measure {
    @Override
    public Row row(Scenario scenario, List<Ending> endings) {
      double measured = share(endings, wrong);
      double limit = mostAccepted(alpha, endings.size());
      boolean accepted =
          measured <= limit && agrees(measured, endings.size(), reference, referenceRuns);
      return Row.of(scenario, name, endings.size(), measured, reference, limit, accepted);
    }
  }

  /**
   * How often something was claimed that is not so, where nobody has published how often that is.
   * Accepted by the first half of {@link ErrorRate}; the reference is what was promised, α.
   */
  record Promise(String name, Kind wrong, double alpha) implements Measure {
    @Override
    public Row row(Scenario scenario, List<Ending> endings) {
      double measured = share(endings, wrong);
      double limit = mostAccepted(alpha, endings.size());
      return Row.of(scenario, name, endings.size(), measured, alpha, limit, measured <= limit);
    }
  }

  /**
   * How often something was rightly claimed, or left open. Accepted when no farther from the
   * reference than four standard errors of the difference, which is the limit.
   */
  record Share(String name, Kind kind, double reference, int referenceRuns) implements Measure {
    @Override
    public Row row(Scenario scenario, List<Ending> endings) {
      double measured = share(endings, kind);
      double limit = 4 * errorOfDifference(measured, endings.size(), reference, referenceRuns);
      boolean accepted = Math.abs(measured - reference) <= limit;
      return Row.of(scenario, name, endings.size(), measured, reference, limit, accepted);
    }
  }

  /**
   * The median number of units until the end; a run without a decision counts as longer than all
   * others. Accepted within 15 % of the reference; the limit is the upper end. Of fewer than 2,000
   * runs it is shown and not judged.
   */
  record MedianSamples(String name, double reference) implements Measure {
    @Override
    public Row row(Scenario scenario, List<Ending> endings) {
      double measured = median(endings);
      Boolean accepted =
          endings.size() < RUNS_FOR_MEDIANS
              ? null
              : Math.abs(measured - reference) <= MEDIAN_TOLERANCE * reference;
      double limit = (1 + MEDIAN_TOLERANCE) * reference;
      return Row.of(scenario, name, endings.size(), measured, reference, limit, accepted);
    }
  }

  static ErrorRate falsePromotions(double reference, int referenceRuns) {
    return new ErrorRate("false promotions", Kind.CLAIMED, Plans.ALPHA, reference, referenceRuns);
  }

  /** The same without a published rate. */
  static Promise noFalsePromotions() {
    return new Promise("false promotions", Kind.CLAIMED, Plans.ALPHA);
  }

  static MedianSamples medianSamples(double reference) {
    return new MedianSamples("median samples", reference);
  }

  private static double mostAccepted(double alpha, int runs) {
    return alpha + 3 * Math.sqrt(alpha * (1 - alpha) / runs);
  }

  private static double share(List<Ending> endings, Kind kind) {
    return (double) endings.stream().filter(one -> one.kind() == kind).count() / endings.size();
  }

  private static double median(List<Ending> endings) {
    long[] samples =
        endings.stream()
            .mapToLong(one -> one.kind() == Kind.OPEN ? Long.MAX_VALUE : one.samples())
            .sorted()
            .toArray();
    int middle = samples.length / 2;
    double upper = samples[middle];
    double lower = samples.length % 2 == 0 ? samples[middle - 1] : upper;
    double median = lower + (upper - lower) / 2;
    return median < Long.MAX_VALUE / 4 ? median : Double.POSITIVE_INFINITY;
  }

  private static boolean agrees(double one, int runs, double other, int otherRuns) {
    return Math.abs(one - other) <= 4 * errorOfDifference(one, runs, other, otherRuns);
  }

  /** Pooled, so that a share of 0 has an error too. */
  private static double errorOfDifference(double one, int runs, double other, int otherRuns) {
    double pooled = (one * runs + other * otherRuns) / (runs + otherRuns);
    return Math.sqrt(pooled * (1 - pooled) * (1.0 / runs + 1.0 / otherRuns));
  }

  /** As it is shown to people: rates are below 1.5, medians above. */
  static String shown(double value) {
    if (Double.isInfinite(value)) {
      return "never";
    }
    return value > 1.5
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.4f", value);
  }
}
