package dev.understudy.collector.matching;

import dev.understudy.collector.comparison.AucTally;
import dev.understudy.collector.comparison.Calibrating;
import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Measure;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.state.v1.NamedNumber;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.collector.state.v1.WaitingScore;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a mature row under the definition of its test. */
final class UnitReader {
  /** What subtracting shares from 1 may have cost. */
  private static final double ROUNDING = 1e-9;

  private UnitReader() {}

  /** What the test counts; null when the row contradicts the definition. */
  static @Nullable JudgedUnit read(String id, Waiting row, TestPlan plan) {
    WaitingPrediction prediction = row.getPrediction();
    if (!prediction.getProject().equals(plan.project())
        || !prediction.getModel().equals(plan.model())
        || prediction.getMode() != plan.mode().getNumber()) {
      return null;
    }
    Calibrating calibrating = plan.calibrating();
    if (calibrating != null) {
      return measured(row, plan, calibrating);
    }
    Labels.Known known = Labels.known(row, plan);
    int shard =
        plan.measure().family() == Measure.Family.BLOCKS ? Shards.of(id, AucTally.SHARDS) : 0;
    return plan.mode() == RouteMode.SHADOW
        ? pair(row, plan, known, shard)
        : assigned(prediction, plan, known, shard);
  }

  private static JudgedUnit.@Nullable Measured measured(
      Waiting row, TestPlan plan, Calibrating calibrating) {
    WaitingPrediction prediction = row.getPrediction();
    if (!prediction.getArm().equals(plan.current())) {
      return null;
    }
    List<JudgedUnit.Reading> readings = new ArrayList<>();
    for (Calibrating.Draft draft : calibrating.drafts()) {
      readings.add(
          new JudgedUnit.Reading(
              scored(prediction, plan.current(), draft.plan()),
              Labels.known(row, draft.plan()).truth()));
    }
    return new JudgedUnit.Measured(prediction.getEpoch(), readings);
  }

  private static JudgedUnit.@Nullable Pair pair(
      Waiting row, TestPlan plan, Labels.Known known, int shard) {
    WaitingPrediction prediction = row.getPrediction();
    if (!prediction.getArm().equals(plan.answering())) {
      return null;
    }
    Scored answered = scored(prediction, plan.answering(), plan);
    Scored rehearsed = shadow(row, plan);
    return new JudgedUnit.Pair(
        prediction.getEpoch(),
        plan.answering(answered, rehearsed),
        plan.answering(rehearsed, answered),
        known.truth(),
        known.draw(),
        shard);
  }

  /** Whether the version that nobody is answered by has said nothing yet. */
  static boolean awaitsShadow(Waiting row, TestPlan plan) {
    if (row.getShadowsCount() > 0) {
      return false;
    }
    WaitingScore announced = find(row.getPrediction().getScoresList(), plan.rehearsing());
    return announced != null && announced.getStatus() == ScoreStatus.EXPECTED_VALUE;
  }

  private static Scored shadow(Waiting row, TestPlan plan) {
    WaitingPrediction prediction = row.getPrediction();
    String version = plan.rehearsing();
    WaitingScore announced = find(prediction.getScoresList(), version);
    if (announced == null || announced.getStatus() != ScoreStatus.EXPECTED_VALUE) {
      return announced == null
          ? Scored.LOST
          : PredictionReader.scored(announced, prediction.getRows(), plan);
    }
    WaitingScore came = find(row.getShadowsList(), version);
    boolean inTime =
        came != null
            && (came.getTestId().isEmpty() || came.getTestId().equals(plan.testId()))
            && came.getAppendedMs() - prediction.getAppendedMs() <= plan.shadowDeadlineMs();
    return came != null && inTime
        ? PredictionReader.scored(came, prediction.getRows(), plan)
        : Scored.LOST;
  }

  private static JudgedUnit.@Nullable Assigned assigned(
      WaitingPrediction prediction, TestPlan plan, Labels.Known known, int shard) {
    boolean toCandidate = prediction.getArm().equals(plan.candidate());
    if (!toCandidate && !prediction.getArm().equals(plan.current())) {
      return null;
    }
    double ofCandidate = probability(prediction, plan.candidate());
    if (Double.isNaN(ofCandidate)) {
      return null;
    }
    return new JudgedUnit.Assigned(
        prediction.getEpoch(),
        share(ofCandidate, probability(prediction, plan.current())),
        toCandidate,
        scored(prediction, prediction.getArm(), plan),
        known.truth(),
        known.draw(),
        shard);
  }

  /** The logged probability of an arm; NaN where none was. */
  private static double probability(WaitingPrediction prediction, String version) {
    for (NamedNumber one : prediction.getProbabilitiesList()) {
      if (one.getName().equals(version)) {
        return one.getValue();
      }
    }
    return Double.NaN;
  }

  /**
   * The candidate's probability, given that the request is in one of the test's two arms: where
   * others are under test as well, the two do not make up a whole.
   */
  private static double share(double ofCandidate, double ofCurrent) {
    double both = ofCandidate + ofCurrent;
    boolean alone = !(both > 0) || Math.abs(both - 1) < ROUNDING;
    return alone ? ofCandidate : ofCandidate / both;
  }

  private static Scored scored(WaitingPrediction prediction, String version, TestPlan plan) {
    WaitingScore score = find(prediction.getScoresList(), version);
    return score == null ? Scored.LOST : PredictionReader.scored(score, prediction.getRows(), plan);
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
