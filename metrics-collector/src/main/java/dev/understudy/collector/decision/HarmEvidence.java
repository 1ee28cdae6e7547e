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
    Bets bets = Bets.of(plan, guard, tally);
    return new HarmEvidence(
        guard,
        bets.currentEvents(),
        bets.candidateEvents(),
        EValues.average(bets.ratioBelow().logE(), bets.differenceBelow().logE()),
        Math.min(bets.ratioAbove().logE(), bets.differenceAbove().logE()));
  }

  /** The same where harm is known otherwise. */
  HarmEvidence withHarm(double known) {
    return new HarmEvidence(guard, currentEvents, candidateEvents, safe, known);
  }

  /** What the bets on either side of the two margins have won. */
  record Bets(
      long currentEvents,
      long candidateEvents,
      Wealth ratioBelow,
      Wealth ratioAbove,
      Wealth differenceBelow,
      Wealth differenceAbove) {
    static Bets of(TestPlan plan, Guard guard, Tally tally) {
      return plan.mode() == RouteMode.SHADOW
          ? paired(guard, tally)
          : split(guard, splits(plan, guard, tally));
    }
  }

  private static List<Split> splits(TestPlan plan, Guard guard, Tally tally) {
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
    return splits;
  }

  private static Bets paired(Guard guard, Tally tally) {
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
    return new Bets(
        events.current(),
        events.candidate(),
        byRatio.wealth(0, Side.LESS),
        byRatio.wealth(0, Side.GREATER),
        byDifference.wealth(line, Side.LESS),
        byDifference.wealth(line, Side.GREATER));
  }

  private static Bets split(Guard guard, List<Split> splits) {
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
    return new Bets(
        currentEvents,
        candidateEvents,
        shareBelow,
        shareAbove,
        byDifference.wealth(line, Side.LESS),
        byDifference.wealth(line, Side.GREATER));
  }
}
