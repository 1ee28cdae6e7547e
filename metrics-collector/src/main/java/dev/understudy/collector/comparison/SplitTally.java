package dev.understudy.collector.comparison;

/**
 * What is counted of one epoch of a split at one share.
 *
 * @param loss when the KPI is summed
 */
public record SplitTally(ArmTally candidate, ArmTally current, LossSums loss) {
  /** Nothing counted yet. */
  public static final SplitTally EMPTY =
      new SplitTally(ArmTally.EMPTY, ArmTally.EMPTY, LossSums.EMPTY);

  SplitTally plus(TestPlan plan, JudgedUnit.Assigned assigned) {
    JudgedUnit.Assigned unit = plan.labels().known(assigned);
    LossSums lossToo = ArmSums.plus(loss, plan, unit);
    return unit.toCandidate()
        ? new SplitTally(candidate.plus(plan, unit), current, lossToo)
        : new SplitTally(candidate, current.plus(plan, unit), lossToo);
  }

  /** Both tallies together. */
  public SplitTally merge(SplitTally other) {
    return new SplitTally(
        candidate.merge(other.candidate), current.merge(other.current), loss.merge(other.loss));
  }
}
