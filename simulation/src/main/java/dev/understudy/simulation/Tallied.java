package dev.understudy.simulation;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.decision.Judge;
import dev.understudy.collector.decision.Stand;
import dev.understudy.contracts.v1.Verdict;

/** A rollout's units, counted as the collector counts them. Not thread-safe. */
final class Tallied {
  private static final long SECOND_MS = 1_000;

  private final TestPlan plan;
  private Tally tally = Tally.EMPTY;

  Tallied(TestPlan plan) {
    this.plan = plan;
  }

  void plus(JudgedUnit unit) {
    tally = tally.plus(plan, unit);
  }

  Tally tally() {
    return tally;
  }

  /** The evidence that the candidate is above its line. */
  double better() {
    return Judge.logEs(plan, tally).better();
  }

  /** The evidence that it is below. */
  double worse() {
    return Judge.logEs(plan, tally).worse();
  }

  /** The verdict of the whole rule after so many seconds. */
  Verdict verdict(long seconds) {
    return Judge.verdict(plan, tally, new Stand(0, seconds * SECOND_MS, seconds * SECOND_MS));
  }
}
