package dev.understudy.simulation;

import dev.understudy.collector.statistics.AsympCs;
import dev.understudy.collector.statistics.AsympCs.BurnIn;
import dev.understudy.collector.statistics.AucBlocks;
import dev.understudy.collector.statistics.ConfusionCube;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.collector.statistics.Moments;
import dev.understudy.collector.statistics.RatioMetric;
import dev.understudy.collector.statistics.ScoredPair;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Welch;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * KPIs without a bounded contrast, by {@link AsympCs}: F1 (s18), AUC by blocks (s9) and revenue
 * (s4). The statistics classes are driven directly.
 */
final class AsymptoticScenarios {
  private static final AsympCs OF_UNITS = new AsympCs(Rollouts.ALPHA, 5_000);
  private static final AsympCs OF_BLOCKS = new AsympCs(Rollouts.ALPHA, 250);
  private static final int UNKNOWN = Measure.FEWEST_REFERENCE_RUNS;

  private AsymptoticScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
            "f1-equal",
            "s18",
            F1 + "; recall 0.70 in both, 20,000 pairs",
            f1(false),
            Measure.falsePromotions(0.040, UNKNOWN)),
        Scenario.inferred(
            "f1-better",
            "s18",
            F1 + "; recall 0.70 against 0.75, 20,000 pairs",
            f1(true),
            Measure.medianSamples(6_885),
            new Measure.Share("proven", Ending.Kind.CLAIMED, 0.97, UNKNOWN)),
        Scenario.inferred(
            "auc-equal-10-percent-positive",
            "s9",
            AUC + "; equal versions, 40,000 pairs",
            auc(0.1, false, 40_000),
            Measure.falsePromotions(0.017, UNKNOWN)),
        Scenario.inferred(
            "auc-equal-50-percent-positive",
            "s9",
            AUC + "; equal versions, 20,000 pairs",
            auc(0.5, false, 20_000),
            Measure.falsePromotions(0.027, UNKNOWN)),
        Scenario.inferred(
            "auc-equal-1-percent-positive",
            "s9",
            AUC + "; equal versions, 200,000 pairs",
            auc(0.01, false, 200_000),
            Measure.falsePromotions(0.010, UNKNOWN)),
        Scenario.inferred(
            "auc-better",
            "s9",
            AUC + "; 0.028 more in the candidate, 10 % positive",
            auc(0.1, true, 40_000),
            Measure.medianSamples(3_760)),
        Scenario.inferred(
            "revenue-equal",
            "s4",
            "5 % of the requests earn a log-normal amount, LN(3, 1), in both arms; 40,000 requests, our"
                + " choice",
            revenue(),
            Measure.falsePromotions(0.020, UNKNOWN)));
  }

  private static final String F1 =
      "10 % positive, 2 % of the negatives are taken for positive, scores of the two correlate at"
          + " 0.75; the last two are our choice, near the reference's median";
  private static final String AUC =
      "normal scores, AUC 0.75, those of the two correlate at 0.8; both our choice, near the"
          + " reference's median";

  /** The claim that an estimate is above 0, from the burn-in on. */
  private abstract static class Above0 implements Claim {
    private final AsympCs sequence;

    Above0(AsympCs sequence) {
      this.sequence = sequence;
    }

    abstract boolean burnInIsOver();

    abstract Estimate estimate();

    @Override
    public double logE() {
      return burnInIsOver() ? sequence.logE(estimate(), 0, Side.GREATER) : Double.NEGATIVE_INFINITY;
    }
  }

  private static Scenario.Run follow(Supplier<Claim> claim, long units) {
    return random -> claim.get().follow(random, Rollouts.ALPHA, units);
  }

  private static Scenario.Run f1(boolean better) {
    return follow(() -> new F1Claim(better), 20_000);
  }

  private static final class F1Claim extends Above0 {
    private static final double CORRELATION = 0.75;

    /** What 2 % of standard normal scores exceed. */
    private static final double FALSE_ALARMS = 2.053748910631823;

    /** What 70 % of them exceed. */
    private static final double RECALL_70 = -0.5244005127080407;

    /** What 75 % of them exceed. */
    private static final double RECALL_75 = -0.6744897501960817;

    private final double thresholdOfCandidate;
    private ConfusionCube cube = ConfusionCube.EMPTY;
    private long records;
    private long positives;

    F1Claim(boolean better) {
      super(OF_UNITS);
      this.thresholdOfCandidate = better ? RECALL_75 : RECALL_70;
    }

    @Override
    public boolean next(SplittableRandom units) {
      boolean positive = units.nextDouble() < 0.1;
      double shared = Math.sqrt(CORRELATION) * units.nextGaussian();
      double own = Math.sqrt(1 - CORRELATION);
      double ofCurrent = shared + own * units.nextGaussian();
      double ofCandidate = shared + own * units.nextGaussian();
      int current = ofCurrent > (positive ? RECALL_70 : FALSE_ALARMS) ? 1 : 0;
      int candidate = ofCandidate > (positive ? thresholdOfCandidate : FALSE_ALARMS) ? 1 : 0;
      int label = positive ? 1 : 0;
      cube =
          cube.merge(
              new ConfusionCube(Map.of(new ConfusionCube.Cell(label, current, candidate), 1L)));
      records++;
      positives += label;
      // Where both agree the difference hardly moves; any choice of looks is valid.
      return candidate == label && current != label;
    }

    @Override
    boolean burnInIsOver() {
      return BurnIn.OF_UNITS.isOver(records, Math.min(positives, records - positives));
    }

    @Override
    Estimate estimate() {
      return cube.difference(RatioMetric.f1(1));
    }
  }

  private static Scenario.Run auc(double prevalence, boolean better, long pairs) {
    return follow(() -> new AucClaim(prevalence, better), pairs);
  }

  private static final class AucClaim extends Above0 {
    private static final double CORRELATION = 0.8;

    /** By how much normal scores of positives are higher at an AUC of 0.75. */
    private static final double SHIFT_750 = Math.sqrt(2) * 0.6744897501960817;

    /** The same at 0.778. */
    private static final double SHIFT_778 = Math.sqrt(2) * 0.7654560966908779;

    private final double prevalence;
    private final double shiftOfCandidate;
    private final AucBlocks blocks;

    AucClaim(double prevalence, boolean better) {
      super(OF_BLOCKS);
      this.prevalence = prevalence;
      this.shiftOfCandidate = better ? SHIFT_778 : SHIFT_750;
      this.blocks = new AucBlocks(AucBlocks.Size.forPrevalence(prevalence), AucBlocks.State.EMPTY);
    }

    @Override
    public boolean next(SplittableRandom units) {
      boolean positive = units.nextDouble() < prevalence;
      double shared = Math.sqrt(CORRELATION) * units.nextGaussian();
      double own = Math.sqrt(1 - CORRELATION);
      double current = shared + own * units.nextGaussian() + (positive ? SHIFT_750 : 0);
      double candidate = shared + own * units.nextGaussian() + (positive ? shiftOfCandidate : 0);
      return blocks.add(positive, new ScoredPair(current, candidate)).isPresent();
    }

    @Override
    boolean burnInIsOver() {
      return BurnIn.OF_BLOCKS.isOver(blocks.blocks().count(), 0);
    }

    @Override
    Estimate estimate() {
      return blocks.blocks().estimate();
    }
  }

  private static Scenario.Run revenue() {
    return follow(RevenueClaim::new, 40_000);
  }

  private static final class RevenueClaim extends Above0 {
    private final Moments[] arms = {Moments.EMPTY, Moments.EMPTY};
    private final long[] buyers = new long[2];

    RevenueClaim() {
      super(OF_UNITS);
    }

    @Override
    public boolean next(SplittableRandom units) {
      int arm = units.nextDouble() < 0.5 ? 1 : 0;
      boolean buys = units.nextDouble() < 0.05;
      double amount = buys ? Math.exp(3 + units.nextGaussian()) : 0;
      arms[arm] = arms[arm].add(amount);
      buyers[arm] += buys ? 1 : 0;
      return true;
    }

    @Override
    boolean burnInIsOver() {
      return BurnIn.OF_UNITS.isOver(
          Math.min(arms[0].count(), arms[1].count()), Math.min(buyers[0], buyers[1]));
    }

    @Override
    Estimate estimate() {
      return Welch.of(arms[0], arms[1]).difference();
    }
  }
}
