package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.OutcomeEvent;
import dev.understudy.contracts.v1.OutcomeObserved;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.ShadowScored;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.Tick;
import dev.understudy.contracts.v1.VersionScore;

/** Records of both inputs, for tests. */
final class Events {
  private Events() {}

  /** One record of one input of one partition. */
  record Entry(boolean ofPredictions, long appendedMs, byte[] key, byte[] value) {}

  static VersionScore answered(String version, double probability) {
    return VersionScore.newBuilder()
        .setVersion(version)
        .setStatus(ScoreStatus.ANSWERED)
        .setLatencyUs(900)
        .addOutputs(
            TensorValue.newBuilder()
                .setName("probability")
                .setDatatype("FP32")
                .addShape(1)
                .addNumbers(probability))
        .build();
  }

  static VersionScore with(String version, ScoreStatus status) {
    return VersionScore.newBuilder().setVersion(version).setStatus(status).build();
  }

  static PredictionLogged.Builder logged(String id, String testId) {
    return PredictionLogged.newBuilder()
        .setPredictionId(id)
        .setProject("demo")
        .setModel("credit-risk")
        .setTestId(testId)
        .setMode(RouteMode.SHADOW)
        .setArm("1")
        .setAnsweredBy("1")
        .setRows(1)
        .addProbabilities(ArmProbability.newBuilder().setVersion("1").setProbability(1));
  }

  /** In shadow; both versions have answered already. */
  static Entry pair(long at, String id, String testId, double current, double candidate) {
    return prediction(
        at,
        logged(id, testId).addScores(answered("1", current)).addScores(answered("2", candidate)));
  }

  /** In shadow; the candidate's answer follows. */
  static Entry awaiting(long at, String id, String testId, double current) {
    return prediction(
        at,
        logged(id, testId)
            .addScores(answered("1", current))
            .addScores(with("2", ScoreStatus.EXPECTED)));
  }

  static Entry prediction(long at, PredictionLogged.Builder logged) {
    return new Entry(
        true,
        at,
        logged.getPredictionId().getBytes(UTF_8),
        PredictionEvent.newBuilder().setLogged(logged).build().toByteArray());
  }

  static Entry shadow(long at, String id, String testId, double candidate) {
    return shadow(at, id, testId, answered("2", candidate));
  }

  static Entry shadow(long at, String id, String testId, VersionScore candidate) {
    return new Entry(
        true,
        at,
        id.getBytes(UTF_8),
        PredictionEvent.newBuilder()
            .setShadow(
                ShadowScored.newBuilder().setPredictionId(id).setTestId(testId).setScore(candidate))
            .build()
            .toByteArray());
  }

  static Entry label(long at, String id, String value, int revision) {
    return outcome(
        at,
        OutcomeObserved.newBuilder()
            .setPredictionId(id)
            .setName("status")
            .setValue(OutcomeValue.newBuilder().setText(value))
            .setRevision(revision));
  }

  static Entry outcome(long at, OutcomeObserved.Builder outcome) {
    return new Entry(
        false,
        at,
        outcome.getPredictionId().getBytes(UTF_8),
        OutcomeEvent.newBuilder().setObserved(outcome).build().toByteArray());
  }

  static Entry tick(boolean ofPredictions, long at) {
    Tick tick = Tick.getDefaultInstance();
    return new Entry(
        ofPredictions,
        at,
        null,
        ofPredictions
            ? PredictionEvent.newBuilder().setTick(tick).build().toByteArray()
            : OutcomeEvent.newBuilder().setTick(tick).build().toByteArray());
  }
}
