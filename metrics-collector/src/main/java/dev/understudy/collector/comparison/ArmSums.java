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

  static LossSums plus(LossSums sums, TestPlan plan, JudgedUnit.Assigned unit) {
    return plan.sums() && unit.scored().complete() ? new ArmSums(plan, unit).plus(sums) : sums;
  }

  private LossSums plus(LossSums sums) {
    Boolean positive = unit.positive();
    if (positive != null) {
      double weight = unit.draw().weight();
      double benefit = weight * benefit(positive);
      return add(
          sums, PairSums.cut(plan, unit.scored(), positive), positive, weight, benefit, benefit);
    }
    if (plan.labels().undrawn(plan, unit.scored(), unit.draw())) {
      return sums.plus(plan, false, 0, 0, 0, bounds());
    }
    if (!plan.labels().worstCase()) {
      return sums;
    }
    boolean worst = benefit(true) < benefit(false);
    return add(sums, false, worst, 1, benefit(worst), benefit(!worst));
  }

  private LossSums add(
      LossSums sums, boolean cut, boolean positive, double weight, double lowest, double highest) {
    double value = weight * PairSums.value(plan, unit.scored(), positive);
    return sums.plus(
        plan,
        cut,
        unit.toCandidate() ? 0 : value,
        unit.toCandidate() ? value : 0,
        lowest,
        highest,
        bounds());
  }

  private double benefit(boolean positive) {
    double value = PairSums.value(plan, unit.scored(), positive);
    double more = unit.toCandidate() ? contrast.ofCandidate(value) : contrast.ofCurrent(value);
    return plan.sumsLoss() ? -more : more;
  }

  private Bounds bounds() {
    Bounds plain = plan.sumsLoss() ? contrast.boundsOfLoss() : contrast.bounds();
    double stretch = plan.labels().stretch();
    return new Bounds(plain.lowest() * stretch, plain.highest() * stretch);
  }
}
