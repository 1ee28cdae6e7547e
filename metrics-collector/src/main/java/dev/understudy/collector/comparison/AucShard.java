package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.AucBlocks;
import dev.understudy.collector.statistics.BiMoments;
import dev.understudy.collector.statistics.Moments;
import dev.understudy.collector.statistics.ScoredPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What waits in one shard for its block to be full, and the areas of the blocks so far: x of
 * current, y of the candidate; in a split both are of the arm's own version. Immutable.
 */
public final class AucShard {
  /** Blocks' worth of one class that may wait for the other. */
  private static final int WAITING_BLOCKS = 4;

  private static final int SCORES = 2;

  /** Nothing counted yet. */
  public static final AucShard EMPTY =
      new AucShard(new double[0], new double[0], BiMoments.EMPTY, 0);

  private final double[] positives;
  private final double[] negatives;
  private final BiMoments blocks;
  private final long dropped;

  private AucShard(double[] positives, double[] negatives, BiMoments blocks, long dropped) {
    this.positives = positives;
    this.negatives = negatives;
    this.blocks = blocks;
    this.dropped = dropped;
  }

  /** A kept shard; scores are those of current and candidate in turn. */
  static AucShard of(double[] positives, double[] negatives, BiMoments blocks, long dropped) {
    if (positives.length % SCORES != 0 || negatives.length % SCORES != 0) {
      throw new IllegalArgumentException("a waiting record lacks a score");
    }
    return new AucShard(positives.clone(), negatives.clone(), blocks, dropped);
  }

  double[] positives() {
    return positives.clone();
  }

  double[] negatives() {
    return negatives.clone();
  }

  /** The areas of the blocks: x of current, y of the candidate. */
  public BiMoments blocks() {
    return blocks;
  }

  /** The areas' differences, candidate minus current. */
  public Moments differences() {
    return new Moments(
        blocks.count(),
        blocks.meanY() - blocks.meanX(),
        Math.max(0, blocks.xx() + blocks.yy() - 2 * blocks.xy()));
  }

  /** Records that waited in vain because the other class is rarer than planned. */
  public long dropped() {
    return dropped;
  }

  AucShard plus(TestPlan plan, boolean positive, double current, double candidate) {
    int ofHigh = SCORES * plan.blockPositives();
    int ofLow = SCORES * plan.blockNegatives();
    double[] waiting = positive ? positives : negatives;
    int most = WAITING_BLOCKS * (positive ? ofHigh : ofLow);
    // More of a class that waits already fill no block: the oldest makes room.
    boolean full = waiting.length >= most;
    double[] more = appended(waiting, full ? SCORES : 0, current, candidate);
    double[] high = positive ? more : positives;
    double[] low = positive ? negatives : more;
    if (full || high.length < ofHigh || low.length < ofLow) {
      return new AucShard(high, low, blocks, dropped + (full ? 1 : 0));
    }
    AucBlocks.Size size = new AucBlocks.Size(plan.blockPositives(), plan.blockNegatives());
    return new AucShard(
        Arrays.copyOfRange(high, ofHigh, high.length),
        Arrays.copyOfRange(low, ofLow, low.length),
        blocks.add(area(size, high, low, 0), area(size, high, low, 1)),
        dropped);
  }

  /** Without the first so many, and with one record more. */
  private static double[] appended(
      double[] waiting, int without, double current, double candidate) {
    int kept = waiting.length - without;
    double[] changed = new double[kept + SCORES];
    System.arraycopy(waiting, without, changed, 0, kept);
    changed[kept] = current;
    changed[kept + 1] = candidate;
    return changed;
  }

  /** The area of one version in the first block: the difference to a version that ties all. */
  private static double area(AucBlocks.Size size, double[] high, double[] low, int version) {
    List<ScoredPair> positives = scores(high, size.positives(), version);
    ScoredPair last = positives.removeLast();
    AucBlocks block =
        new AucBlocks(
            size,
            new AucBlocks.State(
                positives, scores(low, size.negatives(), version), Moments.EMPTY, 0));
    return 0.5 + block.add(true, last).orElseThrow();
  }

  private static List<ScoredPair> scores(double[] waiting, int count, int version) {
    List<ScoredPair> scores = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      scores.add(new ScoredPair(0, waiting[SCORES * i + version]));
    }
    return scores;
  }

  /**
   * Both together. What waits in two places forms no block; it goes on waiting only where it is
   * alone.
   */
  AucShard merge(AucShard other) {
    if (this == EMPTY) {
      return other;
    }
    if (other == EMPTY) {
      return this;
    }
    return new AucShard(
        EMPTY.positives, EMPTY.negatives, blocks.merge(other.blocks), dropped + other.dropped);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AucShard that
        && Arrays.equals(positives, that.positives)
        && Arrays.equals(negatives, that.negatives)
        && blocks.equals(that.blocks)
        && dropped == that.dropped;
  }

  @Override
  public int hashCode() {
    return 31 * blocks.hashCode() + Arrays.hashCode(positives) + Arrays.hashCode(negatives);
  }

  @Override
  public String toString() {
    return "AucShard[blocks=%s, dropped=%d]".formatted(blocks, dropped);
  }
}
