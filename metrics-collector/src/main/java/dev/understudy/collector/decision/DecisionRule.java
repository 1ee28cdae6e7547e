package dev.understudy.collector.decision;

import dev.understudy.collector.statistics.EValues;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Verdict;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The rule of promotion: eight steps, the first that applies decides.
 *
 * <p>Promotion asks that every condition holds at the same evaluation, each at its own α: the
 * intersection of the claims needs no correction (Berger 1982). Rollback may be triggered by any of
 * K conditions, so α is divided by K. Nothing is latched. Pure and immutable.
 */
public final class DecisionRule {
  private final DecisionPolicy policy;
  private final int triggers;
  private final double alphaRollback;

  /**
   * Where a test stands.
   *
   * @param units of the primary KPI, both arms together
   * @param fewestUnits pairs, or units of the smaller arm
   * @param futile absent when futility is off
   */
  public record Situation(
      long units,
      long fewestUnits,
      long elapsedMs,
      boolean healthy,
      double better,
      double worse,
      OptionalDouble futile,
      List<GuardSituation> guards) {
    public Situation {
      guards = List.copyOf(guards);
    }
  }

  /** Evidence of one guard, in nats. */
  public record GuardSituation(double harm, double safe, boolean required) {}

  /** The rule under a policy with so many guards. */
  public DecisionRule(DecisionPolicy policy, int guards) {
    this(policy, 1 + guards, policy.getAlphaRollback());
  }

  /** The rule where so many measures may roll back, at an α of their own. */
  DecisionRule(DecisionPolicy policy, int triggers, double alphaRollback) {
    this.policy = policy;
    this.triggers = triggers;
    this.alphaRollback = alphaRollback;
  }

  double neededToPromote() {
    return EValues.needed(policy.getAlphaPromote());
  }

  double neededToRollBack() {
    return Math.log(triggers / alphaRollback);
  }

  double neededToStop() {
    return EValues.needed(policy.getAlphaFutility());
  }

  /** What follows from where the test stands. */
  public Verdict verdict(Situation now) {
    if (anyGuardHarmed(now)) {
      return Verdict.ROLLBACK;
    }
    if (enoughUnits(now) && now.worse() >= neededToRollBack()) {
      return Verdict.ROLLBACK;
    }
    if (!now.healthy()) {
      return atLongest(now) ? Verdict.STOP_INVALID : Verdict.HOLD;
    }
    if (!enoughUnits(now) || now.elapsedMs() < policy.getMinimumDurationMs()) {
      return Verdict.CONTINUE;
    }
    boolean better = now.better() >= neededToPromote();
    if (better && everyRequiredGuardIsSafe(now)) {
      return Verdict.PROMOTE;
    }
    if (!better && now.futile().isPresent() && now.futile().getAsDouble() >= neededToStop()) {
      return Verdict.STOP_FUTILE;
    }
    if (atLongest(now) || atMostUnits(now)) {
      return Verdict.STOP_INCONCLUSIVE;
    }
    return Verdict.CONTINUE;
  }

  /**
   * What follows for a promotion that is watched. Nothing is promoted or given up any more, and
   * exact evidence needs no fewest units.
   *
   * @param over whether all slots of the watch are over
   */
  Verdict watched(Situation now, boolean over) {
    if (anyGuardHarmed(now) || now.worse() >= neededToRollBack()) {
      return Verdict.ROLLBACK;
    }
    if (over) {
      return now.healthy() ? Verdict.WATCHED_OK : Verdict.STOP_INVALID;
    }
    return now.healthy() ? Verdict.CONTINUE : Verdict.HOLD;
  }

  boolean enoughUnits(Situation now) {
    return now.fewestUnits() >= policy.getMinimumUnits();
  }

  private boolean anyGuardHarmed(Situation now) {
    return now.guards().stream().anyMatch(guard -> guard.harm() >= neededToRollBack());
  }

  private boolean everyRequiredGuardIsSafe(Situation now) {
    return now.guards().stream()
        .allMatch(guard -> !guard.required() || guard.safe() >= neededToPromote());
  }

  private boolean atLongest(Situation now) {
    return policy.getMaximumDurationMs() > 0 && now.elapsedMs() >= policy.getMaximumDurationMs();
  }

  private boolean atMostUnits(Situation now) {
    return policy.getMaximumUnits() > 0 && now.units() >= policy.getMaximumUnits();
  }
}
