package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Several candidates against one current version, each in a test of its own with its part of the
 * error budget. They share what current did, so their errors are not independent.
 */
final class CandidateScenarios {
  private static final int CANDIDATES = 2;

  private CandidateScenarios() {}

  static List<Scenario> all() {
    return List.of(
        Scenario.ours(
                "two-candidates-in-shadow-equal",
                "candidates",
                "current is right in 90 %, each of two candidates differs from it in 6 % of 20,000 pairs"
                    + " and is no better; a promotion of either is false, α/2 for each",
                shadow(20_000),
                Measure.noFalsePromotions())
            .inTheShortSet(),
        Scenario.ours(
            "two-candidates-in-a-split-equal",
            "candidates",
            "three arms of a third each, all right in 80 % of 60,000 requests; each of two candidates is"
                + " compared with current alone, so at a share of a half; a promotion of either is"
                + " false, α/2 for each",
            split(60_000),
            Measure.noFalsePromotions()));
  }

  /** What happens with one request. */
  @FunctionalInterface
  private interface Source {
    void next(SplittableRandom random, List<Tallied> candidates);
  }

  /** That any of the candidates is better. */
  private record AnyBetter(List<Tallied> candidates, Source source, double gain) implements Claim {
    @Override
    public double next(SplittableRandom random) {
      source.next(random, candidates);
      return gain;
    }

    @Override
    public double logE() {
      return candidates.stream().mapToDouble(Tallied::better).max().orElseThrow();
    }
  }

  private static Scenario.Run run(
      TestDefinition.Builder test, double gain, long requests, Source source) {
    TestPlan plan = Plans.frozen(Plans.oneOf(CANDIDATES, test));
    return random ->
        new AnyBetter(List.of(new Tallied(plan), new Tallied(plan)), source, gain)
            .follow(random, plan.policy().getAlphaPromote(), requests);
  }

  private static Scenario.Run shadow(long requests) {
    double discordant = 0.03;
    double currentRight = 0.9;
    return run(
        Plans.shadow(Plans.accuracy(0)),
        Arms.gainOfAPair(),
        requests,
        (random, candidates) -> {
          boolean current = random.nextDouble() < currentRight;
          double differs = discordant / (current ? currentRight : 1 - currentRight);
          for (Tallied candidate : candidates) {
            candidate.plus(Units.pair(current, current != random.nextDouble() < differs));
          }
        });
  }

  private static Scenario.Run split(long requests) {
    double share = 0.5;
    double right = 0.8;
    return run(
        Plans.split(Plans.accuracy(0).setCentre(right), share),
        Arms.mostGain(share, right),
        requests,
        (random, candidates) -> {
          int arm = random.nextInt(1 + candidates.size());
          boolean itsRight = random.nextDouble() < right;
          for (int i = 0; i < candidates.size(); i++) {
            // Current's requests are in both tests, a candidate's in its own.
            if (arm == 0 || arm == 1 + i) {
              candidates.get(i).plus(Units.assigned(share, arm != 0, itsRight));
            }
          }
        });
  }
}
