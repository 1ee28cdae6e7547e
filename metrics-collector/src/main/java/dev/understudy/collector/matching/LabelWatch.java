package dev.understudy.collector.matching;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.LabelWorth;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.Truth;
import dev.understudy.collector.matching.KnownTests.KnownPlan;
import dev.understudy.collector.matching.MaturityIndex.Entry;
import dev.understudy.collector.matching.WaitingRoom.Reached;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.contracts.v1.RouteMode;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;

/**
 * Keeps the {@link LabelQueue} of one partition up to date while rows come in, are labelled and
 * mature. Only a test in shadow has both answers to a request, so only its rows are looked at. Not
 * thread-safe; one task owns it.
 */
final class LabelWatch {
  /** Rows of one test that are looked at again after a restart, oldest first. */
  private static final int MOST_LOOKED_AT = 5_000;

  private final WaitingRoom waiting;
  private final KnownTests tests;
  private final LabelQueue queue;
  private final Set<String> lookedBack = new HashSet<>();

  LabelWatch(WaitingRoom waiting, KnownTests tests, LabelQueue queue) {
    this.waiting = waiting;
    this.tests = tests;
    this.queue = queue;
  }

  /** A row as it waits now. */
  void see(String id, Waiting row) {
    WaitingPrediction prediction = row.getPrediction();
    if (row.getState() != Waiting.State.WAITING
        || prediction.getMode() != RouteMode.SHADOW.getNumber()) {
      return;
    }
    for (String testId : RowTests.of(prediction)) {
      KnownPlan known = tests.find(testId);
      if (known == null) {
        continue;
      }
      if (tellsNothing(row, known.plan())) {
        queue.remove(testId, id);
      } else if (UnitReader.read(id, row, known.plan()) instanceof JudgedUnit.Pair pair) {
        see(id, prediction, known.plan(), pair);
      }
    }
  }

  /**
   * Whether a label can be worth nothing, without reading what the versions answered: the shadow
   * has not come, or every label has. So it is of two of the three records of a pair.
   */
  private static boolean tellsNothing(Waiting row, TestPlan plan) {
    if (UnitReader.awaitsShadow(row, plan)) {
      return true;
    }
    if (row.getLabelsCount() == 0) {
      return false;
    }
    Truth truth = Labels.known(row, plan).truth();
    return truth.known() == truth.rows();
  }

  private void see(String id, WaitingPrediction prediction, TestPlan plan, JudgedUnit.Pair pair) {
    OptionalDouble worth = LabelWorth.of(plan, pair);
    if (worth.isEmpty()) {
      queue.remove(plan.testId(), id);
      return;
    }
    long appendedMs = prediction.getAppendedMs();
    queue.offer(
        plan.project(),
        plan.model(),
        new LabelQueue.Wanted(
            plan.testId(), id, worth.getAsDouble(), appendedMs, appendedMs + plan.horizonMs()));
  }

  void matured(String testId, String id) {
    queue.remove(testId, id);
  }

  void ended(String testId) {
    queue.drop(testId);
  }

  /**
   * Looks at what came before a restart, or before the definition of its test, once.
   *
   * @param counted how far a test has counted; what waits comes after
   */
  void lookBack(Function<String, Reached> counted) {
    for (KnownPlan known : tests.all()) {
      TestPlan plan = known.plan();
      if (lookedBack.add(plan.testId())
          && plan.mode() == RouteMode.SHADOW
          && !tests.ended(plan.testId())) {
        lookBack(plan.testId(), counted.apply(plan.testId()));
      }
    }
  }

  private void lookBack(String testId, Reached counted) {
    List<Entry> oldest = waiting.maturing(testId, counted, Long.MAX_VALUE - 1, MOST_LOOKED_AT);
    for (Entry entry : oldest) {
      Waiting kept = waiting.get(entry.id());
      if (kept != null) {
        see(entry.id(), kept);
      }
    }
  }
}
