package dev.understudy.simulation;

import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.EValues;
import dev.understudy.collector.statistics.RestartMixture;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The watch after a promotion (s11), by the mixture over restarts that it is judged by. */
final class WatchScenarios {
  private static final int HOURS = 168;
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
    RestartMixture mixture = new RestartMixture(HOURS);
    double needed = EValues.needed(ALPHA_WATCH);
    return random -> {
      List<Wealth> hours = new ArrayList<>();
      for (int hour = 0; hour < HOURS; hour++) {
        hours.add(hour(random, hour < fromHour ? ERRORS : factor * ERRORS));
        if (mixture.logE(hours) >= needed) {
          // An alarm before the fault is false, and not a quick one.
          return hour < fromHour ? Ending.open(HOURS) : Ending.claimed(hour + 1 - fromHour);
        }
      }
      return Ending.open(HOURS);
    };
  }

  private static Wealth hour(SplittableRandom random, double errorsOfNew) {
    long newAlone = 0;
    long oldAlone = 0;
    for (int pair = 0; pair < PAIRS_PER_HOUR; pair++) {
      boolean newFails = random.nextDouble() < errorsOfNew;
      boolean oldFails = random.nextDouble() < ERRORS;
      newAlone += newFails && !oldFails ? 1 : 0;
      oldAlone += oldFails && !newFails ? 1 : 0;
    }
    return CellBetting.of(
            new Cell(1, newAlone),
            new Cell(-1, oldAlone),
            new Cell(0, PAIRS_PER_HOUR - newAlone - oldAlone))
        .wealth(0, Side.GREATER);
  }
}
