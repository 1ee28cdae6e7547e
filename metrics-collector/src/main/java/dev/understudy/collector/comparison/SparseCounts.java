package dev.understudy.collector.comparison;

import java.util.Arrays;

/**
 * Counts by a number from 0 on, most of which were never seen. Immutable; one more costs a copy of
 * sixteen counts and of the list of such chunks, whatever else is counted.
 */
public final class SparseCounts {
  private static final int CHUNK = 16;

  /** Nothing counted yet. */
  public static final SparseCounts EMPTY = new SparseCounts(new int[0], new long[0][], 0);

  /** Numbers of the chunks that are there, rising. */
  private final int[] chunks;

  private final long[][] counts;
  private final long total;

  /** Takes a number and its count. */
  @FunctionalInterface
  public interface Visitor {
    void visit(int number, long count);
  }

  private SparseCounts(int[] chunks, long[][] counts, long total) {
    this.chunks = chunks;
    this.counts = counts;
    this.total = total;
  }

  /** The sum of all counts. */
  public long total() {
    return total;
  }

  /** How often the number was counted. */
  public long of(int number) {
    int at = Arrays.binarySearch(chunks, number / CHUNK);
    return at < 0 ? 0 : counts[at][number % CHUNK];
  }

  /** With one more of the number. */
  public SparseCounts plus(int number) {
    return plus(number, 1);
  }

  /** With so many more of the number. */
  public SparseCounts plus(int number, long more) {
    if (number < 0 || more < 0) {
      throw new IllegalArgumentException("%d more of number %d".formatted(more, number));
    }
    int chunk = number / CHUNK;
    int at = Arrays.binarySearch(chunks, chunk);
    if (at >= 0) {
      long[][] changed = counts.clone();
      long[] own = counts[at].clone();
      own[number % CHUNK] += more;
      changed[at] = own;
      return new SparseCounts(chunks, changed, total + more);
    }
    int to = -at - 1;
    int[] longer = new int[chunks.length + 1];
    long[][] changed = new long[chunks.length + 1][];
    System.arraycopy(chunks, 0, longer, 0, to);
    System.arraycopy(counts, 0, changed, 0, to);
    longer[to] = chunk;
    changed[to] = new long[CHUNK];
    changed[to][number % CHUNK] = more;
    System.arraycopy(chunks, to, longer, to + 1, chunks.length - to);
    System.arraycopy(counts, to, changed, to + 1, chunks.length - to);
    return new SparseCounts(longer, changed, total + more);
  }

  /** Both sets of counts together. */
  public SparseCounts merge(SparseCounts other) {
    if (other.total == 0) {
      return this;
    }
    if (total == 0) {
      return other;
    }
    SparseCounts[] both = {this};
    other.forEach((number, count) -> both[0] = both[0].plus(number, count));
    return both[0];
  }

  /** Shows every count above 0, by rising number. */
  public void forEach(Visitor visitor) {
    for (int chunk = 0; chunk < chunks.length; chunk++) {
      for (int i = 0; i < CHUNK; i++) {
        if (counts[chunk][i] > 0) {
          visitor.visit(chunks[chunk] * CHUNK + i, counts[chunk][i]);
        }
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SparseCounts that
        && total == that.total
        && Arrays.equals(chunks, that.chunks)
        && Arrays.deepEquals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(chunks) + Arrays.deepHashCode(counts);
  }

  @Override
  public String toString() {
    StringBuilder all = new StringBuilder("{");
    forEach((number, count) -> all.append(number).append('=').append(count).append(' '));
    return all.append('}').toString();
  }
}
