package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardEvidence;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.registry.problem.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether a split may go on to its next share. It needs guards that are unharmed, not proof: the
 * last accepted evaluation is about the epoch that is live, says CONTINUE of healthy data, and no
 * guard is beyond its line. Pure.
 */
final class WideningCheck {
  private static final Duration FRESH = Duration.ofMinutes(5);

  private WideningCheck() {}

  /**
   * Why it may not, for people; empty when it may. All candidates are widened together, so each of
   * them must be allowed to be.
   *
   * @param latest the last evaluation of a test that was accepted; empty when there is none yet
   */
  static Optional<String> blocked(
      Rollout rollout, Function<PlannedTest, Optional<RolloutEvaluated>> latest) {
    if (rollout.state() != RolloutState.SPLIT) {
      return Optional.of(
          "the rollout is %s; only a split that runs is widened".formatted(rollout.state()));
    }
    for (PlannedTest test : rollout.liveTests()) {
      Optional<String> reason = blocked(rollout, test, latest.apply(test).orElse(null));
      if (reason.isPresent()) {
        return rollout.hasSeveral()
            ? reason.map(why -> "version %s: %s".formatted(test.candidate(), why))
            : reason;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> blocked(
      Rollout rollout, PlannedTest test, @Nullable RolloutEvaluated latest) {
    Epoch live = rollout.epoch(test);
    if (test.after(live).isEmpty()) {
      return Optional.of("%s is the last share of the split".formatted(live.getShare()));
    }
    if (latest == null) {
      return Optional.of("no evaluation of the split was accepted yet; wait for the first");
    }
    if (latest.getEpoch() != live.getNumber()) {
      return Optional.of(
          "the last evaluation is of epoch %d, and epoch %d is live; wait until its predictions mature"
              .formatted(latest.getEpoch(), live.getNumber()));
    }
    if (latest.getVerdict() != Verdict.CONTINUE) {
      return Optional.of("the last verdict is %s".formatted(latest.getVerdict()));
    }
    if (!latest.getEvidence().getHealth().getHealthy()) {
      return Optional.of("the data are not healthy; see the last evaluation");
    }
    return test.definition().getGuardsList().stream()
        .filter(guard -> !isUnharmed(guard, latest, test.definition()))
        .findFirst()
        .map(
            guard ->
                "guard %s is not known to be below its line of harm".formatted(guard.getKind()));
  }

  /**
   * Refuses any share but the next one of a running split.
   *
   * <p>None is narrower: an epoch of a smaller share after a wider one would have to be a new one,
   * and the definition that was hashed lists only rising shares.
   */
  static void refuseUnlessNext(Rollout rollout, double share) {
    Optional<PlannedTest> live = rollout.liveTest();
    Optional<Epoch> next = live.flatMap(test -> test.after(rollout.epoch(test)));
    if (live.isEmpty() || next.isEmpty()) {
      return;
    }
    if (share <= rollout.epoch(live.get()).getShare()) {
      throw Refused.field(
          "share",
          "the split is at %s, and the frozen definition of a test only knows wider shares to come;"
                  .formatted(rollout.epoch(live.get()).getShare())
              + " to expose fewer, stop the rollout and start another");
    }
    if (share != next.get().getShare()) {
      throw Refused.field(
          "share", "the next share is %s; each is taken in turn".formatted(next.get().getShare()));
    }
  }

  /**
   * Whether the evaluation is too old for a person to act on, and why; a collector that is away
   * sees no harm.
   */
  static Optional<String> old(@Nullable RolloutEvaluated latest, Instant now) {
    if (latest == null) {
      return Optional.empty();
    }
    Instant of = Instant.ofEpochMilli(latest.getLogTimeMs());
    return of.isBefore(now.minus(FRESH))
        ? Optional.of(
            "the last evaluation is of %s; see whether the collector runs and keeps up"
                .formatted(of))
        : Optional.empty();
  }

  /** By the line of the registry's own definition: ln(K / alpha), K measures that may roll back. */
  private static boolean isUnharmed(
      Guard guard, RolloutEvaluated latest, TestDefinition definition) {
    double line =
        Math.log((1 + definition.getGuardsCount()) / definition.getPolicy().getAlphaRollback());
    return latest.getEvidence().getGuardsList().stream()
        .filter(found -> found.getKind() == guard.getKind() && found.hasHarm())
        .map(GuardEvidence::getHarm)
        .anyMatch(harm -> harm.getValue() < line);
  }
}
