package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.LabelDraw;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingLabel;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.OutputMeaning;
import org.jspecify.annotations.Nullable;

/**
 * Which outcome of a prediction counts. All timely revisions are kept until the prediction is
 * judged, because only then the horizon is certainly known; the newest within it counts.
 */
final class Labels {
  /** Of one prediction; more are refused, first come, first kept. */
  private static final int MOST = 64;

  private Labels() {}

  /** What the label is to those that came before it. */
  static OutcomeStatus compared(Waiting row, WaitingLabel label) {
    boolean seen = false;
    for (WaitingLabel other : row.getLabelsList()) {
      if (sameSubject(row, other, label)) {
        seen = true;
        if (other.getRevision() >= label.getRevision()) {
          return OutcomeStatus.DUPLICATE;
        }
      }
    }
    if (row.getLabelsCount() >= MOST) {
      return OutcomeStatus.REFUSED;
    }
    return seen ? OutcomeStatus.CORRECTED : OutcomeStatus.MATCHED;
  }

  /**
   * Before the prediction is known, labels that name different models must not displace each other:
   * which of them belongs is not known yet.
   */
  private static boolean sameSubject(Waiting row, WaitingLabel one, WaitingLabel other) {
    return one.getRow() == other.getRow()
        && one.getName().equals(other.getName())
        && (row.hasPrediction()
            || (one.getProject().equals(other.getProject())
                && one.getModel().equals(other.getModel())));
  }

  /** Whether the label speaks of the prediction that it names, and waited no longer than it may. */
  static boolean belongs(WaitingLabel label, WaitingPrediction prediction, Keep keep) {
    return (label.getProject().isEmpty() || label.getProject().equals(prediction.getProject()))
        && (label.getModel().isEmpty() || label.getModel().equals(prediction.getModel()))
        && prediction.getAppendedMs() - label.getAppendedMs() <= keep.outcomesMs();
  }

  /**
   * What the labels say of the outcome.
   *
   * @param positive null without a label, and with one that cannot be used
   * @param draw how it came about
   */
  record Truth(@Nullable Boolean positive, LabelDraw draw) {}

  /** The newest label in time, as the test reads it. */
  static Truth truth(Waiting row, TestPlan plan) {
    WaitingLabel newest = newest(row, plan);
    if (newest == null) {
      return new Truth(null, LabelDraw.CERTAIN);
    }
    Boolean positive = usable(newest, plan) ? read(newest, plan.meaning()) : null;
    if (positive == null) {
      return new Truth(null, LabelDraw.SPOILED);
    }
    return new Truth(
        positive,
        plan.labels().drawn()
            ? new LabelDraw(newest.getLabellingProbability(), false)
            : LabelDraw.CERTAIN);
  }

  private static @Nullable WaitingLabel newest(Waiting row, TestPlan plan) {
    WaitingPrediction prediction = row.getPrediction();
    WaitingLabel newest = null;
    for (WaitingLabel label : row.getLabelsList()) {
      if (label.getRow() == 0
          && label.getName().equals(plan.meaning().getOutcome())
          && label.getAppendedMs() - prediction.getAppendedMs() <= plan.horizonMs()
          && (newest == null || label.getRevision() > newest.getRevision())) {
        newest = label;
      }
    }
    return newest;
  }

  /**
   * Whether a test can read the label at all: it is of the test's outcome, a value of it, and has a
   * probability that can be used where labels are drawn.
   */
  static boolean usable(WaitingLabel label, TestPlan plan) {
    return label.getName().equals(plan.meaning().getOutcome())
        && read(label, plan.meaning()) != null
        && plan.labels().allows(label.getLabellingProbability());
  }

  private static @Nullable Boolean read(WaitingLabel label, OutputMeaning meaning) {
    if (is(label, meaning.getPositive())) {
      return true;
    }
    return meaning.getNegative().isEmpty() || is(label, meaning.getNegative()) ? false : null;
  }

  private static boolean is(WaitingLabel label, String word) {
    OutcomeValue value;
    try {
      value = OutcomeValue.parseFrom(label.getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept label cannot be read", e);
    }
    return switch (value.getValueCase()) {
      case TEXT -> value.getText().equals(word);
      case FLAG -> Boolean.toString(value.getFlag()).equalsIgnoreCase(word);
      case NUMBER -> isNumber(value.getNumber(), word);
      case VALUE_NOT_SET -> false;
    };
  }

  private static boolean isNumber(double number, String word) {
    try {
      return Double.parseDouble(word) == number;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
