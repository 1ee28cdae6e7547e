package dev.understudy.simulation;

import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.EventShare;
import dev.understudy.collector.statistics.Side;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Rates that guard a rollout: errors (s7) and slow answers (s15), by the share of the events that
 * came from the candidate. The events are those of the collector's tally, the line and the test
 * those of the guard; the guard's other margin, the absolute one, is left out, as in the reference.
 */
final class EventScenarios {
  private static final double HALF = 0.5;

  private EventScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.given(
            "errors-equal",
            "s7",
            "0.5 % errors in both arms, 200,000 requests",
            events(constant(0.005), 1, 0, Side.GREATER, 200_000),
            alarms(0.028, 3_000)),
        Scenario.given(
            "errors-equal-under-bursts",
            "s7",
            "the base rate switches between 0.5 % and 5 % every 20,000 requests",
            events(
                (random, unit) -> unit / 20_000 % 2 == 0 ? 0.005 : 0.05,
                1,
                0,
                Side.GREATER,
                200_000),
            alarms(0.036, 3_000)),
        Scenario.given(
            "errors-at-the-line-harm",
            "s7",
            "exactly 25 % more errors, which is the line: evidence of harm",
            events(constant(0.005), 1.25, 0.25, Side.GREATER, 200_000),
            alarms(0.032, 3_000)),
        Scenario.given(
            "errors-at-the-line-safe",
            "s7",
            "exactly 25 % more errors, which is the line: evidence of safety",
            events(constant(0.005), 1.25, 0.25, Side.LESS, 200_000),
            new Measure.ErrorRate("false proofs", Ending.Kind.CLAIMED, 0.05, 0.034, 3_000)),
        Scenario.given(
                "errors-5-times",
                "s7",
                "0.5 % errors against 2.5 %",
                events(constant(0.005), 5, 0, Side.GREATER, 200_000),
                Measure.medianSamples(1_223))
            .inTheShortSet(),
        Scenario.given(
            "errors-2-times",
            "s7",
            "0.5 % errors against 1 %",
            events(constant(0.005), 2, 0, Side.GREATER, 200_000),
            Measure.medianSamples(8_059)),
        Scenario.given(
            "errors-half-as-many-again",
            "s7",
            "0.5 % errors against 0.75 %",
            events(constant(0.005), 1.5, 0, Side.GREATER, 200_000),
            Measure.medianSamples(26_359)),
        Scenario.given(
            "errors-equal-proof-of-safety",
            "s7",
            "0.5 % errors in both arms: evidence that it is not 25 % more, by 200,000 requests",
            events(constant(0.005), 1, 0.25, Side.LESS, 200_000),
            Measure.medianSamples(98_572),
            new Measure.Share("proven", Ending.Kind.CLAIMED, 0.83, Measure.FEWEST_REFERENCE_RUNS)),
        Scenario.inferred(
                "slow-answers-under-bursts",
                "s15",
                LATENCY
                    + "; of each 500 requests with probability 1 in 5 all are 1.5 times as slow, in both"
                    + " arms; 40,000 requests",
                slow(1, true, 40_000),
                alarms(0.043, Measure.FEWEST_REFERENCE_RUNS))
            .inTheShortSet(),
        Scenario.inferred(
            "slow-answers-10-percent",
            "s15",
            LATENCY + "; the candidate takes 10 % longer",
            slow(1.1, false, 100_000),
            Measure.medianSamples(2_916)),
        Scenario.inferred(
            "slow-answers-20-percent",
            "s15",
            LATENCY + "; the candidate takes 20 % longer",
            slow(1.2, false, 100_000),
            Measure.medianSamples(845)));
  }

  private static final String LATENCY =
      "log-normal latencies with σ = 0.5, slow beyond the 95th percentile; σ is our choice";

  private static Measure alarms(double reference, int referenceRuns) {
    return new Measure.ErrorRate(
        "false rollbacks", Ending.Kind.CLAIMED, 0.05, reference, referenceRuns);
  }

  /** The probability of an event of a unit of current. May draw. */
  @FunctionalInterface
  private interface Rate {
    double of(SplittableRandom random, long unit);
  }

  private static Rate constant(double rate) {
    return (random, unit) -> rate;
  }

  private static Scenario.Run events(
      Rate rate, double factor, double relativeMargin, Side side, long requests) {
    return random ->
        new OfEvents(relativeMargin, side) {
          @Override
          boolean happens(SplittableRandom units, long unit, boolean toCandidate) {
            double base = rate.of(units, unit);
            return units.nextDouble() < (toCandidate ? base * factor : base);
          }
        }.follow(random, Plans.ALPHA, requests);
  }

  private static Scenario.Run slow(double factor, boolean bursts, long requests) {
    double deviation = 0.5;
    double normal95 = 1.6448536269514722;
    return random ->
        new OfEvents(0, Side.GREATER) {
          private double load;

          @Override
          boolean happens(SplittableRandom units, long unit, boolean toCandidate) {
            if (bursts && unit % 500 == 0) {
              load = units.nextDouble() < 0.2 ? Math.log(1.5) : 0;
            }
            double own = toCandidate ? Math.log(factor) : 0;
            return load + own + deviation * units.nextGaussian() > deviation * normal95;
          }
        }.follow(random, Plans.ALPHA, requests);
  }

  /** The claim that the candidate has more than its share of the events, or less. */
  private abstract static class OfEvents implements Claim {
    private static final TestPlan PLAN = Plans.frozen(Plans.split(Plans.accuracy(0), HALF));

    private final Tallied tallied = new Tallied(PLAN);
    private final double line;
    private final Side side;
    private final double gain;
    private long unit;

    OfEvents(double relativeMargin, Side side) {
      this.line = EventShare.line(HALF, relativeMargin);
      this.side = side;
      this.gain = Gains.most(new Bounds(0, 1), line, side);
    }

    abstract boolean happens(SplittableRandom units, long unit, boolean toCandidate);

    @Override
    public double next(SplittableRandom units) {
      boolean toCandidate = units.nextDouble() < HALF;
      boolean event = happens(units, unit++, toCandidate);
      tallied.plus(
          event
              ? Units.failed(0, HALF, toCandidate, false)
              : Units.assigned(HALF, toCandidate, true));
      return event && toCandidate == (side == Side.GREATER) ? gain : 0;
    }

    @Override
    public double logE() {
      SplitTally arms = tallied.tally().arms().values().iterator().next();
      return CellBetting.of(
              new Cell(1, arms.candidate().harm().errors()),
              new Cell(0, arms.current().harm().errors()))
          .logE(line, side);
    }
  }
}
