package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.contracts.v1.WatchPolicy;
import dev.understudy.simulation.Ending.Kind;
import java.util.List;
import java.util.SplittableRandom;

/** The watch after a promotion (s11), by the guard of errors, judged at the end of each hour. */
final class WatchScenarios {
  private static final int HOURS = 168;
  private static final long HOUR_SECONDS = 3_600;
  private static final int PAIRS_PER_HOUR = 1_000;
  private static final double ERRORS = 0.01;
  private static final double ALPHA_WATCH = 0.01;

  private WatchScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
            "watch-nothing-wrong",
            "s11",
            PAIRS + "; equal versions for 168 hours",
            watch(1, 0),
            new Measure.ErrorRate(
                "false rollbacks",
                Ending.Kind.CLAIMED,
                ALPHA_WATCH,
                0.004,
                Measure.FEWEST_REFERENCE_RUNS)),
        Scenario.inferred(
            "watch-errors-2-times",
            "s11",
            PAIRS + "; twice the errors from the start, time in hours",
            watch(2, 0),
            new Measure.MedianSamples("median hours", 4)),
        Scenario.inferred(
            "watch-errors-2-times-from-hour-72",
            "s11",
            PAIRS + "; twice the errors from hour 72 on, time in hours since then",
            watch(2, 72),
            new Measure.MedianSamples("median hours", 7)));
  }

  private static final String PAIRS =
      "1,000 pairs per hour with the old version as reverse shadow, 1 % errors, line 0; all our"
          + " choice";

  private static Scenario.Run watch(double factor, int fromHour) {
    TestPlan plan =
        Plans.frozen(
            Plans.shadow(Plans.accuracy(0))
                .addGuards(Plans.errors().setRelativeMargin(0).setAbsoluteMargin(0))
                .setWatch(
                    WatchPolicy.newBuilder()
                        .setAlpha(ALPHA_WATCH)
                        .setSlots(HOURS)
                        .setSlotMs(HOUR_SECONDS * 1_000)
                        .setGuardsOnly(true)));
    return random -> {
      Tallied tallied = new Tallied(plan);
      for (int hour = 0; hour < HOURS; hour++) {
        hour(random, hour < fromHour ? ERRORS : factor * ERRORS, tallied);
        // A second later all of the hour is mature.
        if (WholeRule.ending(tallied.verdict((hour + 1) * HOUR_SECONDS + 1)) == Kind.ROLLED_BACK) {
          // An alarm before the fault is false, and not a quick one.
          return hour < fromHour ? Ending.open(HOURS) : Ending.claimed(hour + 1 - fromHour);
        }
      }
      return Ending.open(HOURS);
    };
  }

  private static void hour(SplittableRandom random, double errorsOfNew, Tallied tallied) {
    for (int pair = 0; pair < PAIRS_PER_HOUR; pair++) {
      boolean newFails = random.nextDouble() < errorsOfNew;
      boolean oldFails = random.nextDouble() < ERRORS;
      tallied.plus(Units.failing(oldFails, newFails));
    }
  }
}
