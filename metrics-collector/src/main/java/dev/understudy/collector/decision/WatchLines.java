package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.LossSums;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.Guard;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a watch asks anew in every slot: whether the promoted version is below the line of the
 * primary KPI, and for each guard whether it is beyond the relative and beyond the absolute margin.
 */
final class WatchLines {
  /** What the bets about one line have won since the watch began. */
  record Line(String name, Wealth wealth) {}

  private WatchLines() {}

  /** Always in the same order: the primary, unless the guards alone roll back; then each guard. */
  static List<Line> of(TestPlan plan, Tally tally) {
    List<Line> lines = new ArrayList<>();
    if (!plan.watch().orElseThrow().guardsOnly()) {
      lines.add(new Line("worse", worse(plan, tally)));
    }
    for (Guard guard : plan.guards()) {
      HarmEvidence.Bets bets = HarmEvidence.Bets.of(plan, guard, tally);
      String name = guard.getKind().name().toLowerCase(Locale.ROOT);
      lines.add(new Line(name + " relative", bets.ratioAbove()));
      lines.add(new Line(name + " absolute", bets.differenceAbove()));
    }
    return lines;
  }

  private static Wealth worse(TestPlan plan, Tally tally) {
    return switch (plan.family()) {
      case CELLS -> CellEvidence.worse(plan, tally);
      case SUMS ->
          tally
              .allPairs()
              .loss()
              .merge(
                  tally.arms().values().stream()
                      .map(SplitTally::loss)
                      .reduce(LossSums.EMPTY, LossSums::merge))
              .worse();
      case TABLE, BLOCKS ->
          throw new IllegalArgumentException(plan.primary().getKind() + " has no bets to watch");
    };
  }
}
