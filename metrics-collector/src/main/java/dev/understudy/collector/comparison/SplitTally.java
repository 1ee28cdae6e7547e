package dev.understudy.collector.comparison;

/**
 * What is counted of one epoch of a split at one share.
 *
 * @param kpi among units of both arms whose value is known, or bounded by the rule of labels
 */
public record SplitTally(ArmTally candidate, ArmTally current, KpiTally kpi) {
  /** Nothing counted yet. */
  public static final SplitTally EMPTY =
      new SplitTally(ArmTally.EMPTY, ArmTally.EMPTY, KpiTally.NOTHING);

  /** The sums of a KPI that has them; those of nothing for any other. */
  public LossSums loss() {
    return kpi instanceof LossSums sums ? sums : LossSums.EMPTY;
  }

  SplitTally plus(TestPlan plan, JudgedUnit.Assigned assigned) {
    JudgedUnit.Assigned unit = plan.labels().known(assigned);
    KpiTally kpiToo = unit.scored().complete() ? plusKpi(plan, unit) : kpi;
    return unit.toCandidate()
        ? new SplitTally(candidate.plus(plan, unit), current, kpiToo)
        : new SplitTally(candidate, current.plus(plan, unit), kpiToo);
  }

  private KpiTally plusKpi(TestPlan plan, JudgedUnit.Assigned unit) {
    if (plan.byUnit()) {
      return kpi; // the requests of a unit are no evidence of their own, see UnitSums
    }
    if (unit.truth().known() == 0) {
      return ArmSums.unlabelled(kpi, plan, unit);
    }
    return switch (plan.family()) {
      case CELLS -> unit.truth().rows() == 1 ? kpi : ArmSums.labelled(LossSums.in(kpi), plan, unit);
      case SUMS -> ArmSums.labelled(LossSums.in(kpi), plan, unit);
      case TABLE -> TableTally.in(kpi).plus(plan, unit);
      case BLOCKS -> AucTally.in(kpi).plus(plan, unit);
    };
  }

  /** Both tallies together. */
  public SplitTally merge(SplitTally other) {
    return new SplitTally(
        candidate.merge(other.candidate), current.merge(other.current), kpi.merge(other.kpi));
  }
}
