package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.Bounds;

/** What one pair adds to the sums of a KPI that is summed. */
final class PairSums {
  private PairSums() {}

  /** With a label, weighted by how it was drawn. */
  static LossSums labelled(LossSums sums, TestPlan plan, JudgedUnit.Pair pair) {
    UnitValue current = UnitValue.of(plan.measure(), pair.current(), pair.truth());
    UnitValue candidate = UnitValue.of(plan.measure(), pair.candidate(), pair.truth());
    double weight = pair.draw().weight();
    return sums.plus(
        plan,
        current.cut() || candidate.cut(),
        weight * current.value(),
        weight * candidate.value(),
        weight * benefit(plan, current.value(), candidate.value()),
        bounds(plan));
  }

  /** Without a label, and counted as no difference; where cells are counted, that is a cell. */
  static KpiTally equal(KpiTally kpi, TestPlan plan) {
    return plan.family() == Measure.Family.SUMS
        ? LossSums.in(kpi).plus(plan, false, 0, 0, 0, bounds(plan))
        : kpi;
  }

  /** Without the label that it needs: in the worst case any outcome could have come. */
  static KpiTally missing(KpiTally kpi, TestPlan plan, JudgedUnit.Pair pair) {
    if (plan.family() != Measure.Family.SUMS || !plan.labels().worstCase()) {
      return kpi;
    }
    double lowest = Double.POSITIVE_INFINITY;
    double highest = Double.NEGATIVE_INFINITY;
    double current = 0;
    double candidate = 0;
    for (double outcome : plan.measure().outcomes()) {
      Truth truth = Truth.of(outcome);
      double ofCurrent = UnitValue.of(plan.measure(), pair.current(), truth).value();
      double ofCandidate = UnitValue.of(plan.measure(), pair.candidate(), truth).value();
      double benefit = benefit(plan, ofCurrent, ofCandidate);
      highest = Math.max(highest, benefit);
      if (benefit < lowest) {
        lowest = benefit;
        current = ofCurrent;
        candidate = ofCandidate;
      }
    }
    return LossSums.in(kpi).plus(plan, false, current, candidate, lowest, highest, bounds(plan));
  }

  private static double benefit(TestPlan plan, double current, double candidate) {
    return plan.measure().moreIsBetter() ? candidate - current : current - candidate;
  }

  private static Bounds bounds(TestPlan plan) {
    return Bounds.around(plan.cap() * plan.labels().stretch());
  }
}
