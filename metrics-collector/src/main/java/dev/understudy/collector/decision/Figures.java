package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.ArmTally;
import dev.understudy.collector.comparison.AucShard;
import dev.understudy.collector.comparison.AucTally;
import dev.understudy.collector.comparison.KpiTally;
import dev.understudy.collector.comparison.LabelCounts;
import dev.understudy.collector.comparison.LossSums;
import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.PairedCounts;
import dev.understudy.collector.comparison.SeveralRows;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.TableTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.BiMoments;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.CellCounts;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Sum;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The integers and sums behind an evaluation, by name, so that anyone can compute it again. */
final class Figures {
  private final Evidence.Builder evidence;
  private final TestPlan plan;
  private final Set<GuardKind> guards;

  private Figures(Evidence.Builder evidence, TestPlan plan) {
    this.evidence = evidence;
    this.plan = plan;
    this.guards = plan.guards().stream().map(Guard::getKind).collect(Collectors.toSet());
  }

  static void addTo(Evidence.Builder evidence, TestPlan plan, Tally tally) {
    Figures figures = new Figures(evidence, plan);
    tally.pairs().forEach((epoch, pairs) -> figures.pairs("epoch %d ".formatted(epoch), pairs));
    tally.arms().forEach((stratum, arms) -> figures.arms(prefix(stratum), arms));
    figures.count("refused", tally.refused());
    tally.pairs().forEach((epoch, pairs) -> figures.kpi("epoch %d ".formatted(epoch), pairs.kpi()));
    tally.arms().forEach((stratum, arms) -> figures.kpi(prefix(stratum), arms.kpi()));
    if (plan.byUnit()) {
      UnitFigureWriter.addTo(evidence, plan, tally.units());
    }
  }

  private static String prefix(Tally.Stratum stratum) {
    return "epoch %d share %s ".formatted(stratum.epoch(), stratum.share());
  }

  private void pairs(String prefix, PairTally pairs) {
    count(prefix + "not sampled", pairs.notSampled());
    count(prefix + "shed", pairs.shed());
    count(prefix + "lost", pairs.lost());
    count(prefix + "complete", pairs.complete());
    count(prefix + "unlabelled", pairs.unlabelled());
    count(prefix + "agreed without a label", pairs.labels().agreed());
    count(prefix + "agreed with a label", pairs.labels().confirmed());
    labels(prefix, pairs.labels());
    several(prefix, pairs.several());
    table(prefix + "right ", pairs.right());
    table(prefix + "errors ", pairs.harm().errors());
    table(prefix + "slow ", pairs.harm().slow());
    if (guards.contains(GuardKind.TIMEOUTS)) {
      table(prefix + "timeouts ", pairs.harm().timeouts());
    }
    if (guards.contains(GuardKind.INVALID)) {
      table(prefix + "invalid ", pairs.harm().invalid());
    }
  }

  private void several(String prefix, SeveralRows several) {
    if (several.requests() > 0) {
      count(prefix + "of several rows", several.requests());
      count(prefix + "partly labelled", several.partly());
    }
  }

  private void table(String prefix, PairedCounts table) {
    count(prefix + "both", table.both());
    count(prefix + "candidate only", table.candidateOnly());
    count(prefix + "current only", table.currentOnly());
    count(prefix + "neither", table.neither());
  }

  private void arms(String prefix, SplitTally arms) {
    arm(prefix + "candidate ", arms.candidate());
    arm(prefix + "current ", arms.current());
  }

  private void arm(String prefix, ArmTally arm) {
    count(prefix + "assigned", arm.assigned());
    count(prefix + "shed", arm.shed());
    count(prefix + "unlabelled", arm.unlabelled());
    count(prefix + "right", arm.right());
    count(prefix + "wrong", arm.wrong());
    if (arm.others() > 0) {
      count(prefix + "labelled otherwise", arm.others());
    }
    several(prefix, arm.several());
    count(prefix + "errors", arm.harm().errors());
    count(prefix + "slow", arm.harm().slow());
    if (guards.contains(GuardKind.TIMEOUTS)) {
      count(prefix + "timeouts", arm.harm().timeouts());
    }
    if (guards.contains(GuardKind.INVALID)) {
      count(prefix + "invalid", arm.harm().invalid());
    }
    labels(prefix, arm.labels());
  }

  private void labels(String prefix, LabelCounts labels) {
    if (plan.labels().drawn() || plan.labels().selective()) {
      count(prefix + "no label drawn", labels.undrawn());
      count(prefix + "outside", labels.outside());
      sum(prefix + "label surplus", labels.surplus());
      sum(prefix + "label surplus needed", labels.surplusNeeded());
    }
  }

  private void kpi(String prefix, KpiTally kpi) {
    switch (kpi) {
      case KpiTally.Nothing nothing -> {}
      case LossSums sums -> loss(prefix, sums);
      case TableTally table -> cells(prefix, table);
      case AucTally auc -> {
        blocks(prefix + "blocks of current", auc.first());
        blocks(prefix + "blocks of candidate", auc.second());
      }
    }
  }

  private void cells(String prefix, TableTally table) {
    CellCounts.Builder cells =
        CellCounts.newBuilder().setName(prefix + "classes").setBase(plan.measure().base());
    table.cells().forEach((number, count) -> cells.addCells(number).addCounts(count));
    evidence.addCells(cells);
  }

  /** Of pairs, which have both areas, all is with current. */
  private void blocks(String name, AucShard shard) {
    if (shard.equals(AucShard.EMPTY)) {
      return;
    }
    BiMoments blocks = shard.blocks();
    count(name, blocks.count());
    count(name + " dropped", shard.dropped());
    evidence.addSums(
        Sum.newBuilder()
            .setName(name)
            .addAllValues(
                List.of(blocks.meanX(), blocks.meanY(), blocks.xx(), blocks.yy(), blocks.xy())));
  }

  private void loss(String prefix, LossSums loss) {
    count(prefix + "clipped", loss.clipped());
    sum(prefix + "loss current", loss.current());
    sum(prefix + "loss candidate", loss.candidate());
    if (!loss.squares().equals(LossSums.Squares.NONE)) {
      sum(prefix + "squares current", loss.squares().current());
      sum(prefix + "squares candidate", loss.squares().candidate());
      sum(prefix + "products", loss.squares().products());
    }
    wealth(prefix + "better", loss.better());
    wealth(prefix + "worse", loss.worse());
    wealth(prefix + "futile", loss.futile());
  }

  private void count(String name, long value) {
    evidence.addCounts(Count.newBuilder().setName(name).setValue(value));
  }

  private void sum(String name, double value) {
    evidence.addSums(Sum.newBuilder().setName(name).addValues(value));
  }

  private void wealth(String name, Wealth wealth) {
    evidence.addSums(
        Sum.newBuilder().setName(name).addAllValues(Arrays.stream(wealth.sums()).boxed().toList()));
  }
}
