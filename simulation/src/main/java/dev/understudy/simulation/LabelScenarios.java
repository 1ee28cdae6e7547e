package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.simulation.Ending.Kind;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Labels that come late (s10), with a look each day. A prediction is counted at maturity, H days
 * after it was made, with its label if that has come by then; the verdict is that of the judge, its
 * check of coverage included.
 */
final class LabelScenarios {
  private static final int REFERENCE_RUNS = Measure.FEWEST_REFERENCE_RUNS;

  private LabelScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
            "late-labels-of-the-candidates-mistakes",
            "s10",
            "split, both arms right in 90 %; labels come after 1 day on average, those of the"
                + " candidate's mistakes after 2; H = 7 days, 21 days of 2,000 requests; delays and"
                + " traffic are our choice",
            lateMistakes(),
            promotions(0.050)),
        Scenario.inferred(
            "early-labels-of-fraud",
            "s10",
            "shadow, 2 % fraud, labelled after 2 days on average, the rest after 30 days; the"
                + " candidate finds more fraud and gives as many more false alarms; H = 30 days, 30"
                + " days of 1,000 pairs; rates and traffic are our choice",
            earlyFraud(),
            promotions(0.013)));
  }

  private static Measure promotions(double reference) {
    return new Measure.ErrorRate(
        "false promotions", Kind.PROMOTED, Plans.ALPHA, reference, REFERENCE_RUNS);
  }

  private static Scenario.Run lateMistakes() {
    double share = 0.5;
    double horizonDays = 7;
    TestPlan plan = Plans.frozen(Plans.split(Plans.accuracy(0).setCentre(0.9), share));
    return random ->
        daily(
            plan,
            21,
            2_000,
            random,
            (units, tallied) -> {
              boolean toCandidate = units.nextDouble() < share;
              boolean right = units.nextDouble() < 0.9;
              double meanDelay = toCandidate && !right ? 2 : 1;
              boolean inTime = meanDelay * units.nextExponential() <= horizonDays;
              tallied.plus(
                  inTime
                      ? Units.assigned(share, toCandidate, right)
                      : Units.unlabelled(share, toCandidate));
            });
  }

  private static Scenario.Run earlyFraud() {
    double fraud = 0.02;
    TestPlan plan = Plans.frozen(Plans.shadow(Plans.accuracy(0)));
    return random ->
        daily(
            plan,
            30,
            1_000,
            random,
            // At H = 30 days all labels have come, the early and the others.
            (units, tallied) -> {
              double u = units.nextDouble();
              if (units.nextDouble() < fraud) {
                tallied.plus(Units.pair(u < 0.70, u < 0.80));
              } else {
                double falseAlarms = 0.1 * fraud / (1 - fraud);
                tallied.plus(Units.pair(u >= 0.01, u >= 0.01 + falseAlarms));
              }
            });
  }

  /** Counts one prediction that has matured. */
  @FunctionalInterface
  private interface Matured {
    void count(SplittableRandom units, Tallied tallied);
  }

  private static Ending daily(
      TestPlan plan, int days, int perDay, SplittableRandom random, Matured matured) {
    Tallied tallied = new Tallied(plan);
    for (int day = 1; day <= days; day++) {
      for (int i = 0; i < perDay; i++) {
        matured.count(random, tallied);
      }
      Kind kind = WholeRule.ending(tallied.verdict(day));
      if (kind != Kind.OPEN) {
        return new Ending(kind, (long) day * perDay);
      }
    }
    return Ending.open((long) days * perDay);
  }
}
