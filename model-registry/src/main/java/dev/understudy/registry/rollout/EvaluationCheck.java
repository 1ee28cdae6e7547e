package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardEvidence;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;

/**
 * Whether an evaluation may act. The judge's word is not enough: it must speak about what is live
 * now, and a promotion must carry the evidence that the registry's own definition demands. Pure.
 */
final class EvaluationCheck {
  /** What rounding may take from a sum of logarithms. */
  private static final double ROUNDING = 1e-9;

  private EvaluationCheck() {}

  /**
   * Checks one evaluation whose signature is good.
   *
   * @param begun whether its test ever began
   * @param lastNumber of the evaluations of this test that were accepted
   */
  static Judged check(
      RolloutEvaluated said,
      String project,
      String model,
      ModelRoute route,
      Rollout rollout,
      boolean begun,
      long lastNumber) {
    PlannedTest test = rollout.test(said.getTestId()).orElse(null);
    if (test == null
        || !said.getProject().equals(project)
        || !said.getModel().equals(model)
        || !said.getCandidate().equals(test.candidate())) {
      return Judged.WRONG_TEST;
    }
    if (!said.getDefinitionSha256().equals(test.sha256())) {
      return Judged.WRONG_DEFINITION;
    }
    if (!begun) {
      return Judged.NOT_LIVE;
    }
    if (said.getNumber() <= lastNumber) {
      return Judged.SEEN_BEFORE;
    }
    if (test.stage() == Stage.CALIBRATION) {
      return calibration(said, rollout, test);
    }
    if (said.hasCalibration()) {
      return Judged.BAD_CALIBRATION;
    }
    if (said.getVerdict() == Verdict.ROLLBACK) {
      // Harm is harm in whatever epoch it was found, as long as anybody is exposed to it.
      return RolloutMoves.hasTraffic(route, rollout, test.candidate())
          ? Judged.ACCEPTED
          : Judged.NOT_LIVE;
    }
    if (!rollout.isLive(test)) {
      return Judged.NOT_LIVE;
    }
    int live = rollout.epoch(test).getNumber();
    // An epoch shows only when its predictions mature; until then the judge speaks of the last one,
    // which may go on or stop the test, but promotes nothing.
    boolean known = said.getEpoch() >= 0 && said.getEpoch() <= live;
    if (!known || (said.getVerdict() == Verdict.PROMOTE && said.getEpoch() != live)) {
      return Judged.WRONG_EPOCH;
    }
    boolean watch = test.stage() == Stage.WATCH;
    boolean unsupported =
        switch (said.getVerdict()) {
          case PROMOTE -> watch || !supports(said.getEvidence(), test.definition());
          case WATCHED_OK -> !watch || !watched(said.getEvidence(), test.definition());
          case ROLLBACK,
              STOP_FUTILE,
              STOP_INCONCLUSIVE,
              STOP_INVALID,
              CONTINUE,
              HOLD,
              VERDICT_UNSPECIFIED,
              UNRECOGNIZED ->
              false;
        };
    if (unsupported) {
      return Judged.UNSUPPORTED;
    }
    return Judged.ACCEPTED;
  }

  /** A watch that held saw all of its time, with data that could be trusted. */
  private static boolean watched(Evidence evidence, TestDefinition definition) {
    long wholeMs = definition.getWatch().getSlots() * definition.getWatch().getSlotMs();
    return evidence.getHealth().getHealthy() && evidence.getElapsedMs() >= wholeMs;
  }

  /** It compares nothing, so it says what was measured, or that nothing can be. */
  private static Judged calibration(
      RolloutEvaluated said, Rollout rollout, PlannedTest calibration) {
    if (!rollout.isLive(calibration)) {
      return Judged.NOT_LIVE;
    }
    return switch (said.getVerdict()) {
      case CONTINUE -> isFit(said, calibration) ? Judged.ACCEPTED : Judged.BAD_CALIBRATION;
      case STOP_INCONCLUSIVE, STOP_INVALID ->
          said.hasCalibration() ? Judged.BAD_CALIBRATION : Judged.ACCEPTED;
      case HOLD, PROMOTE, ROLLBACK, STOP_FUTILE, WATCHED_OK, VERDICT_UNSPECIFIED, UNRECOGNIZED ->
          Judged.UNSUPPORTED;
    };
  }

  private static boolean isFit(RolloutEvaluated said, PlannedTest calibration) {
    try {
      return said.hasCalibration()
          && !Calibrated.tests(calibration, said.getCalibration()).isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean supports(Evidence evidence, TestDefinition definition) {
    DecisionPolicy policy = definition.getPolicy();
    double needed = Math.log(1 / policy.getAlphaPromote()) - ROUNDING;
    return evidence.getHealth().getHealthy()
        && evidence.getElapsedMs() >= policy.getMinimumDurationMs()
        && fewestUnits(evidence, definition) >= policy.getMinimumUnits()
        && evidence.getPrimary().getKind() == definition.getPrimary().getKind()
        && evidence.getPrimary().getBetter().getValue() >= needed
        && definition.getGuardsList().stream()
            .filter(Guard::getRequired)
            .allMatch(guard -> isSafe(evidence, guard, needed));
  }

  /** Pairs of a shadow; of a split, the units of the smaller arm. */
  private static long fewestUnits(Evidence evidence, TestDefinition definition) {
    return definition.getMode() == RouteMode.SPLIT
        ? Math.min(evidence.getUnitsCandidate(), evidence.getUnits() - evidence.getUnitsCandidate())
        : evidence.getUnits();
  }

  private static boolean isSafe(Evidence evidence, Guard guard, double needed) {
    return evidence.getGuardsList().stream()
        .filter(found -> found.getKind() == guard.getKind())
        .map(GuardEvidence::getSafe)
        .anyMatch(safe -> safe.getValue() >= needed);
  }
}
