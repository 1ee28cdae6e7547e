package dev.understudy.collector.matching;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The predictions of one partition whose labels would tell most about the versions under test, at
 * most {@link #MOST} for each test: whoever finds no room is counted, and no more. Lives in memory
 * only, and decides nothing. Thread-safe.
 */
final class LabelQueue {
  /** Predictions of one test. */
  static final int MOST = 200;

  private final MatchCounts counts;
  private final Map<String, Lane> lanes = new HashMap<>();

  /**
   * A prediction whose label is wanted.
   *
   * @param worth how much the label can tell, above 0; larger is more
   * @param appendedMs when the prediction was logged
   * @param dueMs until when its label counts
   */
  record Wanted(String testId, String predictionId, double worth, long appendedMs, long dueMs) {
    /** Most telling first; of equals, who waits longest. */
    static final Comparator<Wanted> ORDER =
        Comparator.comparingDouble(Wanted::worth)
            .reversed()
            .thenComparingLong(Wanted::appendedMs)
            .thenComparing(Wanted::predictionId);
  }

  private record Lane(
      String project, String model, TreeSet<Wanted> inOrder, Map<String, Wanted> byId) {
    Lane(String project, String model) {
      this(project, model, new TreeSet<>(Wanted.ORDER), new HashMap<>());
    }

    void remove(String id) {
      Wanted before = byId.remove(id);
      if (before != null) {
        inOrder.remove(before);
      }
    }
  }

  LabelQueue(MatchCounts counts) {
    this.counts = counts;
  }

  synchronized void offer(String project, String model, Wanted wanted) {
    Lane lane = lanes.computeIfAbsent(wanted.testId(), any -> new Lane(project, model));
    if (wanted.equals(lane.byId().get(wanted.predictionId()))) {
      return;
    }
    lane.remove(wanted.predictionId());
    lane.byId().put(wanted.predictionId(), wanted);
    lane.inOrder().add(wanted);
    if (lane.inOrder().size() > MOST) {
      lane.remove(lane.inOrder().last().predictionId());
      counts.labelQueueFull();
    }
  }

  synchronized void remove(String testId, String predictionId) {
    Lane lane = lanes.get(testId);
    if (lane != null) {
      lane.remove(predictionId);
    }
  }

  synchronized void drop(String testId) {
    lanes.remove(testId);
  }

  /** Those of a model, most telling first, whose labels may still come at that time. */
  synchronized List<Wanted> first(String project, String model, long nowMs, int limit) {
    List<Wanted> all = new ArrayList<>();
    for (Lane lane : lanes.values()) {
      if (lane.project().equals(project) && lane.model().equals(model)) {
        lane.inOrder().stream().filter(one -> one.dueMs() > nowMs).limit(limit).forEach(all::add);
      }
    }
    return first(all, limit);
  }

  /** The most telling, each prediction once, however many tests want its label. */
  static List<Wanted> first(List<Wanted> wanted, int limit) {
    Set<String> seen = new HashSet<>();
    return wanted.stream()
        .sorted(Wanted.ORDER)
        .filter(one -> seen.add(one.predictionId()))
        .limit(limit)
        .toList();
  }
}
