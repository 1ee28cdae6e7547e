package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.AucShard;
import dev.understudy.collector.comparison.AucTally;
import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.AsympCs.BurnIn;
import dev.understudy.collector.statistics.BiMoments;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.contracts.v1.RouteMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Evidence about AUC, from the areas of independent blocks: the mean of the differences in shadow,
 * the difference of the arms' means in a split.
 */
final class BlockEvidence {
  private BlockEvidence() {}

  static PrimaryEvidence of(TestPlan plan, Tally tally) {
    return plan.mode() == RouteMode.SHADOW ? paired(plan, tally.allPairs()) : split(plan, tally);
  }

  private static PrimaryEvidence paired(TestPlan plan, PairTally pairs) {
    AucShard all = auc(pairs.kpi()).first();
    BiMoments blocks = all.blocks();
    return new AsymptoticEvidence(
            pairs.labelled(), pairs.labelled(), blocks.meanX(), blocks.meanY())
        .of(
            plan,
            all.differences().estimate(),
            List.of(),
            waitsFor(plan, blocks.count(), all.dropped()));
  }

  private static PrimaryEvidence split(TestPlan plan, Tally tally) {
    List<Estimate> strata = new ArrayList<>();
    BiMoments current = BiMoments.EMPTY;
    BiMoments candidate = BiMoments.EMPTY;
    long units = 0;
    long unitsOfCandidate = 0;
    long dropped = 0;
    for (SplitTally arms : tally.arms().values()) {
      AucTally auc = auc(arms.kpi());
      BiMoments ofCurrent = auc.first().blocks();
      BiMoments ofCandidate = auc.second().blocks();
      if (enough(Math.min(ofCurrent.count(), ofCandidate.count()))) {
        strata.add(Estimate.difference(ofCandidate.y().estimate(), ofCurrent.y().estimate()));
      }
      current = current.merge(ofCurrent);
      candidate = candidate.merge(ofCandidate);
      dropped += auc.first().dropped() + auc.second().dropped();
      units += arms.current().labelled() + arms.candidate().labelled();
      unitsOfCandidate += arms.candidate().labelled();
    }
    String waitsFor = waitsFor(plan, Math.min(current.count(), candidate.count()), dropped);
    return new AsymptoticEvidence(units, unitsOfCandidate, current.meanY(), candidate.meanY())
        .of(
            plan,
            Estimate.stratified(strata),
            List.of(),
            strata.isEmpty() && waitsFor.isEmpty()
                ? "no share of the traffic has had enough requests of its own yet"
                : waitsFor);
  }

  private static boolean enough(long blocks) {
    return BurnIn.OF_BLOCKS.isOver(blocks, 0);
  }

  private static String waitsFor(TestPlan plan, long blocks, long dropped) {
    if (enough(blocks)) {
      return "";
    }
    return "AUC needs %d groups of %d positive and %d other outcomes%s; there are %d%s"
        .formatted(
            BurnIn.OF_BLOCKS.units(),
            plan.blockPositives(),
            plan.blockNegatives(),
            plan.mode() == RouteMode.SHADOW ? "" : " for each version",
            blocks,
            dropped == 0
                ? ""
                : ", and %d outcomes waited in vain for their counterpart".formatted(dropped));
  }

  private static AucTally auc(Object kpi) {
    return kpi instanceof AucTally auc ? auc : AucTally.EMPTY;
  }
}
