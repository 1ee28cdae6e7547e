package dev.understudy.simulation;

import dev.understudy.collector.comparison.AucTally;
import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.statistics.AucBlocks;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.List;
import java.util.SplittableRandom;

/**
 * AUC by blocks (s9). The reference has a single stream of blocks; what serves has 48, so that any
 * number of partitions finds the same ones, and the last block of each is not full.
 */
final class AucScenarios {
  private static final int UNKNOWN = Measure.FEWEST_REFERENCE_RUNS;

  /** Pairs to a block at a prevalence of 10 %. */
  private static final int BLOCK = 80;

  /**
   * Blocks that all shards together have not filled, on average: of 8 positives each lacks 1 to 8.
   */
  private static final int HELD_BACK = AucTally.SHARDS * 7 / 16;

  private AucScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
            "auc-equal-10-percent-positive",
            "s9",
            AUC + "; equal versions, 40,000 pairs",
            paired(0.1, SHIFT_750, 40_000, 1),
            Measure.falsePromotions(0.017, UNKNOWN)),
        Scenario.inferred(
            "auc-equal-50-percent-positive",
            "s9",
            AUC + "; equal versions, 20,000 pairs",
            paired(0.5, SHIFT_750, 20_000, 1),
            Measure.falsePromotions(0.027, UNKNOWN)),
        Scenario.inferred(
            "auc-equal-1-percent-positive",
            "s9",
            AUC + "; equal versions, 200,000 pairs",
            paired(0.01, SHIFT_750, 200_000, 1),
            Measure.falsePromotions(0.010, UNKNOWN)),
        Scenario.inferred(
            "auc-better",
            "s9",
            AUC + "; 0.028 more in the candidate, 10 % positive",
            paired(0.1, SHIFT_778, 40_000, 1),
            Measure.medianSamples(3_760)),
        Scenario.ours(
            "auc-equal-in-48-shards",
            "auc",
            "as auc-equal-10-percent-positive, in as many streams as serve",
            paired(0.1, SHIFT_750, 40_000, AucTally.SHARDS),
            Measure.noFalsePromotions()),
        Scenario.ours(
            "auc-better-in-48-shards",
            "auc",
            "as auc-better, in as many streams as serve; each holds 3.5 of 8 positives back on average, so"
                + " the reference is that of one stream and 21 blocks of 80 pairs more",
            paired(0.1, SHIFT_778, 40_000, AucTally.SHARDS),
            Measure.medianSamples(3_760 + HELD_BACK * BLOCK)),
        Scenario.ours(
            "auc-in-a-split-equal",
            "auc",
            "the scores of auc-equal-10-percent-positive, each request scored by one of two arms of a"
                + " half each, in as many streams as serve; 40,000 requests",
            split(),
            Measure.noFalsePromotions()));
  }

  private static final String AUC =
      "normal scores, AUC 0.75, those of the two correlate at 0.8; both our choice, near the"
          + " reference's median";
  private static final double CORRELATION = 0.8;

  /** By how much normal scores of positives are higher at an AUC of 0.75. */
  private static final double SHIFT_750 = Math.sqrt(2) * 0.6744897501960817;

  /** The same at 0.778. */
  private static final double SHIFT_778 = Math.sqrt(2) * 0.7654560966908779;

  private static Kpi.Builder kpi(AucBlocks.Size size) {
    return Plans.kpi(KpiKind.AUC)
        .setBlockPositives(size.positives())
        .setBlockNegatives(size.negatives());
  }

  private static Scenario.Run paired(
      double prevalence, double shiftOfCandidate, long pairs, int shards) {
    AucBlocks.Size size = AucBlocks.Size.forPrevalence(prevalence);
    return blocks(
        Plans.shadow(kpi(size)),
        size,
        shards,
        pairs,
        random -> {
          boolean positive = random.nextDouble() < prevalence;
          double shared = Math.sqrt(CORRELATION) * random.nextGaussian();
          double own = Math.sqrt(1 - CORRELATION);
          double current = shared + own * random.nextGaussian() + (positive ? SHIFT_750 : 0);
          double candidate =
              shared + own * random.nextGaussian() + (positive ? shiftOfCandidate : 0);
          int shard = shard(random, shards);
          return new Sample(
              Units.probabilities(probability(current), probability(candidate), positive, shard),
              positive,
              shard);
        });
  }

  private static Scenario.Run split() {
    double prevalence = 0.1;
    double share = 0.5;
    AucBlocks.Size size = AucBlocks.Size.forPrevalence(prevalence);
    return blocks(
        Plans.split(kpi(size), share),
        size,
        2 * AucTally.SHARDS,
        40_000,
        random -> {
          boolean toCandidate = random.nextDouble() < share;
          boolean positive = random.nextDouble() < prevalence;
          double score = random.nextGaussian() + (positive ? SHIFT_750 : 0);
          int shard = shard(random, AucTally.SHARDS);
          return new Sample(
              Units.assigned(share, toCandidate, probability(score), positive, shard),
              positive,
              toCandidate ? AucTally.SHARDS + shard : shard);
        });
  }

  /** Looked at when a block is full: until then nothing changes. */
  private static Scenario.Run blocks(
      TestDefinition.Builder test, AucBlocks.Size size, int streams, long samples, Samples source) {
    return Judged.better(
        Plans.frozen(test),
        samples,
        () -> {
          Waiting waiting = new Waiting(size, streams);
          return (random, unit, tallied) -> {
            Sample sample = source.next(random);
            tallied.plus(sample.unit());
            return waiting.fills(sample.stream(), sample.positive()) ? Double.POSITIVE_INFINITY : 0;
          };
        });
  }

  /** A pair, or a request of one arm, and the stream whose next block it is for. */
  private record Sample(JudgedUnit unit, boolean positive, int stream) {}

  /** Where they come from. */
  @FunctionalInterface
  private interface Samples {
    Sample next(SplittableRandom random);
  }

  private static int shard(SplittableRandom random, int shards) {
    return shards == 1 ? 0 : random.nextInt(shards);
  }

  /** In the same order as the scores. */
  private static double probability(double score) {
    return 1 / (1 + Math.exp(-score));
  }

  /** How much of a block each stream has. */
  private static final class Waiting {
    private final AucBlocks.Size size;
    private final int[] positives;
    private final int[] negatives;

    Waiting(AucBlocks.Size size, int streams) {
      this.size = size;
      this.positives = new int[streams];
      this.negatives = new int[streams];
    }

    boolean fills(int stream, boolean positive) {
      (positive ? positives : negatives)[stream]++;
      if (positives[stream] < size.positives() || negatives[stream] < size.negatives()) {
        return false;
      }
      positives[stream] -= size.positives();
      negatives[stream] -= size.negatives();
      return true;
    }
  }
}
