package dev.understudy.collector.statistics;

import java.util.function.DoubleUnaryOperator;

/**
 * How many records it takes until so many {@link AucBlocks} are full, when they fill in several
 * shards apart.
 *
 * <p><b>Question.</b> A block of a positives and b negatives takes 1/p records at least of each
 * positive. What is added by the shards, each of which holds a block that is not full yet, and by
 * the class that happens to be late in it?
 *
 * <p><b>Formula.</b> Of n records in s shards each gets about a Poisson number of positives with
 * mean {@code np/s} and, independently, one of negatives with {@code n(1-p)/s}. The blocks of a
 * shard are the smaller of the two numbers of parts, so their mean is {@code Σ_j Pr(positives >=
 * ja) Pr(negatives >= jb)}. The records for so many blocks are found by bisection.
 *
 * <p><b>Assumptions.</b> Records fall into the shards by chance, and p stays. What is dropped while
 * it waits is left out; where a and b fit p that is next to nothing.
 *
 * <p><b>Source.</b> Our own. Checked against streams through the real blocks.
 *
 * <p><b>When it misleads.</b> When a and b do not fit p, so that one class waits in vain.
 *
 * @param prevalence p, the share of positives, in (0, 1)
 * @param shards s, from 1 on
 */
public record BlockFilling(AucBlocks.Size size, double prevalence, int shards) {
  /** From so many records in a shard on, what is not full matters less than a hundredth. */
  private static final double MANY = 1e7;

  private static final double NEGLIGIBLE = 1e-9;
  private static final double MOST_RECORDS = 1e15;
  private static final int HALVINGS = 200;
  private static final double DEVIATIONS = 12;

  public BlockFilling {
    if (!(prevalence > 0 && prevalence < 1)) {
      throw new IllegalArgumentException(
          "a prevalence of %s is not between 0 and 1".formatted(prevalence));
    }
    if (shards < 1) {
      throw new IllegalArgumentException("blocks in %d shards".formatted(shards));
    }
  }

  /** The mean number of full blocks after so many records. */
  public double blocks(double records) {
    double inShard = records / shards;
    double even =
        Math.min(
            inShard * prevalence / size.positives(), inShard * (1 - prevalence) / size.negatives());
    if (inShard > MANY) {
      return even * shards;
    }
    Tail positives = new Tail(inShard * prevalence);
    Tail negatives = new Tail(inShard * (1 - prevalence));
    double mean = 0;
    for (int j = 1; ; j++) {
      double full =
          positives.from((long) j * size.positives()) * negatives.from((long) j * size.negatives());
      if (full < NEGLIGIBLE) {
        return mean * shards;
      }
      mean += full;
    }
  }

  /** Records until so many blocks are full on average; infinite where those are. */
  public double records(double blocks) {
    return solved(blocks, this::blocks, blocks);
  }

  /**
   * Records of both arms of a split, each with shards of its own, until the difference of the arms
   * is as sure as with so many blocks divided like the traffic.
   *
   * @param share of the candidate
   * @param fewest blocks that each arm must have
   */
  public double records(double share, double blocks, double fewest) {
    double needed = blocks * share * (1 - share);
    return solved(
        needed,
        records -> {
          double ofCandidate = blocks(records * share);
          double ofCurrent = blocks(records * (1 - share));
          return Math.min(ofCandidate, ofCurrent) < fewest || ofCandidate + ofCurrent == 0
              ? 0
              : ofCandidate * ofCurrent / (ofCandidate + ofCurrent);
        },
        blocks);
  }

  private double solved(double needed, DoubleUnaryOperator reached, double blocks) {
    double low = 0;
    double high =
        blocks * Math.max(size.positives() / prevalence, size.negatives() / (1 - prevalence));
    while (high <= MOST_RECORDS && reached.applyAsDouble(high) < needed) {
      low = high;
      high *= 2;
    }
    if (!(high <= MOST_RECORDS)) {
      return Double.POSITIVE_INFINITY;
    }
    for (int i = 0; i < HALVINGS && high - low > 0.5; i++) {
      double middle = (low + high) / 2;
      if (reached.applyAsDouble(middle) < needed) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** The upper tail of a Poisson distribution, from its weights around the mode. */
  private static final class Tail {
    private final long first;

    /** Pr(X >= first + i). */
    private final double[] tail;

    Tail(double mean) {
      double width = DEVIATIONS * (1 + Math.sqrt(mean));
      first = (long) Math.max(0, Math.floor(mean - width));
      int mode = (int) ((long) Math.floor(mean) - first);
      tail = new double[(int) (mode + Math.ceil(width) + 1)];
      tail[mode] = 1;
      for (int i = mode + 1; i < tail.length; i++) {
        tail[i] = tail[i - 1] * mean / (first + i);
      }
      for (int i = mode - 1; i >= 0; i--) {
        tail[i] = tail[i + 1] * (first + i + 1) / mean;
      }
      for (int i = tail.length - 2; i >= 0; i--) {
        tail[i] += tail[i + 1];
      }
      double all = tail[0];
      for (int i = 0; i < tail.length; i++) {
        tail[i] /= all;
      }
    }

    double from(long number) {
      long place = number - first;
      if (place <= 0) {
        return 1;
      }
      return place < tail.length ? tail[(int) place] : 0;
    }
  }
}
