package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.BreakerRule;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.WatchRule;
import dev.understudy.collector.state.v1.MemoryState;
import dev.understudy.collector.state.v1.RestartState;
import dev.understudy.collector.state.v1.WindowState;
import dev.understudy.collector.statistics.RestartSums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the judge of one test remembers from one second to the next, because the cumulative tally
 * does not say it: when things happened. Follows from the tallies of the seconds before and nothing
 * else, so whoever judges the same log remembers the same. At most 360 windows and, of a watch,
 * sixteen sums per line. Immutable.
 *
 * @param windows of the breaker in the last hour, those with anything in them, by number
 * @param slots of a watch: those that have begun after the first
 * @param restarts of a watch, per line in the order of {@link WatchLines}; empty before the second
 *     slot
 */
public record Memory(SortedMap<Long, ErrorWindow> windows, int slots, List<RestartSums> restarts) {
  /** Of a test that was never judged. */
  public static final Memory NONE = new Memory(new TreeMap<>(), 0, List.of());

  public Memory {
    windows = Collections.unmodifiableSortedMap(windows);
    restarts = List.copyOf(restarts);
  }

  /** With one more window that is over, or more of it; those of an hour before are forgotten. */
  public Memory with(ErrorWindow window) {
    TreeMap<Long, ErrorWindow> next =
        new TreeMap<>(windows.tailMap(window.number() - BreakerRule.WINDOWS + 1));
    next.merge(window.number(), window, ErrorWindow::plus);
    return new Memory(next, slots, restarts);
  }

  /** After a second was judged: where a slot ended with it, the next begins. */
  public Memory after(TestPlan plan, Tally tally, Stand stand) {
    WatchRule watch = plan.watch().orElse(null);
    if (watch == null) {
      return this;
    }
    int now = slot(plan, watch, stand);
    if (now <= slots || now >= watch.slots()) {
      return this;
    }
    List<RestartSums> next = new ArrayList<>();
    List<WatchLines.Line> lines = WatchLines.of(plan, tally);
    for (int i = 0; i < lines.size(); i++) {
      RestartSums sums = restarts.isEmpty() ? RestartSums.NONE : restarts.get(i);
      // One start for each slot: several begin at once where the log begins after the test.
      for (int slot = slots; slot < now; slot++) {
        sums = sums.begin(lines.get(i).wealth());
      }
      next.add(sums);
    }
    return new Memory(windows, now, next);
  }

  /**
   * How many slots are over: of what was appended in them, all is mature.
   *
   * @return the number of the open slot, from 0; at least {@code watch.slots()} after the last
   */
  static int slot(TestPlan plan, WatchRule watch, Stand stand) {
    long matureMs = stand.elapsedMs() - plan.maturesAfterMs();
    return matureMs < 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, matureMs / watch.slotMs());
  }

  /** The stored form. */
  public MemoryState write() {
    MemoryState.Builder state = MemoryState.newBuilder().setSlots(slots);
    for (ErrorWindow window : windows.values()) {
      state.addWindows(
          WindowState.newBuilder()
              .setNumber(window.number())
              .setErrors(window.errors())
              .setRequests(window.requests()));
    }
    for (RestartSums sums : restarts) {
      state.addRestarts(
          RestartState.newBuilder().addAllSums(Arrays.stream(sums.logs()).boxed().toList()));
    }
    return state.build();
  }

  /** What a stored form says. */
  public static Memory read(MemoryState state) {
    if (state.equals(MemoryState.getDefaultInstance())) {
      return NONE;
    }
    TreeMap<Long, ErrorWindow> windows = new TreeMap<>();
    for (WindowState window : state.getWindowsList()) {
      windows.put(
          window.getNumber(),
          new ErrorWindow(window.getNumber(), window.getErrors(), window.getRequests()));
    }
    return new Memory(
        windows,
        state.getSlots(),
        state.getRestartsList().stream()
            .map(one -> RestartSums.of(one.getSumsList().stream().mapToDouble(s -> s).toArray()))
            .toList());
  }
}
