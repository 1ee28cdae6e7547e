package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.Side;
import dev.understudy.simulation.Ending.Kind;
import java.util.List;
import java.util.function.Supplier;

/**
 * A split whose share is widened, in epochs of one test (s20 and ours): accuracy by request while
 * the base falls, the whole rule, and customers who stay in their arm as it grows.
 */
final class RampScenarios {
  private RampScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
            "ramp-with-falling-base-promotion",
            "s20",
            RAMP + "; equal versions, evidence for promotion",
            falling(S20, S20_REQUESTS, 0, Side.GREATER),
            Measure.falsePromotions(0.046, 1_500)),
        Scenario.inferred(
            "ramp-with-falling-base-rollback",
            "s20",
            RAMP + "; equal versions, evidence for rollback",
            falling(S20, S20_REQUESTS, 0, Side.LESS),
            new Measure.ErrorRate("false rollbacks", Kind.CLAIMED, Plans.ALPHA, 0.038, 1_500)),
        Scenario.inferred(
            "ramp-with-falling-base-2-points-better",
            "s20",
            RAMP + "; the candidate 2 points better",
            falling(S20, S20_REQUESTS, 0.02, Side.GREATER),
            Measure.medianSamples(26_448)),
        Scenario.ours(
                "widened-split-equal-promotion",
                "ramp",
                WIDENED + "; equal versions, evidence for promotion",
                falling(WIDENING, REQUESTS, 0, Side.GREATER),
                Measure.noFalsePromotions())
            .inTheShortSet(),
        Scenario.ours(
            "widened-split-equal-rollback",
            "ramp",
            WIDENED + "; equal versions, evidence for rollback",
            falling(WIDENING, REQUESTS, 0, Side.LESS),
            new Measure.Promise("false rollbacks", Kind.CLAIMED, Plans.ALPHA)),
        Scenario.ours(
            "widened-split-2-points-better",
            "ramp",
            WIDENED
                + "; the candidate 2 points better; the reference is a plain computation of the"
                + " same bets",
            falling(WIDENING, REQUESTS, EFFECT, Side.GREATER),
            Measure.medianSamples(MEDIAN_OF_WIDENED)),
        Scenario.ours(
            "widened-whole-rule-equal",
            "ramp",
            RULE + "; equal versions",
            wholeRule(0, 1),
            new Measure.Promise("false promotions", Kind.PROMOTED, Plans.ALPHA),
            new Measure.Promise("false rollbacks", Kind.ROLLED_BACK, Plans.ALPHA)),
        Scenario.ours(
            "widened-whole-rule-2-points-better",
            "ramp",
            RULE + "; the candidate 2 points better",
            wholeRule(0.02, 1),
            new Measure.Promise("false rollbacks", Kind.ROLLED_BACK, Plans.ALPHA),
            new Measure.Promise("false futile", Kind.FUTILE, Plans.ALPHA)),
        Scenario.ours(
            "widened-whole-rule-errors-half-as-many-again",
            "ramp",
            RULE
                + "; the candidate 5 points better, with half as many errors again, which is the line",
            wholeRule(0.05, 1.5),
            new Measure.Promise("false promotions", Kind.PROMOTED, Plans.ALPHA),
            new Measure.Promise("false rollbacks", Kind.ROLLED_BACK, Plans.ALPHA),
            new Measure.Promise("false futile", Kind.FUTILE, Plans.ALPHA)),
        Scenario.ours(
            "widened-split-of-customers-equal",
            "ramp",
            "6,000 customers, each with a rate of its own from Beta(1, 3), in the candidate's arm from"
                + " the share on at which its key falls into it: 5 %, 25 %, 50 % for 10,000 requests"
                + " each; equal versions",
            customers(),
            Measure.noFalsePromotions()));
  }

  private static final String RAMP =
      "the candidate's share is 5 %, then 20 %, then 50 %, for 15,000 requests each, while the share"
          + " of right answers falls evenly from 85 % to 75 %; lengths and base are our choice, the"
          + " reference gives the shares only";
  private static final List<Stage> S20 = Stage.widening(15_000, 0.05, 0.2, 0.5);
  private static final long S20_REQUESTS = 45_000;

  private static final String WIDENED =
      "the candidate's share is 5 % and 25 % for 10,000 requests each, then 50 %, while the share of"
          + " right answers falls evenly from 85 % to 75 % in 60,000";
  private static final String RULE =
      "shares of 5 % and 25 % for 10,000 requests each, then 50 %, 60,000 at most; 80 % right, 1 %"
          + " errors, 5 % slow answers in current; an effect of 2 points asked for; promoted only in"
          + " the last share";
  static final List<Stage> WIDENING = Stage.widening(10_000, 0.05, 0.25, 0.5);
  static final long REQUESTS = 60_000;
  static final double EFFECT = 0.02;
  static final double CENTRE = 0.8;

  /** Of a plain computation, see {@code OwnReferencesTest}. */
  static final long MEDIAN_OF_WIDENED = 18_100;

  /** How often current is right. */
  static double base(double unit, long requests) {
    return 0.85 - 0.1 * unit / requests;
  }

  private static Scenario.Run falling(List<Stage> stages, long requests, double effect, Side side) {
    return new Arms(CENTRE, stages).run(side, requests, unit -> base(unit, requests), effect);
  }

  private static Scenario.Run wholeRule(double effect, double errors) {
    return new WholeRuleScenarios.Split(effect, errors, 1, WIDENING, REQUESTS).run();
  }

  private static Scenario.Run customers() {
    long requests = 30_000;
    int each = 10;
    TestPlan plan =
        Plans.frozen(
            Plans.split(Plans.accuracy(0).setCentre(0.25), Stage.shares(WIDENING)).setByUnit(true));
    Supplier<Judged.Source> source =
        () -> {
          Panel panel = new Panel();
          return (random, unit, tallied) -> {
            for (int i = 0; unit == 0 && i < 6_000; i++) {
              panel.add(UnitScenarios.rate(random), random.nextDouble());
            }
            Stage stage = Stage.of(WIDENING, unit);
            int customer = random.nextInt(panel.size());
            boolean right = random.nextDouble() < panel.rate(customer);
            boolean toCandidate = panel.place(customer) < stage.share();
            tallied.plus(
                customer,
                Double.NaN,
                Units.assigned(stage.epoch(), stage.share(), toCandidate, right, false));
            return unit % each == each - 1 ? Double.POSITIVE_INFINITY : 0;
          };
        };
    return Judged.better(plan, requests, source);
  }
}
