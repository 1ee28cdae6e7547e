package dev.understudy.collector.comparison;

import java.util.ArrayList;
import java.util.List;

/**
 * What a calibration counts. Whole numbers only: the parts add in any order.
 *
 * @param units mature requests
 * @param shed or lost: not scored, and nobody's fault
 * @param latency buckets of {@link dev.understudy.collector.statistics.LatencyHistogram}
 * @param drafts in the order of the plan's; none before the first unit
 */
public record CalibrationTally(
    long units, long shed, SparseCounts latency, List<DraftTally> drafts) {
  /** Nothing counted yet. */
  public static final CalibrationTally EMPTY =
      new CalibrationTally(0, 0, SparseCounts.EMPTY, List.of());

  public CalibrationTally {
    drafts = List.copyOf(drafts);
  }

  /** That of one of the plan's drafts. */
  public DraftTally draft(int number) {
    return drafts.isEmpty() ? DraftTally.EMPTY : drafts.get(number);
  }

  CalibrationTally plus(Calibrating calibrating, JudgedUnit.Measured unit) {
    Scored current = unit.readings().getFirst().scored();
    List<DraftTally> next = new ArrayList<>();
    for (int i = 0; i < calibrating.drafts().size(); i++) {
      next.add(draft(i).plus(calibrating.drafts().get(i).plan(), unit.readings().get(i)));
    }
    return new CalibrationTally(
        units + 1, shed + (current.complete() ? 0 : 1), PairTally.timed(latency, current), next);
  }

  CalibrationTally merge(CalibrationTally other) {
    if (drafts.isEmpty() || other.drafts.isEmpty()) {
      return drafts.isEmpty() ? other : this;
    }
    List<DraftTally> both = new ArrayList<>();
    for (int i = 0; i < drafts.size(); i++) {
      both.add(drafts.get(i).merge(other.drafts.get(i)));
    }
    return new CalibrationTally(
        units + other.units, shed + other.shed, latency.merge(other.latency), both);
  }
}
