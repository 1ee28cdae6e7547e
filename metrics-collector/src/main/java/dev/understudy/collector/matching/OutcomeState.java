package dev.understudy.collector.matching;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.state.v1.LastOutcome;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingLabel;
import dev.understudy.collector.state.v1.WaitingPrediction;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a prediction stands with its outcome. All times are those of the log.
 *
 * @param status what the last outcome was (matched, pending, duplicate, corrected, late, unusable);
 *     pending also when none came yet, unlabelled when the prediction was judged without one,
 *     unknown when neither half is known or not any more
 * @param waitsFor of what is pending, the half that is missing: outcome or prediction
 * @param judged whether its test has counted it
 * @param labelUntil until when an outcome counts in the test; null when no test waits for it
 * @param lastOutcome the outcome that came last, whatever it was
 * @param outcomes all that were kept
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OutcomeState(
    String predictionId,
    String status,
    @Nullable String waitsFor,
    @Nullable String project,
    @Nullable String model,
    @Nullable String testId,
    boolean judged,
    @Nullable Instant predictedAt,
    @Nullable Instant labelUntil,
    @Nullable Seen lastOutcome,
    List<Seen> outcomes) {

  private static final String UNKNOWN = "unknown";
  private static final String UNLABELLED = "unlabelled";

  /**
   * One outcome.
   *
   * @param row of the request
   */
  public record Seen(String name, int row, int revision, Instant at) {}

  /** Of a row, or of none. */
  static OutcomeState of(String id, @Nullable Waiting row, @Nullable TestPlan plan) {
    if (row == null) {
      return new OutcomeState(
          id, UNKNOWN, null, null, null, null, false, null, null, null, List.of());
    }
    String status = status(row);
    boolean pending = status.equals(OutcomeStatus.PENDING.word());
    List<Seen> outcomes = row.getLabelsList().stream().map(OutcomeState::seen).toList();
    Seen ofLabels = outcomes.isEmpty() ? null : outcomes.getLast();
    Seen last = row.hasLastOutcome() ? seen(row.getLastOutcome()) : ofLabels;
    if (!row.hasPrediction()) {
      String waitsFor = pending ? "prediction" : null;
      return new OutcomeState(
          id, status, waitsFor, null, null, null, false, null, null, last, outcomes);
    }
    WaitingPrediction prediction = row.getPrediction();
    boolean waits = row.getState() == Waiting.State.WAITING;
    return new OutcomeState(
        id,
        status,
        pending ? "outcome" : null,
        prediction.getProject(),
        prediction.getModel(),
        prediction.getTestId().isEmpty() ? null : prediction.getTestId(),
        row.getState() == Waiting.State.JUDGED,
        Instant.ofEpochMilli(prediction.getAppendedMs()),
        waits && plan != null
            ? Instant.ofEpochMilli(prediction.getAppendedMs() + plan.horizonMs())
            : null,
        last,
        outcomes);
  }

  private static String status(Waiting row) {
    boolean labelled = row.getLabelsCount() > 0;
    if (!row.hasPrediction()) {
      return labelled ? OutcomeStatus.PENDING.word() : UNKNOWN;
    }
    if (row.hasLastOutcome()) {
      return row.getLastOutcome().getStatus();
    }
    if (labelled) {
      return OutcomeStatus.MATCHED.word();
    }
    return row.getState() == Waiting.State.JUDGED ? UNLABELLED : OutcomeStatus.PENDING.word();
  }

  private static Seen seen(WaitingLabel label) {
    return new Seen(
        label.getName(),
        label.getRow(),
        label.getRevision(),
        Instant.ofEpochMilli(label.getAppendedMs()));
  }

  private static Seen seen(LastOutcome last) {
    return new Seen(
        last.getName(),
        last.getRow(),
        last.getRevision(),
        Instant.ofEpochMilli(last.getAppendedMs()));
  }
}
