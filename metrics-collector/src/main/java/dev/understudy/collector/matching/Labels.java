package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.Calibrating;
import dev.understudy.collector.comparison.LabelDraw;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.Truth;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingLabel;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.contracts.v1.OutcomeValue;
import org.jspecify.annotations.Nullable;

/**
 * Which outcome of a prediction counts. All timely revisions are kept until the prediction is
 * judged, because only then the horizon is certainly known; the newest within it counts.
 */
final class Labels {
  /** Of one row and in all; more are refused, first come, first kept. */
  private static final int MOST_OF_ROW = 64;

  private static final int MOST = 4 * PartitionMatcher.MOST_ROWS;

  private Labels() {}

  /** What the label is to those that came before it. */
  static OutcomeStatus compared(Waiting row, WaitingLabel label) {
    boolean seen = false;
    int ofRow = 0;
    for (WaitingLabel other : row.getLabelsList()) {
      ofRow += other.getRow() == label.getRow() ? 1 : 0;
      if (sameSubject(row, other, label)) {
        seen = true;
        if (other.getRevision() >= label.getRevision()) {
          return OutcomeStatus.DUPLICATE;
        }
      }
    }
    if (ofRow >= MOST_OF_ROW || row.getLabelsCount() >= MOST) {
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
    return (prediction.getRows() == 0 || label.getRow() < prediction.getRows())
        && (label.getProject().isEmpty() || label.getProject().equals(prediction.getProject()))
        && (label.getModel().isEmpty() || label.getModel().equals(prediction.getModel()))
        && prediction.getAppendedMs() - label.getAppendedMs() <= keep.outcomesMs();
  }

  /**
   * What the labels say.
   *
   * @param truth the outcome of every row, by the newest label in time; not known of a row without
   *     any, and when that one cannot be used
   * @param draw how the label of the only row came about; that of several rows is certain
   */
  record Known(Truth truth, LabelDraw draw) {}

  /** The newest labels in time, as the test reads them. */
  static Known known(Waiting row, TestPlan plan) {
    @Nullable WaitingLabel[] newest = newest(row, plan);
    double[] truth = new double[newest.length];
    for (int i = 0; i < truth.length; i++) {
      WaitingLabel label = newest[i];
      truth[i] = label != null && usable(label, plan) ? read(label, plan) : Double.NaN;
    }
    return new Known(
        Truth.of(truth),
        newest.length == 1 && plan.labels().drawn() ? draw(newest[0], plan) : LabelDraw.CERTAIN);
  }

  private static @Nullable WaitingLabel[] newest(Waiting row, TestPlan plan) {
    int rows = Math.max(1, row.getPrediction().getRows());
    @Nullable WaitingLabel[] newest = new @Nullable WaitingLabel[rows];
    for (WaitingLabel label : row.getLabelsList()) {
      if (label.getRow() < rows
          && label.getName().equals(plan.outcome())
          && label.getAppendedMs() - row.getPrediction().getAppendedMs() <= plan.horizonMs()) {
        WaitingLabel before = newest[label.getRow()];
        if (before == null || label.getRevision() > before.getRevision()) {
          newest[label.getRow()] = label;
        }
      }
    }
    return newest;
  }

  private static LabelDraw draw(@Nullable WaitingLabel label, TestPlan plan) {
    if (label == null) {
      return LabelDraw.CERTAIN;
    }
    return usable(label, plan)
        ? new LabelDraw(label.getLabellingProbability(), false)
        : LabelDraw.SPOILED;
  }

  /**
   * Whether a test can read the label at all: it is of the test's outcome, a value of it, and has a
   * probability that can be used where labels are drawn.
   */
  static boolean usable(WaitingLabel label, TestPlan plan) {
    Calibrating calibrating = plan.calibrating();
    if (calibrating != null) {
      return calibrating.drafts().stream().anyMatch(draft -> usable(label, draft.plan()));
    }
    return label.getName().equals(plan.outcome())
        && !Double.isNaN(read(label, plan))
        && plan.labels().allows(label.getLabellingProbability());
  }

  private static double read(WaitingLabel label, TestPlan plan) {
    try {
      return plan.measure().truth(OutcomeValue.parseFrom(label.getValue()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept label cannot be read", e);
    }
  }
}
