package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * KPIs without a bounded contrast: F1 and its relatives (s18), and revenue (s4). Where both
 * versions say the same, or where nobody buys, the estimate hardly moves and is not looked at.
 */
final class AsymptoticScenarios {
  private static final int UNKNOWN = Measure.FEWEST_REFERENCE_RUNS;
  private static final double LOOK = Double.POSITIVE_INFINITY;

  private AsymptoticScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
            "f1-equal",
            "s18",
            F1 + "; recall 0.70 in both, 20,000 pairs",
            paired(KpiKind.F1, RECALL_70),
            Measure.falsePromotions(0.040, UNKNOWN)),
        Scenario.inferred(
            "f1-better",
            "s18",
            F1 + "; recall 0.70 against 0.75, 20,000 pairs",
            paired(KpiKind.F1, RECALL_75),
            Measure.medianSamples(6_885),
            new Measure.Share("proven", Ending.Kind.CLAIMED, 0.97, UNKNOWN)),
        Scenario.ours(
            "precision-equal",
            "tables",
            "precision of the data of f1-equal",
            paired(KpiKind.PRECISION, RECALL_70),
            Measure.noFalsePromotions()),
        Scenario.ours(
            "recall-equal",
            "tables",
            "recall of the data of f1-equal",
            paired(KpiKind.RECALL, RECALL_70),
            Measure.noFalsePromotions()),
        Scenario.ours(
            "f1-in-a-split-equal",
            "tables",
            "F1 of the data of f1-equal, each request scored by one of two arms of a half each",
            split(),
            Measure.noFalsePromotions()),
        Scenario.ours(
            "macro-f1-equal",
            "tables",
            "three classes of 60, 30 and 10 %, each version right in 80 %, in half of the pairs for"
                + " reasons of its own; else any of the other classes; 20,000 pairs",
            macroF1(),
            Measure.noFalsePromotions()),
        Scenario.inferred(
            "revenue-equal",
            "s4",
            "5 % of the requests earn a log-normal amount, LN(3, 1), in both arms, each request a"
                + " customer of its own, since by request an amount would be capped; 40,000 requests,"
                + " our choice",
            revenue(),
            Measure.falsePromotions(0.020, UNKNOWN)));
  }

  private static final String F1 =
      "10 % positive, 2 % of the negatives are taken for positive, scores of the two correlate at"
          + " 0.75; the last two are our choice, near the reference's median";
  private static final double CORRELATION = 0.75;
  private static final long PAIRS = 20_000;

  /** What 2 % of standard normal scores exceed. */
  private static final double FALSE_ALARMS = 2.053748910631823;

  /** What 70 % of them exceed. */
  private static final double RECALL_70 = -0.5244005127080407;

  /** What 75 % of them exceed. */
  private static final double RECALL_75 = -0.6744897501960817;

  private static boolean alarm(double score, boolean positive, double thresholdOfPositives) {
    return score > (positive ? thresholdOfPositives : FALSE_ALARMS);
  }

  private static Scenario.Run paired(KpiKind kind, double thresholdOfCandidate) {
    TestPlan plan = Plans.frozen(Plans.shadow(Plans.kpi(kind)));
    return Judged.better(
        plan,
        PAIRS,
        (random, unit, tallied) -> {
          boolean positive = random.nextDouble() < 0.1;
          double shared = Math.sqrt(CORRELATION) * random.nextGaussian();
          double own = Math.sqrt(1 - CORRELATION);
          boolean current = alarm(shared + own * random.nextGaussian(), positive, RECALL_70);
          boolean candidate =
              alarm(shared + own * random.nextGaussian(), positive, thresholdOfCandidate);
          tallied.plus(Units.probabilities(current ? 1 : 0, candidate ? 1 : 0, positive));
          return candidate == positive && current != positive ? LOOK : 0;
        });
  }

  private static Scenario.Run split() {
    double share = 0.5;
    TestPlan plan = Plans.frozen(Plans.split(Plans.kpi(KpiKind.F1), share));
    return Judged.better(
        plan,
        PAIRS,
        (random, unit, tallied) -> {
          boolean toCandidate = random.nextDouble() < share;
          boolean positive = random.nextDouble() < 0.1;
          boolean alarm = alarm(random.nextGaussian(), positive, RECALL_70);
          tallied.plus(Units.assigned(share, toCandidate, alarm ? 1 : 0, positive, 0));
          return (alarm || positive) && toCandidate == (alarm == positive) ? LOOK : 0;
        });
  }

  private static Scenario.Run macroF1() {
    TestDefinition.Builder test = Plans.shadow(Plans.kpi(KpiKind.MACRO_F1));
    TestPlan plan = Plans.frozen(Plans.ofClasses(test, List.of("a", "b", "c")));
    return Judged.better(
        plan,
        PAIRS,
        (random, unit, tallied) -> {
          double u = random.nextDouble();
          int label = u < 0.6 ? 0 : u < 0.9 ? 1 : 2;
          int common = said(random, label);
          int current = random.nextBoolean() ? common : said(random, label);
          int candidate = random.nextBoolean() ? common : said(random, label);
          tallied.plus(Units.classes(current, candidate, label));
          return candidate == label && current != label ? LOOK : 0;
        });
  }

  private static int said(SplittableRandom random, int label) {
    return random.nextDouble() < 0.8 ? label : (label + 1 + random.nextInt(2)) % 3;
  }

  private static Scenario.Run revenue() {
    double share = 0.5;
    Kpi.Builder value = Plans.kpi(KpiKind.VALUE).setCap(1e9);
    TestPlan plan = Plans.frozen(Plans.split(value, share).setByUnit(true));
    return Judged.better(
        plan,
        40_000,
        (random, unit, tallied) -> {
          boolean toCandidate = random.nextDouble() < share;
          double amount = random.nextDouble() < 0.05 ? logNormal(random) : 0;
          tallied.plus((int) unit, Double.NaN, Units.worth(share, toCandidate, amount));
          return toCandidate && amount > 0 ? LOOK : 0;
        });
  }

  private static double logNormal(RandomGenerator random) {
    return Math.exp(3 + random.nextGaussian());
  }
}
