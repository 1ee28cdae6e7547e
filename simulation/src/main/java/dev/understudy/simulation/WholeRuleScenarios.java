package dev.understudy.simulation;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.simulation.Ending.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The whole rule (s12): accuracy with guards, until a verdict ends the test. */
final class WholeRuleScenarios {
  private static final int REFERENCE_RUNS = 400;

  private WholeRuleScenarios() {}

  /**
   * What is true of a split.
   *
   * @param effect by how much the candidate is right more often than 80 %
   * @param errors times as often as 1 %
   * @param slow times as often as 5 %
   */
  record Split(double effect, double errors, double slow, List<Stage> stages, long mostUnits) {
    private static final double RIGHT = 0.80;
    private static final double ERRORS = 0.01;
    private static final double SLOW = 0.05;

    /** Half of the requests go to the candidate from the start. */
    Split(double effect, double errors, double slow) {
      this(effect, errors, slow, Stage.constant(0.5), 40_000);
    }

    JudgedUnit next(SplittableRandom random, long unit) {
      Stage stage = Stage.of(stages, unit);
      boolean toCandidate = random.nextDouble() < stage.share();
      boolean isSlow = random.nextDouble() < (toCandidate ? slow * SLOW : SLOW);
      double rateOfErrors = toCandidate ? errors * ERRORS : ERRORS;
      if (random.nextDouble() < rateOfErrors) {
        return Units.failed(stage.epoch(), stage.share(), toCandidate, isSlow);
      }
      // Who fails is not right: the others are so much more often, so that the accuracy holds.
      double right = (toCandidate ? RIGHT + effect : RIGHT) / (1 - rateOfErrors);
      boolean isRight = random.nextDouble() < right;
      return Units.assigned(stage.epoch(), stage.share(), toCandidate, isRight, isSlow);
    }

    Scenario.Run run() {
      TestPlan plan =
          Plans.frozen(
              Plans.atMost(
                  mostUnits,
                  Plans.split(Plans.accuracy(0.02).setCentre(RIGHT), Stage.shares(stages))
                      .addGuards(Plans.errors())
                      .addGuards(Plans.slow())));
      return WholeRule.run(plan, mostUnits, this::next);
    }
  }

  /** From which normal score on an answer of the candidate is slow. */
  private enum Slow {
    /** As current's: 5 %. */
    AS_CURRENT(1.6448536269514729),
    /** 6.25 %, a quarter more. */
    AT_THE_LINE(1.5341205443525463),
    /** 7.5 %. */
    HALF_AS_MANY_AGAIN(1.4395314709384563);

    private final double threshold;

    Slow(double threshold) {
      this.threshold = threshold;
    }
  }

  /**
   * What is true of a shadow with a discordance of 6 % and 5 % slow answers of current.
   *
   * @param effect by how much the candidate is right more often
   */
  private record Shadow(double effect, Slow slow) {
    private static final double DISCORDANCE = 0.06;
    private static final double CORRELATION = 0.75;
    private static final long MOST_UNITS = 20_000;

    JudgedUnit next(SplittableRandom random, long unit) {
      double onlyCandidate = (DISCORDANCE + effect) / 2;
      double u = random.nextDouble();
      boolean candidateAlone = u < onlyCandidate;
      boolean currentAlone = !candidateAlone && u < DISCORDANCE;
      double ofRequest = Math.sqrt(CORRELATION) * random.nextGaussian();
      double own = Math.sqrt(1 - CORRELATION);
      return Units.pair(
          !candidateAlone,
          !currentAlone,
          ofRequest + own * random.nextGaussian() > Slow.AS_CURRENT.threshold,
          ofRequest + own * random.nextGaussian() > slow.threshold);
    }

    Scenario.Run run() {
      TestPlan plan =
          Plans.frozen(
              Plans.atMost(MOST_UNITS, Plans.shadow(Plans.accuracy(0.01)).addGuards(Plans.slow())));
      return WholeRule.run(plan, MOST_UNITS, this::next);
    }
  }

  /** Which claims would be false under the truth. */
  private enum Truth {
    EQUAL(true, true, false),
    WORSE(true, false, false),
    BETTER(false, true, false),
    BETTER_BY_THE_MINIMUM(false, true, true),
    HARMFUL(true, false, true),
    AT_THE_LINE_OF_A_GUARD(true, true, true);

    private final boolean promotionIsFalse;
    private final boolean rollbackIsFalse;
    private final boolean futilityIsFalse;

    Truth(boolean promotionIsFalse, boolean rollbackIsFalse, boolean futilityIsFalse) {
      this.promotionIsFalse = promotionIsFalse;
      this.rollbackIsFalse = rollbackIsFalse;
      this.futilityIsFalse = futilityIsFalse;
    }
  }

  static List<Scenario> all() {
    return List.of(
        split("equal", new Split(0, 1, 1), Truth.EQUAL, 0, 0, 0.990, 0.010, 10_880),
        split(
            "2-points-better",
            new Split(0.02, 1, 1),
            Truth.BETTER_BY_THE_MINIMUM,
            0.828,
            0,
            0.025,
            0.148,
            27_120),
        split(
            "5-points-better",
            new Split(0.05, 1, 1),
            Truth.BETTER_BY_THE_MINIMUM,
            0.848,
            0,
            0,
            0.153,
            24_700),
        split("2-points-worse", new Split(-0.02, 1, 1), Truth.WORSE, 0, 0.003, 0.998, 0, 2_720),
        split("errors-4-times", new Split(0.05, 4, 1), Truth.HARMFUL, 0, 1, 0, 0, 2_200),
        split("errors-2-times", new Split(0.05, 2, 1), Truth.HARMFUL, 0, 0.638, 0, 0.363, 32_100),
        split(
            "slow-half-as-many-again",
            new Split(0.05, 1, 1.5),
            Truth.HARMFUL,
            0,
            0.915,
            0,
            0.085,
            17_640),
        split(
            "half-a-point-better",
            new Split(0.005, 1, 1),
            Truth.BETTER,
            0.055,
            0,
            0.815,
            0.130,
            19_180),
        split(
            "slow-at-the-line",
            new Split(0.05, 1, 1.25),
            Truth.AT_THE_LINE_OF_A_GUARD,
            0.005,
            0.010,
            0,
            0.985,
            40_000),
        shadow("equal", new Shadow(0, Slow.AS_CURRENT), Truth.EQUAL, 0.010, 0, 0.990, 0, 3_850),
        shadow(
            "1-point-better",
            new Shadow(0.01, Slow.AS_CURRENT),
            Truth.BETTER_BY_THE_MINIMUM,
            0.980,
            0,
            0.018,
            0.003,
            6_010),
        shadow(
            "2-points-better",
            new Shadow(0.02, Slow.AS_CURRENT),
            Truth.BETTER_BY_THE_MINIMUM,
            1,
            0,
            0,
            0,
            3_340),
        shadow(
                "2-points-worse",
                new Shadow(-0.02, Slow.AS_CURRENT),
                Truth.WORSE,
                0,
                0.003,
                0.998,
                0,
                540)
            .inTheShortSet(),
        shadow(
            "slow-half-as-many-again",
            new Shadow(0.02, Slow.HALF_AS_MANY_AGAIN),
            Truth.HARMFUL,
            0,
            0.998,
            0,
            0.003,
            4_800),
        shadow(
            "slow-at-the-line",
            new Shadow(0.02, Slow.AT_THE_LINE),
            Truth.AT_THE_LINE_OF_A_GUARD,
            0.005,
            0.013,
            0,
            0.983,
            20_000));
  }

  private static Scenario split(
      String name,
      Split truth,
      Truth claims,
      double promoted,
      double rolledBack,
      double futile,
      double inconclusive,
      double median) {
    return Scenario.inferred(
        "whole-rule-split-" + name,
        "s12",
        "80 % right, 1 % errors and 5 % slow answers in current, half of at most 40,000 requests"
            + " each, an effect of 2 points asked for; errors and slowness independent, our choice; "
            + name.replace('-', ' '),
        truth.run(),
        measures(claims, promoted, rolledBack, futile, inconclusive, median));
  }

  private static Scenario shadow(
      String name,
      Shadow truth,
      Truth claims,
      double promoted,
      double rolledBack,
      double futile,
      double inconclusive,
      double median) {
    return Scenario.inferred(
        "whole-rule-shadow-" + name,
        "s12",
        "discordance 6 %, 5 % slow answers in current, at most 20,000 pairs, an effect of 1 point"
            + " asked for; latencies of the two correlate at 0.75, our choice, near the reference's"
            + " medians; "
            + name.replace('-', ' '),
        truth.run(),
        measures(claims, promoted, rolledBack, futile, inconclusive, median));
  }

  private static Measure[] measures(
      Truth truth,
      double promoted,
      double rolledBack,
      double futile,
      double inconclusive,
      double median) {
    List<Measure> measures = new ArrayList<>();
    measures.add(rate(truth.promotionIsFalse, "promotions", Kind.PROMOTED, promoted));
    measures.add(rate(truth.rollbackIsFalse, "rollbacks", Kind.ROLLED_BACK, rolledBack));
    measures.add(rate(truth.futilityIsFalse, "futile", Kind.FUTILE, futile));
    measures.add(
        new Measure.Share("inconclusive", Kind.INCONCLUSIVE, inconclusive, REFERENCE_RUNS));
    measures.add(Measure.medianSamples(median));
    return measures.toArray(Measure[]::new);
  }

  private static Measure rate(boolean isFalse, String name, Kind kind, double reference) {
    return isFalse
        ? new Measure.ErrorRate("false " + name, kind, Plans.ALPHA, reference, REFERENCE_RUNS)
        : new Measure.Share(name, kind, reference, REFERENCE_RUNS);
  }
}
