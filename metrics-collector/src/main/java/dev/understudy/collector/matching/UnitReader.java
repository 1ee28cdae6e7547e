package dev.understudy.collector.matching;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.state.v1.NamedNumber;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.collector.state.v1.WaitingScore;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Reads a mature row under the definition of its test. */
final class UnitReader {
  private UnitReader() {}

  /** What the test counts; null when the row contradicts the definition. */
  static @Nullable JudgedUnit read(Waiting row, TestPlan plan) {
    WaitingPrediction prediction = row.getPrediction();
    if (!prediction.getProject().equals(plan.project())
        || !prediction.getModel().equals(plan.model())
        || prediction.getMode() != plan.mode().getNumber()) {
      return null;
    }
    Labels.Truth truth = Labels.truth(row, plan);
    return plan.mode() == RouteMode.SHADOW
        ? pair(row, plan, truth)
        : assigned(prediction, plan, truth);
  }

  private static JudgedUnit.@Nullable Pair pair(Waiting row, TestPlan plan, Labels.Truth truth) {
    WaitingPrediction prediction = row.getPrediction();
    if (!prediction.getArm().equals(plan.current())) {
      return null;
    }
    return new JudgedUnit.Pair(
        prediction.getEpoch(),
        scored(prediction.getScoresList(), plan.current(), plan),
        shadow(row, plan),
        truth.positive(),
        truth.draw());
  }

  private static Scored shadow(Waiting row, TestPlan plan) {
    WaitingPrediction prediction = row.getPrediction();
    WaitingScore announced = find(prediction.getScoresList(), plan.candidate());
    if (announced == null || announced.getStatus() != ScoreStatus.EXPECTED_VALUE) {
      return announced == null ? Scored.LOST : scored(announced, plan);
    }
    WaitingScore came = find(row.getShadowsList(), plan.candidate());
    boolean inTime =
        came != null
            && came.getTestId().equals(plan.testId())
            && came.getAppendedMs() - prediction.getAppendedMs() <= plan.shadowDeadlineMs();
    return came != null && inTime ? scored(came, plan) : Scored.LOST;
  }

  private static JudgedUnit.@Nullable Assigned assigned(
      WaitingPrediction prediction, TestPlan plan, Labels.Truth truth) {
    boolean toCandidate = prediction.getArm().equals(plan.candidate());
    if (!toCandidate && !prediction.getArm().equals(plan.current())) {
      return null;
    }
    OptionalDouble share =
        prediction.getProbabilitiesList().stream()
            .filter(one -> one.getName().equals(plan.candidate()))
            .mapToDouble(NamedNumber::getValue)
            .findFirst();
    if (share.isEmpty()) {
      return null;
    }
    return new JudgedUnit.Assigned(
        prediction.getEpoch(),
        share.getAsDouble(),
        toCandidate,
        scored(prediction.getScoresList(), prediction.getArm(), plan),
        truth.positive(),
        truth.draw());
  }

  private static Scored scored(List<WaitingScore> scores, String version, TestPlan plan) {
    WaitingScore score = find(scores, version);
    return score == null ? Scored.LOST : scored(score, plan);
  }

  private static Scored scored(WaitingScore score, TestPlan plan) {
    ScoreStatus status = ScoreStatus.forNumber(score.getStatus());
    double probability =
        score.getOutputsList().stream()
            .filter(one -> one.getName().equals(plan.meaning().getOutput()))
            .mapToDouble(NamedNumber::getValue)
            .findFirst()
            .orElse(Double.NaN);
    return new Scored(
        status == null ? ScoreStatus.SCORE_STATUS_UNSPECIFIED : status,
        probability,
        score.getLatencyUs());
  }

  private static @Nullable WaitingScore find(List<WaitingScore> scores, String version) {
    for (WaitingScore score : scores) {
      if (score.getVersion().equals(version)) {
        return score;
      }
    }
    return null;
  }
}
