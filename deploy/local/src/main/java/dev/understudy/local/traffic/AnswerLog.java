package dev.understudy.local.traffic;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Every answer that callers got: its id, for the books, and its time, for the gaps. Thread-safe.
 */
public final class AnswerLog {
  private final Set<String> ids = new HashSet<>();
  private long[] times = new long[1 << 14];
  private int size;

  /** Writes one down. */
  public synchronized void add(Answer answer) {
    ids.add(answer.predictionId());
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
    }
    times[size++] = answer.atNanos();
  }

  /** The ids so far. */
  public synchronized Set<String> ids() {
    return Set.copyOf(ids);
  }

  /**
   * The longest time without an answer between two moments, in milliseconds; without any answer,
   * all of it.
   *
   * @param fromNanos {@link System#nanoTime} of the first moment
   * @param toNanos likewise of the last
   */
  public synchronized double longestGapMs(long fromNanos, long toNanos) {
    long[] inside =
        Arrays.stream(times, 0, size)
            .filter(time -> time - fromNanos >= 0 && time - toNanos <= 0)
            .sorted()
            .toArray();
    long longest = 0;
    long before = fromNanos;
    for (long time : inside) {
      longest = Math.max(longest, time - before);
      before = time;
    }
    return Math.max(longest, toNanos - before) / 1e6;
  }
}
