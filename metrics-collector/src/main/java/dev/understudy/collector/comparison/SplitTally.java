package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.ArmContrast;

/**
 * What is counted of one epoch of a split at one share.
 *
 * @param loss when the KPI is a loss
 */
public record SplitTally(ArmTally candidate, ArmTally current, LossSums loss) {
  /** Nothing counted yet. */
  public static final SplitTally EMPTY =
      new SplitTally(ArmTally.EMPTY, ArmTally.EMPTY, LossSums.EMPTY);

  SplitTally plus(TestPlan plan, JudgedUnit.Assigned unit) {
    LossSums lossToo = loss;
    Boolean positive = unit.positive();
    if (plan.sumsLoss() && positive != null && unit.scored().complete()) {
      lossToo = plusLoss(plan, unit, positive);
    }
    return unit.toCandidate()
        ? new SplitTally(candidate.plus(plan, unit), current, lossToo)
        : new SplitTally(candidate, current.plus(plan, unit), lossToo);
  }

  private LossSums plusLoss(TestPlan plan, JudgedUnit.Assigned unit, boolean positive) {
    double raw = unit.scored().loss(positive);
    double capped = Math.min(raw, plan.cap());
    boolean cut = raw > plan.cap() && !unit.scored().error();
    ArmContrast contrast = new ArmContrast(unit.share(), plan.primary().getCentre(), plan.cap());
    double benefit =
        -(unit.toCandidate() ? contrast.ofCandidate(capped) : contrast.ofCurrent(capped));
    return loss.plus(
        plan,
        cut,
        unit.toCandidate() ? 0 : capped,
        unit.toCandidate() ? capped : 0,
        benefit,
        contrast.boundsOfLoss());
  }

  /** Both tallies together. */
  public SplitTally merge(SplitTally other) {
    return new SplitTally(
        candidate.merge(other.candidate), current.merge(other.current), loss.merge(other.loss));
  }
}
