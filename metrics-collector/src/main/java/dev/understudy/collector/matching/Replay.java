package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.state.v1.PartitionReport;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Judges one rollout once more from the log: the classes that serve, over tables in memory and
 * without Kafka. Definitions first, then the records of both inputs, each partition's in the order
 * of its log; between partitions and inputs any order is right, and the order of time needs the
 * least memory.
 *
 * <p>Other rollouts' tests are taken as ended: their predictions are only remembered, so that a
 * repetition is recognised as it was. What is kept is what the collector keeps: of the last {@code
 * keep.predictionsMs()} of log time, about 1 KB of heap per prediction of the rollout and 0.4 KB
 * per other. Not thread-safe.
 */
public final class Replay {
  private final String rolloutId;
  private final TreeMap<String, KnownTests.KnownPlan> known = new TreeMap<>();
  private final Set<String> own = new HashSet<>();
  private final Set<String> ended = new HashSet<>();
  private final List<Partition> partitions = new ArrayList<>();
  private final Summing summing;
  private final Consumer<RolloutEvaluated> evaluations;

  /**
   * Of one rollout.
   *
   * @param partitions of each input; need not be those of the log, as long as all records of a key
   *     come to the same one
   * @param keep as the collector has it
   * @param evaluations takes what is recomputed, second by second
   */
  public Replay(
      String rolloutId, int partitions, Keep keep, Consumer<RolloutEvaluated> evaluations) {
    this.rolloutId = rolloutId;
    this.evaluations = evaluations;
    Tests tests = new Tests();
    this.summing =
        new Summing(
            partitions,
            new Summing.Tables(new TreeTable(), new TreeTable(), new TreeTable()),
            tests,
            new Evaluations());
    for (int number = 0; number < partitions; number++) {
      this.partitions.add(new Partition(number, keep, tests));
    }
  }

  /**
   * A record of <em>tests</em>. The first definition of a test is the definition, and one that
   * cannot be judged is none, as for the collector.
   *
   * @param beginMs append time of the record
   * @return whether it is a test of this rollout
   */
  public boolean define(String key, byte[] value, long beginMs) {
    if (known.containsKey(key)) {
      return own.contains(key);
    }
    try {
      TestPlan plan = TestPlan.of(TestDefined.parseFrom(value));
      if (!plan.testId().equals(key)) {
        return false;
      }
      known.put(key, new KnownTests.KnownPlan(plan, beginMs));
      if (plan.rolloutId().equals(rolloutId)) {
        own.add(key);
        return true;
      }
      ended.add(key);
      return false;
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return false;
    }
  }

  /** A record of <em>predictions</em>. */
  public void prediction(
      int partition, byte @Nullable [] key, byte @Nullable [] value, long appendedMs) {
    Partition to = partitions.get(partition);
    to.matcher.prediction(key, value, appendedMs);
    to.advance();
  }

  /** A record of <em>outcomes</em>. */
  public void outcome(
      int partition, byte @Nullable [] key, byte @Nullable [] value, long appendedMs) {
    Partition to = partitions.get(partition);
    to.matcher.outcome(key, value, appendedMs);
    to.advance();
  }

  /** Whether every test of the rollout has ended, so that no record can add anything. */
  public boolean finished() {
    return ended.containsAll(own);
  }

  /** One partition of the join; nothing is left for later turns. */
  private final class Partition {
    private final PartitionMatcher matcher;
    private long passed = Long.MIN_VALUE;

    Partition(int number, Keep keep, KnownTests tests) {
      matcher =
          new PartitionMatcher(
              number,
              new PartitionMatcher.Tables(new TreeTable(), new TreeTable(), new TreeTable()),
              keep,
              tests,
              new Uncounted(),
              this::report);
    }

    void advance() {
      if (matcher.passedSecond() == passed) {
        return;
      }
      passed = matcher.passedSecond();
      boolean more = true;
      while (more) {
        more = matcher.advance(Integer.MAX_VALUE);
      }
    }

    private void report(PartitionReport report) {
      summing.accept(report, Integer.MAX_VALUE);
    }
  }

  /** All definitions are known from the start; that changes no evaluation. */
  private final class Tests implements KnownTests {
    @Override
    public @Nullable KnownPlan find(String testId) {
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

  private final class Evaluations implements Summing.Output {
    @Override
    public void evaluated(RolloutEvaluated evaluation) {
      evaluations.accept(evaluation);
    }

    @Override
    public void ended(String testId) {
      ended.add(testId);
    }
  }

  /** What operators count is no part of a verdict. */
  private static final class Uncounted implements MatchCounts {
    @Override
    public void outcome(OutcomeStatus status) {}

    @Override
    public void shadow(ShadowStatus status) {}

    @Override
    public void prediction(PredictionStatus status) {}

    @Override
    public void evaluation(Verdict verdict) {}

    @Override
    public void definition(boolean accepted) {}

    @Override
    public void passed(int partition, long secondMs) {}
  }
}
