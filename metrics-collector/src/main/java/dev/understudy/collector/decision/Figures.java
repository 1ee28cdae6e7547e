package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.ArmTally;
import dev.understudy.collector.comparison.LabelCounts;
import dev.understudy.collector.comparison.LossSums;
import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.PairedCounts;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.Sum;
import java.util.Arrays;

/** The integers and sums behind an evaluation, by name, so that anyone can compute it again. */
final class Figures {
  private final Evidence.Builder evidence;

  private Figures(Evidence.Builder evidence) {
    this.evidence = evidence;
  }

  static void addTo(Evidence.Builder evidence, TestPlan plan, Tally tally) {
    Figures figures = new Figures(evidence);
    tally.pairs().forEach((epoch, pairs) -> figures.pairs("epoch %d ".formatted(epoch), pairs));
    tally
        .arms()
        .forEach(
            (stratum, arms) ->
                figures.arms(
                    "epoch %d share %s ".formatted(stratum.epoch(), stratum.share()), arms));
    figures.count("refused", tally.refused());
    if (plan.sums()) {
      tally
          .pairs()
          .forEach((epoch, pairs) -> figures.loss("epoch %d ".formatted(epoch), pairs.loss()));
      tally
          .arms()
          .forEach(
              (stratum, arms) ->
                  figures.loss(
                      "epoch %d share %s ".formatted(stratum.epoch(), stratum.share()),
                      arms.loss()));
    }
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
    table(prefix + "right ", pairs.right());
    table(prefix + "errors ", pairs.errors());
    table(prefix + "slow ", pairs.slow());
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
    count(prefix + "errors", arm.errors());
    count(prefix + "slow", arm.slow());
    labels(prefix, arm.labels());
  }

  private void labels(String prefix, LabelCounts labels) {
    if (!labels.equals(LabelCounts.EMPTY)) {
      count(prefix + "no label drawn", labels.undrawn());
      count(prefix + "outside", labels.outside());
      sum(prefix + "label surplus", labels.surplus());
      sum(prefix + "label surplus needed", labels.surplusNeeded());
    }
  }

  private void loss(String prefix, LossSums loss) {
    count(prefix + "clipped", loss.clipped());
    sum(prefix + "loss current", loss.current());
    sum(prefix + "loss candidate", loss.candidate());
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
