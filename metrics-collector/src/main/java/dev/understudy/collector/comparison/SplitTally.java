package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.ArmContrast;

/**
 * What is counted of one epoch of a split at one share.
 *
 * @param kpi among labelled units of both arms
 */
public record SplitTally(ArmTally candidate, ArmTally current, KpiTally kpi) {
  /** Nothing counted yet. */
  public static final SplitTally EMPTY =
      new SplitTally(ArmTally.EMPTY, ArmTally.EMPTY, KpiTally.NOTHING);

  /** The sums of a KPI that has them; those of nothing for any other. */
  public LossSums loss() {
    return kpi instanceof LossSums sums ? sums : LossSums.EMPTY;
  }

  SplitTally plus(TestPlan plan, JudgedUnit.Assigned unit) {
    boolean counts = unit.truth().known() > 0 && unit.scored().complete();
    KpiTally kpiToo = counts ? plusKpi(plan, unit) : kpi;
    return unit.toCandidate()
        ? new SplitTally(candidate.plus(plan, unit), current, kpiToo)
        : new SplitTally(candidate, current.plus(plan, unit), kpiToo);
  }

  private KpiTally plusKpi(TestPlan plan, JudgedUnit.Assigned unit) {
    return switch (plan.measure().family()) {
      case CELLS -> unit.truth().rows() == 1 ? kpi : plusSums(plan, unit);
      case SUMS -> plusSums(plan, unit);
      case TABLE -> TableTally.in(kpi).plus(plan, unit);
      case BLOCKS -> AucTally.in(kpi).plus(plan, unit);
    };
  }

  private LossSums plusSums(TestPlan plan, JudgedUnit.Assigned unit) {
    UnitValue unitValue = UnitValue.of(plan.measure(), unit.scored(), unit.truth());
    double value = unitValue.value();
    ArmContrast contrast = new ArmContrast(unit.share(), plan.primary().getCentre(), plan.cap());
    double gain = unit.toCandidate() ? contrast.ofCandidate(value) : contrast.ofCurrent(value);
    boolean more = plan.measure().moreIsBetter();
    return LossSums.in(kpi)
        .plus(
            plan,
            unitValue.cut(),
            unit.toCandidate() ? 0 : value,
            unit.toCandidate() ? value : 0,
            more ? gain : -gain,
            more ? contrast.bounds() : contrast.boundsOfLoss());
  }

  /** Both tallies together. */
  public SplitTally merge(SplitTally other) {
    return new SplitTally(
        candidate.merge(other.candidate), current.merge(other.current), kpi.merge(other.kpi));
  }
}
