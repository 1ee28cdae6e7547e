package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.Bounds;

/** What one unit of a split adds to the sums of a KPI that is summed. */
final class ArmSums {
  private final TestPlan plan;
  private final JudgedUnit.Assigned unit;
  private final ArmContrast contrast;

  private ArmSums(TestPlan plan, JudgedUnit.Assigned unit) {
    this.plan = plan;
    this.unit = unit;
    this.contrast = new ArmContrast(unit.share(), plan.primary().getCentre(), plan.cap());
  }

  /** With a label, weighted by how it was drawn. */
  static LossSums labelled(LossSums sums, TestPlan plan, JudgedUnit.Assigned unit) {
    ArmSums arm = new ArmSums(plan, unit);
    UnitValue value = UnitValue.of(plan.measure(), unit.scored(), unit.truth());
    double weight = unit.draw().weight();
    double benefit = weight * arm.benefit(value.value());
    return arm.add(sums, value.cut(), weight * value.value(), benefit, benefit);
  }

  /** Without a label, because none was drawn; or in the worst case with any that could be. */
  static KpiTally unlabelled(KpiTally kpi, TestPlan plan, JudgedUnit.Assigned unit) {
    if (plan.family() != Measure.Family.SUMS) {
      return kpi;
    }
    ArmSums arm = new ArmSums(plan, unit);
    if (plan.labels().undrawn(plan, unit.scored(), unit.draw())) {
      return arm.add(LossSums.in(kpi), false, 0, 0, 0);
    }
    return plan.labels().worstCase() ? arm.missing(LossSums.in(kpi)) : kpi;
  }

  private LossSums missing(LossSums sums) {
    double worst = 0;
    double lowest = Double.POSITIVE_INFINITY;
    double highest = Double.NEGATIVE_INFINITY;
    for (double outcome : plan.measure().outcomes()) {
      double value = UnitValue.of(plan.measure(), unit.scored(), Truth.of(outcome)).value();
      double benefit = benefit(value);
      highest = Math.max(highest, benefit);
      if (benefit < lowest) {
        lowest = benefit;
        worst = value;
      }
    }
    return add(sums, false, worst, lowest, highest);
  }

  private LossSums add(LossSums sums, boolean cut, double value, double lowest, double highest) {
    return sums.plus(
        plan,
        cut,
        unit.toCandidate() ? 0 : value,
        unit.toCandidate() ? value : 0,
        lowest,
        highest,
        bounds());
  }

  private double benefit(double value) {
    double more = unit.toCandidate() ? contrast.ofCandidate(value) : contrast.ofCurrent(value);
    return plan.measure().moreIsBetter() ? more : -more;
  }

  private Bounds bounds() {
    Bounds plain = plan.measure().moreIsBetter() ? contrast.bounds() : contrast.boundsOfLoss();
    double stretch = plan.labels().stretch();
    return new Bounds(plain.lowest() * stretch, plain.highest() * stretch);
  }
}
