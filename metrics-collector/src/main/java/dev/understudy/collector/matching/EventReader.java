package dev.understudy.collector.matching;

import dev.understudy.collector.comparison.Measure;
import dev.understudy.collector.state.v1.NamedNumber;
import dev.understudy.collector.state.v1.WaitingLabel;
import dev.understudy.collector.state.v1.WaitingOutput;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.collector.state.v1.WaitingScore;
import dev.understudy.contracts.Names;
import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.OutcomeObserved;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.ShadowScored;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.VersionScore;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns events of the log into rows that wait, without inputs and within bounds. Whatever is not
 * plausible is refused here (null); the log is as untrusted as any other input.
 */
final class EventReader {
  private static final int MOST_VERSIONS = 16;
  private static final int MOST_OUTPUTS = 16;
  private static final int LONGEST_TEXT = 1_024;

  /** In bytes. */
  private static final int LONGEST_CLASS = 256;

  private EventReader() {}

  /**
   * A prediction with what its versions put out.
   *
   * @param wanted the only output that its test reads; empty while that is not known, when whatever
   *     could be it is kept
   */
  static @Nullable WaitingPrediction prediction(
      PredictionLogged logged, long effectiveMs, String wanted) {
    if (!Names.allowed(logged.getPredictionId())
        || !Names.allowed(logged.getProject())
        || !Names.allowed(logged.getModel())
        || !(logged.getTestId().isEmpty() || Names.allowed(logged.getTestId()))
        || !hasDistinctTests(logged)
        || logged.getScoresCount() > MOST_VERSIONS
        || logged.getProbabilitiesCount() > MOST_VERSIONS
        || logged.getArm().length() > LONGEST_TEXT
        || logged.getRows() < 0) {
      return null;
    }
    WaitingPrediction.Builder prediction =
        WaitingPrediction.newBuilder()
            .setTestId(logged.getTestId())
            .addAllFurtherTests(logged.getFurtherTestsList())
            .setEpoch(logged.getEpoch())
            .setMode(logged.getModeValue())
            .setAppendedMs(effectiveMs)
            .setProject(logged.getProject())
            .setModel(logged.getModel())
            .setArm(logged.getArm())
            .setRows(Math.max(1, logged.getRows()));
    for (ArmProbability arm : logged.getProbabilitiesList()) {
      prediction.addProbabilities(
          NamedNumber.newBuilder().setName(arm.getVersion()).setValue(arm.getProbability()));
    }
    for (VersionScore score : logged.getScoresList()) {
      WaitingScore.Builder read = score(score, wanted);
      if (read == null) {
        return null;
      }
      prediction.addScores(read);
    }
    return prediction.build();
  }

  private static boolean hasDistinctTests(PredictionLogged logged) {
    if (logged.getFurtherTestsCount() == 0) {
      return true;
    }
    Set<String> seen = new HashSet<>(Set.of(logged.getTestId()));
    return !logged.getTestId().isEmpty()
        && logged.getFurtherTestsCount() < MOST_VERSIONS
        && logged.getFurtherTestsList().stream()
            .allMatch(test -> Names.allowed(test) && seen.add(test));
  }

  /** A shadow's score; {@code wanted} as for a prediction. */
  static @Nullable WaitingScore shadow(ShadowScored shadow, long effectiveMs, String wanted) {
    WaitingScore.Builder read = score(shadow.getScore(), wanted);
    return read == null || !Names.allowed(shadow.getTestId())
        ? null
        : read.setAppendedMs(effectiveMs).setTestId(shadow.getTestId()).build();
  }

  static @Nullable WaitingLabel label(OutcomeObserved outcome, long effectiveMs) {
    if (!Names.allowed(outcome.getPredictionId())
        || !Names.allowed(outcome.getName())
        || outcome.getRow() < 0
        || outcome.getRevision() < 0
        || outcome.getProject().length() > LONGEST_TEXT
        || outcome.getModel().length() > LONGEST_TEXT
        || !isProbability(outcome)
        || !usable(outcome.getValue())) {
      return null;
    }
    WaitingLabel.Builder label =
        WaitingLabel.newBuilder()
            .setRow(outcome.getRow())
            .setName(outcome.getName())
            .setValue(outcome.getValue().toByteString())
            .setRevision(outcome.getRevision())
            .setAppendedMs(effectiveMs)
            .setProject(outcome.getProject())
            .setModel(outcome.getModel());
    if (outcome.hasLabellingProbability()) {
      label.setLabellingProbability(outcome.getLabellingProbability());
    }
    return label.build();
  }

  private static boolean isProbability(OutcomeObserved outcome) {
    double probability = outcome.getLabellingProbability();
    return !outcome.hasLabellingProbability() || (probability > 0 && probability <= 1);
  }

  private static boolean usable(OutcomeValue value) {
    return switch (value.getValueCase()) {
      case TEXT -> value.getText().length() <= LONGEST_TEXT;
      case NUMBER -> Double.isFinite(value.getNumber());
      case FLAG -> true;
      case VALUE_NOT_SET -> false;
    };
  }

  private static WaitingScore.@Nullable Builder score(VersionScore score, String wanted) {
    if (!Names.allowed(score.getVersion()) || score.getOutputsCount() > MOST_OUTPUTS) {
      return null;
    }
    WaitingScore.Builder read =
        WaitingScore.newBuilder()
            .setVersion(score.getVersion())
            .setStatus(score.getStatusValue())
            .setLatencyUs(Math.max(0, score.getLatencyUs()));
    for (TensorValue output : score.getOutputsList()) {
      if (output.getName().length() > LONGEST_TEXT
          || !(wanted.isEmpty() || output.getName().equals(wanted))) {
        continue;
      }
      if (output.getNumbersCount() == 1) {
        read.addOutputs(
            NamedNumber.newBuilder().setName(output.getName()).setValue(output.getNumbers(0)));
      } else if (mayPredict(output)) {
        read.addWide(wide(output));
      }
    }
    return read;
  }

  /** Whether the output could be a prediction under any definition; what could not is not kept. */
  private static boolean mayPredict(TensorValue output) {
    int elements = output.getNumbersCount() + output.getIntegersCount() + output.getTextsCount();
    long rows = output.getShapeCount() == 0 ? 1 : Math.max(1, output.getShape(0));
    return elements > 0
        && elements <= PartitionMatcher.MOST_ROWS * Measure.MOST_CLASSES
        && elements / rows <= Measure.MOST_CLASSES
        && output.getTextsList().stream().allMatch(text -> text.size() <= LONGEST_CLASS);
  }

  private static WaitingOutput wide(TensorValue output) {
    WaitingOutput.Builder wide =
        WaitingOutput.newBuilder()
            .setName(output.getName())
            .addAllNumbers(output.getNumbersList())
            .addAllIntegers(output.getIntegersList());
    output.getTextsList().forEach(text -> wide.addTexts(text.toStringUtf8()));
    return wide.build();
  }
}
