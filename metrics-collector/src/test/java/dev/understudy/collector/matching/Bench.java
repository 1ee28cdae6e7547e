package dev.understudy.collector.matching;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.state.v1.PartitionReport;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** A whole collector without Kafka: matchers per partition, and the judge behind them. */
final class Bench implements KnownTests {
  static final Keep KEEP = new Keep(60_000, 60_000, 3_600_000);

  final Counted counts = new Counted();
  final List<RolloutEvaluated> evaluations = new ArrayList<>();
  final List<Deque<PartitionReport>> undelivered = new ArrayList<>();
  final List<PartitionMatcher.Tables> tables = new ArrayList<>();
  private final Keep keep;
  private final TreeMap<String, KnownPlan> known = new TreeMap<>();
  private final Set<String> ended = new HashSet<>();
  private final List<PartitionMatcher> matchers = new ArrayList<>();
  private final TreeTable reports = new TreeTable();
  private final TreeTable judged = new TreeTable();
  final TreeTable units = new TreeTable();
  private Summing summing;

  Bench(int partitions) {
    this(partitions, KEEP);
  }

  Bench(int partitions, Keep keep) {
    this.keep = keep;
    for (int i = 0; i < partitions; i++) {
      tables.add(new PartitionMatcher.Tables(new TreeTable(), new TreeTable(), new TreeTable()));
      undelivered.add(new ArrayDeque<>());
      matchers.add(null);
      restartMatcher(i);
    }
    restartJudge();
  }

  /** What a killed process leaves: the tables and nothing in memory. */
  void restartMatcher(int partition) {
    matchers.set(
        partition,
        new PartitionMatcher(
            partition,
            tables.get(partition),
            keep,
            this,
            counts,
            report -> undelivered.get(partition).add(report)));
  }

  void restartJudge() {
    summing =
        new Summing(
            tables.size(),
            new Summing.Tables(reports, judged, units),
            this,
            new Summing.Output() {
              @Override
              public void evaluated(RolloutEvaluated evaluation) {
                evaluations.add(evaluation);
              }

              @Override
              public void ended(String testId) {
                ended.add(testId);
              }
            });
  }

  void define(TestDefinition.Builder test, long beginMs) {
    known.put(test.getTestId(), new KnownPlan(Plans.plan(test), beginMs));
  }

  /** As if the judge had spoken its last word. */
  void end(String testId) {
    ended.add(testId);
  }

  void feed(int partition, Events.Entry entry) {
    PartitionMatcher matcher = matchers.get(partition);
    if (entry.ofPredictions()) {
      matcher.prediction(entry.key(), entry.value(), entry.appendedMs());
    } else {
      matcher.outcome(entry.key(), entry.value(), entry.appendedMs());
    }
  }

  boolean advance(int partition, int budget) {
    return matchers.get(partition).advance(budget);
  }

  /** Hands the oldest undelivered report of the partition to the judge. */
  boolean deliver(int partition, int budget) {
    PartitionReport report = undelivered.get(partition).poll();
    if (report != null) {
      summing.accept(report, budget);
    }
    summing.resume(budget);
    return report != null;
  }

  /** Does all that is left to do. */
  void settle() {
    for (int i = 0; i < matchers.size(); i++) {
      while (advance(i, 1_000)) {
        deliver(i, 1_000);
      }
    }
    for (int i = 0; i < matchers.size(); i++) {
      while (deliver(i, 1_000)) {
        summing.resume(1_000);
      }
    }
    int before;
    do {
      before = evaluations.size();
      summing.resume(1_000);
    } while (evaluations.size() > before);
  }

  /** Feeds everything into one partition and lets log time pass until then. */
  void run(long untilMs, Events.Entry... entries) {
    for (Events.Entry entry : entries) {
      feed(0, entry);
    }
    feed(0, Events.tick(true, untilMs));
    feed(0, Events.tick(false, untilMs));
    settle();
  }

  RolloutEvaluated at(long secondMs) {
    return evaluations.stream()
        .filter(evaluation -> evaluation.getLogTimeMs() == secondMs)
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing was evaluated at " + secondMs));
  }

  @Override
  public KnownPlan find(String testId) {
    return known.get(testId);
  }

  @Override
  public Collection<KnownPlan> all() {
    return known.values();
  }

  @Override
  public boolean ended(String testId) {
    return ended.contains(testId);
  }
}
