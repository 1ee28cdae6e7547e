package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.UnitDelta;
import dev.understudy.collector.comparison.UnitRow;
import dev.understudy.collector.comparison.UnitSums;
import dev.understudy.collector.decision.Judge;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Customers who stay in their arm (s8), counted and judged as the collector does. */
final class UnitScenarios {
  private static final int UNKNOWN = Measure.FEWEST_REFERENCE_RUNS;
  private static final String CUSTOMERS =
      "each customer has a rate of its own from Beta(1, 3) and stays in its arm; 40,000 requests, all"
          + " our choice";

  private UnitScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
            "sticky-customers-growing",
            "s8",
            CUSTOMERS + "; with each fifth request a new customer comes",
            customers(true),
            Measure.falsePromotions(0.007, UNKNOWN)),
        Scenario.inferred(
            "sticky-customers-fixed-panel",
            "s8",
            CUSTOMERS + "; 2,000 customers from the start",
            customers(false),
            Measure.falsePromotions(0.015, UNKNOWN)));
  }

  private static Scenario.Run customers(boolean growing) {
    TestPlan plan = Rollouts.splitAccuracyByUnit(0.01, 0.25);
    return random -> new Customers(plan, growing).follow(random, Rollouts.ALPHA, 40_000);
  }

  private static final class Customers implements Claim {
    private static final int MOST_CUSTOMERS = 8_001;
    private static final int PANEL = 2_000;

    /** One request moves little, and a look costs more than all that it looks at. */
    private static final int EACH_LOOK = 5;

    private final TestPlan plan;
    private final boolean growing;
    private final double[] rates = new double[MOST_CUSTOMERS];
    private final boolean[] toCandidate = new boolean[MOST_CUSTOMERS];
    private final @Nullable UnitRow[] rows = new @Nullable UnitRow[MOST_CUSTOMERS];
    private final UnitSums sums = UnitSums.empty();
    private int customers;
    private long requests;

    Customers(TestPlan plan, boolean growing) {
      this.plan = plan;
      this.growing = growing;
    }

    @Override
    public boolean next(SplittableRandom random) {
      if (growing ? requests % 5 == 0 : requests == 0) {
        for (int i = 0; i < (growing ? 1 : PANEL); i++) {
          // Beta(1, 3), by inversion.
          rates[customers] = 1 - Math.cbrt(1 - random.nextDouble());
          toCandidate[customers++] = random.nextDouble() < 0.5;
        }
      }
      requests++;
      int customer = random.nextInt(customers);
      boolean right = random.nextDouble() < rates[customer];
      JudgedUnit.Assigned made = Rollouts.assigned(0.5, toCandidate[customer], right);
      UnitDelta delta = UnitDelta.of(plan, ByteString.EMPTY, requests, Double.NaN, made);
      rows[customer] = sums.add(rows[customer], delta);
      return requests % EACH_LOOK == 0;
    }

    @Override
    public double logE() {
      return Judge.logEs(plan, Tally.EMPTY.withUnits(sums.tally())).better();
    }
  }
}
