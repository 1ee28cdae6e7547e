package dev.understudy.collector.matching;

import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;

/** Records of a split at one half, for tests. */
final class SplitEvents {
  private SplitEvents() {}

  static PredictionLogged.Builder arm(String id, String testId, String version) {
    return Events.logged(id, testId)
        .setMode(RouteMode.SPLIT)
        .setArm(version)
        .clearProbabilities()
        .addProbabilities(ArmProbability.newBuilder().setVersion("1").setProbability(0.5))
        .addProbabilities(ArmProbability.newBuilder().setVersion("2").setProbability(0.5));
  }

  static PredictionLogged.Builder logged(
      String id, String testId, String version, double probability) {
    return arm(id, testId, version).addScores(Events.answered(version, probability));
  }
}
