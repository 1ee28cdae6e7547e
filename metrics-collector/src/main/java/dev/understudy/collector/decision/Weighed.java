package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.WatchRule;
import dev.understudy.collector.decision.DecisionRule.GuardSituation;
import dev.understudy.collector.decision.DecisionRule.Situation;
import dev.understudy.contracts.v1.Health;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that speaks for or against the candidate at one second, and what follows from it.
 *
 * @param primary in a watch, with its evidence against the candidate
 * @param guards likewise
 * @param watch null of a test before a promotion
 * @param breaker null where the definition has none
 */
record Weighed(
    PrimaryEvidence primary,
    List<HarmEvidence> guards,
    Health health,
    Situation now,
    DecisionRule rule,
    @Nullable WatchState watch,
    @Nullable Breaker breaker) {

  static Weighed of(TestPlan plan, Tally tally, Stand stand, Memory memory) {
    PrimaryEvidence primary = PrimaryEvidence.of(plan, tally);
    List<HarmEvidence> guards =
        plan.guards().stream().map(guard -> HarmEvidence.of(plan, guard, tally)).toList();
    Health health = HealthCheck.of(plan, tally, primary, stand);
    DecisionRule rule = new DecisionRule(plan.policy(), guards.size());
    WatchRule watched = plan.watch().orElse(null);
    WatchState watch = null;
    if (watched != null) {
      watch = WatchState.of(plan, watched, tally, stand, memory);
      primary = watch.primary(primary);
      guards = watch.guards(guards);
      rule = new DecisionRule(plan.policy(), watch.triggers(guards.size()), watched.alpha());
    }
    Breaker breaker = plan.breaker().map(one -> Breaker.of(plan, one, stand, memory)).orElse(null);
    Situation now = situation(plan, primary, guards, health, stand);
    return new Weighed(primary, guards, health, now, rule, watch, breaker);
  }

  Verdict verdict() {
    if (breaker != null && breaker.trips()) {
      return Verdict.ROLLBACK;
    }
    return watch == null ? rule.verdict(now) : rule.watched(now, watch.over());
  }

  private static Situation situation(
      TestPlan plan,
      PrimaryEvidence primary,
      List<HarmEvidence> guards,
      Health health,
      Stand stand) {
    long fewest =
        plan.mode() == RouteMode.SHADOW
            ? primary.units()
            : Math.min(primary.unitsOfCandidate(), primary.units() - primary.unitsOfCandidate());
    return new Situation(
        primary.units(),
        fewest,
        stand.elapsedMs(),
        health.getHealthy(),
        primary.better(),
        primary.worse(),
        primary.futile(),
        guards.stream()
            .map(one -> new GuardSituation(one.harm(), one.safe(), one.guard().getRequired()))
            .toList());
  }
}
