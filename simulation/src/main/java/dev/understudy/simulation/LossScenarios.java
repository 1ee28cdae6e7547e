package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import dev.understudy.contracts.v1.Cost;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Losses: Brier, log loss, absolute and squared error of pairs (s17, s19), and rare expensive
 * mistakes (s16).
 */
final class LossScenarios {
  private static final double LARGEST_LOG_LOSS = 6.908;

  private LossScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.inferred(
                "brier-equal",
                "s17",
                PROBABILITIES + "; equal versions, 20,000 pairs",
                probabilities(BRIER, 0.8, 20_000),
                Measure.falsePromotions(0.040, 400))
            .inTheShortSet(),
        Scenario.inferred(
            "log-loss-equal",
            "s17",
            PROBABILITIES + "; equal versions, 20,000 pairs",
            probabilities(LOG_LOSS, 0.8, 20_000),
            Measure.falsePromotions(0.016, 400)),
        Scenario.inferred(
            "absolute-error-equal",
            "s17",
            NUMBERS + "; equal versions, cap 10, 20,000 pairs",
            numbers(KpiKind.MAE, 10, 0.5, 20_000),
            Measure.falsePromotions(0.020, 400)),
        Scenario.inferred(
            "squared-error-equal",
            "s17",
            NUMBERS + "; equal versions, cap 25, 20,000 pairs",
            numbers(KpiKind.RMSE, 25, 0.5, 20_000),
            Measure.falsePromotions(0.023, 400)),
        Scenario.inferred(
                "brier-better",
                "s17",
                PROBABILITIES + "; the candidate's noise is 0.6",
                probabilities(BRIER, 0.6, 40_000),
                Measure.medianSamples(2_846))
            .inTheShortSet(),
        Scenario.inferred(
            "log-loss-better",
            "s17",
            PROBABILITIES + "; the candidate's noise is 0.6",
            probabilities(LOG_LOSS, 0.6, 40_000),
            Measure.medianSamples(2_904)),
        Scenario.inferred(
            "absolute-error-better",
            "s17",
            NUMBERS + "; the candidate's is 0.4, cap 10",
            numbers(KpiKind.MAE, 10, 0.4, 40_000),
            Measure.medianSamples(2_041)),
        Scenario.inferred(
            "squared-error-better-cap-100",
            "s19",
            NUMBERS + "; the candidate's is 0.4, cap 100, which is far too wide",
            numbers(KpiKind.RMSE, 100, 0.4, 40_000),
            Measure.medianSamples(4_466)),
        Scenario.inferred(
            "squared-error-better-cap-25",
            "s19",
            NUMBERS + "; the candidate's is 0.4, cap 25",
            numbers(KpiKind.RMSE, 25, 0.4, 40_000),
            Measure.medianSamples(1_875)),
        Scenario.inferred(
            "squared-error-better-cap-10",
            "s19",
            NUMBERS + "; the candidate's is 0.4, cap 10",
            numbers(KpiKind.RMSE, 10, 0.4, 40_000),
            Measure.medianSamples(1_582)),
        Scenario.inferred(
            "rare-disaster-in-shadow",
            "s16",
            "the candidate is 0.1 better in 99 % of the pairs and 10 worse in the rest, which is no"
                + " difference on average; 40,000 pairs, our choice",
            disasters(40_000),
            Measure.falsePromotions(0.014, 600)),
        Scenario.inferred(
            "rare-cost-in-a-small-arm",
            "s16",
            "1 in 100 requests costs 1 in both arms, 10 % go to the candidate; 40,000 requests, our"
                + " choice",
            rareCost(40_000),
            Measure.falsePromotions(0.005, 600)));
  }

  private static final String PROBABILITIES =
      "log-odds from N(-1, 1), each version sees them with normal noise of 0.8 of its own; mean and"
          + " spread of the log-odds are our choice, near the fixed samples of the reference";
  private static final String NUMBERS =
      "the outcome scatters around the truth by t(5), each version by 0.5 times a t(5) of its own, none of"
          + " them scaled; chosen because it fits all the reference says of these losses";

  private static final Kpi.Builder BRIER = Plans.kpi(KpiKind.BRIER);
  private static final Kpi.Builder LOG_LOSS = Plans.kpi(KpiKind.LOG_LOSS).setCap(LARGEST_LOG_LOSS);

  private static double sigmoid(double logOdds) {
    return 1 / (1 + Math.exp(-logOdds));
  }

  private static Scenario.Run probabilities(Kpi.Builder loss, double candidateNoise, long pairs) {
    TestPlan plan = Plans.frozen(Plans.shadow(loss));
    double gain = gainOfAPair(plan);
    return Judged.better(
        plan,
        pairs,
        (random, unit, tallied) -> {
          double logOdds = -1 + random.nextGaussian();
          boolean positive = random.nextDouble() < sigmoid(logOdds);
          double current = sigmoid(logOdds + 0.8 * random.nextGaussian());
          double candidate = sigmoid(logOdds + candidateNoise * random.nextGaussian());
          tallied.plus(Units.probabilities(current, candidate, positive));
          return (candidate > current) == positive ? gain : 0;
        });
  }

  private static Scenario.Run numbers(KpiKind kind, double cap, double candidateNoise, long pairs) {
    TestPlan plan = Plans.frozen(Plans.ofAmounts(Plans.shadow(Plans.kpi(kind).setCap(cap))));
    double gain = gainOfAPair(plan);
    return Judged.better(
        plan,
        pairs,
        (random, unit, tallied) -> {
          double outcome = studentOfFive(random);
          double current = 0.5 * studentOfFive(random);
          double candidate = candidateNoise * studentOfFive(random);
          tallied.plus(Units.amounts(current, candidate, outcome));
          return Math.abs(candidate - outcome) < Math.abs(current - outcome) ? gain : 0;
        });
  }

  /** Student's t with five degrees of freedom: χ² of four is two exponentials. */
  private static double studentOfFive(RandomGenerator random) {
    double normal = random.nextGaussian();
    double fifth = random.nextGaussian();
    double squares = 2 * (random.nextExponential() + random.nextExponential()) + fifth * fifth;
    return normal / Math.sqrt(squares / 5);
  }

  private static Scenario.Run disasters(long pairs) {
    TestPlan plan = Plans.frozen(Plans.ofAmounts(Plans.shadow(Plans.kpi(KpiKind.MAE).setCap(10))));
    double gain = Gains.of(Bounds.around(plan.cap()), plan.line(), Side.GREATER, 0.1);
    return Judged.better(
        plan,
        pairs,
        (random, unit, tallied) -> {
          boolean disaster = random.nextDouble() >= 10 / 10.1;
          tallied.plus(disaster ? Units.amounts(0, 10, 0) : Units.amounts(0.1, 0, 0));
          return disaster ? 0 : gain;
        });
  }

  private static double gainOfAPair(TestPlan plan) {
    return Gains.most(Bounds.around(plan.cap()), plan.line(), Side.GREATER);
  }

  private static Scenario.Run rareCost(long requests) {
    double share = 0.1;
    Cost missed = Cost.newBuilder().setOutcome("yes").setPredicted("no").setCost(1).build();
    TestPlan plan = Plans.frozen(Plans.split(Plans.kpi(KpiKind.COST).addCosts(missed), share));
    ArmContrast contrast = new ArmContrast(share, 0, 1);
    double gain =
        Gains.of(contrast.boundsOfLoss(), plan.line(), Side.GREATER, -contrast.ofCurrent(1));
    return Judged.better(
        plan,
        requests,
        (random, unit, tallied) -> {
          boolean toCandidate = random.nextDouble() < share;
          boolean right = random.nextDouble() >= 0.01;
          tallied.plus(Units.assigned(share, toCandidate, right));
          return right || toCandidate ? 0 : gain;
        });
  }
}
