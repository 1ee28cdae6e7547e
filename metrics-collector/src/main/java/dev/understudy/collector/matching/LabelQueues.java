package dev.understudy.collector.matching;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The {@link LabelQueue}s of the partitions that this collector has. Thread-safe. */
final class LabelQueues {
  private final ConcurrentHashMap<Integer, LabelQueue> queues = new ConcurrentHashMap<>();

  /** A new queue for a partition that was taken over. */
  LabelQueue open(int partition, MatchCounts counts) {
    LabelQueue fresh = new LabelQueue(counts);
    queues.put(partition, fresh);
    return fresh;
  }

  void close(int partition) {
    queues.remove(partition);
  }

  SortedSet<Integer> partitions() {
    return new TreeSet<>(queues.keySet());
  }

  /** Those of a model over all partitions, most telling first. */
  List<LabelQueue.Wanted> first(String project, String model, long nowMs, int limit) {
    List<LabelQueue.Wanted> all = new ArrayList<>();
    queues.values().forEach(queue -> all.addAll(queue.first(project, model, nowMs, limit)));
    return LabelQueue.first(all, limit);
  }
}
