package dev.understudy.collector.matching;

import dev.understudy.collector.comparison.TestPlan;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The definitions that have come so far, and which of them the judge has ended. A definition may
 * become known at any moment: nothing but delay follows from when it does.
 */
interface KnownTests {
  /** A definition and the append time of its record. */
  record KnownPlan(TestPlan plan, long beginMs) {}

  @Nullable KnownPlan find(String testId);

  /** All of them, in the order of their ids. */
  Collection<KnownPlan> all();

  /** Whether the judge has spoken its last word on the test. */
  boolean ended(String testId);
}
