package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.UnitDelta;
import dev.understudy.collector.comparison.UnitRow;
import dev.understudy.collector.comparison.UnitSums;
import dev.understudy.collector.decision.Judge;
import dev.understudy.collector.decision.Memory;
import dev.understudy.collector.decision.Stand;
import dev.understudy.contracts.v1.Verdict;
import java.util.HashMap;
import java.util.Map;

/** A rollout's units, counted as the collector counts them. Not thread-safe. */
final class Tallied {
  private static final long SECOND_MS = 1_000;

  private final TestPlan plan;
  private final UnitSums customers = UnitSums.empty();
  private final Map<Integer, UnitRow> rows = new HashMap<>();
  private Tally tally = Tally.EMPTY;
  private Memory memory = Memory.NONE;
  private long requests;

  Tallied(TestPlan plan) {
    this.plan = plan;
  }

  void plus(JudgedUnit unit) {
    tally = tally.plus(plan, unit);
  }

  /** A request of a customer, in a test by unit; NaN without a covariate. */
  void plus(int customer, double covariate, JudgedUnit.Assigned request) {
    UnitDelta delta = UnitDelta.of(plan, ByteString.EMPTY, requests++, covariate, request);
    UnitRow row = customers.add(rows.get(customer), delta);
    if (row != null) {
      rows.put(customer, row);
    }
  }

  Tally tally() {
    return plan.byUnit() ? tally.withUnits(customers.tally()) : tally;
  }

  /** The evidence that the candidate is above its line. */
  double better() {
    return Judge.logEs(plan, tally()).better();
  }

  /** The evidence that it is below. */
  double worse() {
    return Judge.logEs(plan, tally()).worse();
  }

  /** The verdict of the whole rule after so many seconds, remembered for the seconds to come. */
  Verdict verdict(long seconds) {
    Tally now = tally();
    Stand stand = new Stand(0, seconds * SECOND_MS, seconds * SECOND_MS);
    Verdict verdict = Judge.verdict(plan, now, stand, memory);
    memory = memory.after(plan, now, stand);
    return verdict;
  }

  /** Whether the widest share that the definition knows has had units. */
  boolean atTheLastEpoch() {
    return tally.lastEpoch() >= plan.lastEpoch();
  }
}
