package dev.understudy.collector.statistics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The difference of two areas under the ROC curve, as a stream of independent small ones.
 *
 * <p><b>Question.</b> Does the candidate rank better, in a form that may be looked at at any time
 * and that partitions can compute apart?
 *
 * <p><b>Formula.</b> The next a positives and b negatives in the order of maturity form a block;
 * its value is AUC of candidate minus AUC of current over its a·b pairs, ties ½. The blocks' {@link
 * Moments} add over shards, and {@link AsympCs} bounds their mean.
 *
 * <p><b>Assumptions.</b> The order does not depend on scores; a and b were fixed before the test.
 *
 * <p><b>Source.</b> U-statistics (Hoeffding 1948) on disjoint blocks; the blocks are our own
 * choice. Variance compared with the full statistic: 0.95 at a prevalence of 10 % (8 x 72), 0.94 at
 * 1 % (4 x 128), 0.80 at 50 % with 8 x 8, so use 16 x 16 there.
 *
 * <p><b>When it misleads.</b> As AUC does: it is blind to calibration and to the threshold in use.
 * If the prevalence moves far from the planned one, the records of the commoner class wait in vain;
 * beyond the limit the oldest are dropped and counted.
 *
 * <p>Not thread-safe.
 */
public final class AucBlocks {
  /** Blocks' worth of one class that may wait for the other class. */
  private static final int WAITING_BLOCKS = 64;

  private final Size size;
  private final Deque<ScoredPair> positives;
  private final Deque<ScoredPair> negatives;
  private Moments blocks;
  private long dropped;

  /** How many records of each class form a block. */
  public record Size(int positives, int negatives) {
    private static final int LARGEST = 4_096;

    public Size {
      if (positives < 1 || negatives < 1 || positives > LARGEST || negatives > LARGEST) {
        throw new IllegalArgumentException(
            "a block of %d positives and %d negatives; 1 .. %d are possible"
                .formatted(positives, negatives, LARGEST));
      }
    }

    /** The size that suits a share of positives in (0, 1). */
    public static Size forPrevalence(double prevalence) {
      if (!(prevalence > 0 && prevalence < 1)) {
        throw new IllegalArgumentException(
            "a prevalence of %s is not between 0 and 1".formatted(prevalence));
      }
      return new Size(
          8, (int) Math.max(1, Math.min(128, Math.round(8 * (1 - prevalence) / prevalence))));
    }
  }

  /** All that must be kept to go on: what waits, and the blocks so far. */
  public record State(
      List<ScoredPair> positives, List<ScoredPair> negatives, Moments blocks, long dropped) {
    public static final State EMPTY = new State(List.of(), List.of(), Moments.EMPTY, 0);

    public State {
      positives = List.copyOf(positives);
      negatives = List.copyOf(negatives);
    }
  }

  public AucBlocks(Size size, State state) {
    this.size = size;
    this.positives = new ArrayDeque<>(state.positives());
    this.negatives = new ArrayDeque<>(state.negatives());
    this.blocks = state.blocks();
    this.dropped = state.dropped();
  }

  /** Takes one mature record; the value of the block that it completes, if it does. */
  public OptionalDouble add(boolean positive, ScoredPair scores) {
    Deque<ScoredPair> waiting = positive ? positives : negatives;
    waiting.add(scores);
    if (positives.size() >= size.positives() && negatives.size() >= size.negatives()) {
      double value = takeBlock();
      blocks = blocks.add(value);
      return OptionalDouble.of(value);
    }
    int limit = WAITING_BLOCKS * (positive ? size.positives() : size.negatives());
    if (waiting.size() > limit) {
      waiting.remove();
      dropped++;
    }
    return OptionalDouble.empty();
  }

  /** Moments of the blocks' values; their estimate is candidate minus current. */
  public Moments blocks() {
    return blocks;
  }

  /** A copy of what must be kept. */
  public State state() {
    return new State(List.copyOf(positives), List.copyOf(negatives), blocks, dropped);
  }

  private double takeBlock() {
    ScoredPair[] high = take(positives, size.positives());
    ScoredPair[] low = take(negatives, size.negatives());
    double ofCurrent = 0;
    double ofCandidate = 0;
    for (ScoredPair positive : high) {
      for (ScoredPair negative : low) {
        ofCurrent += wins(positive.current(), negative.current());
        ofCandidate += wins(positive.candidate(), negative.candidate());
      }
    }
    double pairs = (double) high.length * low.length;
    return ofCandidate / pairs - ofCurrent / pairs;
  }

  private static double wins(double positive, double negative) {
    if (positive == negative) {
      return 0.5;
    }
    return positive > negative ? 1 : 0;
  }

  private static ScoredPair[] take(Deque<ScoredPair> waiting, int count) {
    ScoredPair[] taken = new ScoredPair[count];
    for (int i = 0; i < count; i++) {
      taken[i] = waiting.remove();
    }
    return taken;
  }
}
