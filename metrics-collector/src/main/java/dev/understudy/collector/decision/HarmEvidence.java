package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.PairedCounts;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.UnitCell;
import dev.understudy.collector.comparison.UnitTally;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.EValues;
import dev.understudy.collector.statistics.EventShare;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.RouteMode;
import java.util.ArrayList;
import java.util.List;

/**
 * On which side of its line a guard is. The line is the laxer of a relative and an absolute margin:
 * <em>safe</em> is claimed when either margin is met (the average of the two e-values),
 * <em>harm</em> needs both to be crossed (the smaller of the two).
 */
record HarmEvidence(
    Guard guard, long currentEvents, long candidateEvents, double safe, double harm) {

  /** Bad events of one share of a split. */
  private record Split(double share, long ofCandidate, long ofCurrent, long without) {
    static Split of(Guard guard, double share, SplitTally arms) {
      long ofCandidate = arms.candidate().harm().of(guard.getKind());
      long ofCurrent = arms.current().harm().of(guard.getKind());
      return new Split(
          share,
          ofCandidate,
          ofCurrent,
          arms.candidate().scored() - ofCandidate + arms.current().scored() - ofCurrent);
    }

    /** Units that had one for the first time, and those first scored here that had none since. */
    static Split of(Guard guard, double share, UnitCell candidate, UnitCell current) {
      return new Split(
          share,
          candidate.events().of(guard.getKind()),
          current.events().of(guard.getKind()),
          candidate.scored()
              - candidate.left().of(guard.getKind())
              + current.scored()
              - current.left().of(guard.getKind()));
    }
  }

  static HarmEvidence of(TestPlan plan, Guard guard, Tally tally) {
    if (plan.mode() == RouteMode.SHADOW) {
      return paired(guard, tally);
    }
    List<Split> splits = new ArrayList<>();
    if (plan.byUnit()) {
      UnitTally units = tally.units();
      units
          .strata()
          .forEach(
              (stratum, number) ->
                  splits.add(
                      Split.of(
                          guard,
                          stratum.share(),
                          units.cell(number, true),
                          units.cell(number, false))));
    } else {
      tally.arms().forEach((stratum, arms) -> splits.add(Split.of(guard, stratum.share(), arms)));
    }
    return split(guard, splits);
  }

  private static HarmEvidence paired(Guard guard, Tally tally) {
    PairedCounts events = tally.allPairs().harm().of(guard.getKind());
    double relative = guard.getRelativeMargin();
    CellBetting byRatio =
        CellBetting.of(
            new Cell(1, events.candidateOnly()),
            new Cell(-(1 + relative), events.currentOnly()),
            new Cell(-relative, events.both()),
            new Cell(0, events.neither()));
    CellBetting byDifference =
        CellBetting.of(
            new Cell(1, events.candidateOnly()),
            new Cell(-1, events.currentOnly()),
            new Cell(0, events.both() + events.neither()));
    double line = guard.getAbsoluteMargin();
    return new HarmEvidence(
        guard,
        events.current(),
        events.candidate(),
        EValues.average(byRatio.logE(0, Side.LESS), byDifference.logE(line, Side.LESS)),
        Math.min(byRatio.logE(0, Side.GREATER), byDifference.logE(line, Side.GREATER)));
  }

  private static HarmEvidence split(Guard guard, List<Split> splits) {
    Wealth shareBelow = Wealth.EMPTY;
    Wealth shareAbove = Wealth.EMPTY;
    List<List<Cell>> differences = new ArrayList<>();
    long currentEvents = 0;
    long candidateEvents = 0;
    for (Split one : splits) {
      CellBetting shares =
          CellBetting.of(new Cell(1, one.ofCandidate()), new Cell(0, one.ofCurrent()));
      double line = EventShare.line(one.share(), guard.getRelativeMargin());
      shareBelow = shareBelow.merge(shares.wealth(line, Side.LESS));
      shareAbove = shareAbove.merge(shares.wealth(line, Side.GREATER));
      ArmContrast contrast = new ArmContrast(one.share(), 0, 1);
      differences.add(
          List.of(
              new Cell(contrast.ofCandidate(1), one.ofCandidate()),
              new Cell(contrast.ofCurrent(1), one.ofCurrent()),
              new Cell(0, one.without())));
      candidateEvents += one.ofCandidate();
      currentEvents += one.ofCurrent();
    }
    CellBetting byDifference = new CellBetting(differences);
    double line = guard.getAbsoluteMargin();
    return new HarmEvidence(
        guard,
        currentEvents,
        candidateEvents,
        EValues.average(shareBelow.logE(), byDifference.logE(line, Side.LESS)),
        Math.min(shareAbove.logE(), byDifference.logE(line, Side.GREATER)));
  }
}
