package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.matching.MatchCounts.PredictionStatus;
import dev.understudy.collector.matching.MatchCounts.ShadowStatus;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingLabel;
import dev.understudy.collector.state.v1.WaitingPrediction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows that wait for their other half: one per prediction id, and an index of when each
 * expires. What has expired by its own times counts as gone even where it was not cleared away yet,
 * so that clearing early or late changes nothing.
 */
final class WaitingRoom {
  private static final byte[] NOTHING = {0};
  private static final long ONE_DAY_MS = 24L * 60 * 60 * 1_000;

  private final Table rows;
  private final Table index;
  private final Keep keep;
  private final MatchCounts counts;

  WaitingRoom(Table rows, Table index, Keep keep, MatchCounts counts) {
    this.rows = rows;
    this.index = index;
    this.keep = keep;
    this.counts = counts;
  }

  Keep keep() {
    return keep;
  }

  @Nullable Waiting get(String id) {
    byte[] row = rows.get(Keys.id(id));
    if (row == null) {
      return null;
    }
    try {
      return Waiting.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the row of prediction " + id + " cannot be read", e);
    }
  }

  /** Replaces the row, and when it expires. */
  void put(String id, @Nullable Waiting before, Waiting after) {
    if (before == null || before.getExpiresMs() != after.getExpiresMs()) {
      if (before != null) {
        index.delete(Keys.expiry(before.getExpiresMs(), id));
      }
      index.put(Keys.expiry(after.getExpiresMs(), id), NOTHING);
    }
    rows.put(Keys.id(id), after.toByteArray());
  }

  /** A prediction that its test is going to judge. */
  void awaitMaturity(String testId, long appendedMs, String id) {
    index.put(Keys.maturity(testId, appendedMs, id), NOTHING);
  }

  /** Those that are not judged yet and were appended in the range, in order of time and id. */
  List<Table.Row> maturing(String testId, long fromMs, long toMs, int limit) {
    return index.rows(Keys.maturity(testId, fromMs), Keys.maturity(testId, toMs + 1), limit);
  }

  /** When the last of those was appended; -1 without any. */
  long lastAppended(String testId, long fromMs, long toMs) {
    Table.Row last = index.last(Keys.maturity(testId, fromMs), Keys.maturity(testId, toMs + 1));
    return last == null ? -1 : Keys.appendedMs(testId, last.key());
  }

  /** When the first of those was appended; -1 without any. */
  long firstAppended(String testId, long fromMs, long toMs) {
    Table.Row first = index.first(Keys.maturity(testId, fromMs), Keys.maturity(testId, toMs + 1));
    return first == null ? -1 : Keys.appendedMs(testId, first.key());
  }

  /** Judged or given up: what stays is enough to recognise repetitions. */
  void settle(String testId, byte[] maturityKey, Waiting.State state, long nowMs) {
    String id = Keys.idOfMaturity(testId, maturityKey);
    index.delete(maturityKey);
    Waiting before = get(id);
    if (before == null) {
      return;
    }
    put(id, before, settled(before, state, nowMs + keep.predictionsMs()));
  }

  /** The row without what only a judge needs. */
  static Waiting settled(Waiting row, Waiting.State state, long expiresMs) {
    Waiting.Builder kept = Waiting.newBuilder().setState(state).setExpiresMs(expiresMs);
    WaitingPrediction prediction = row.getPrediction();
    kept.setPrediction(
        WaitingPrediction.newBuilder()
            .setAppendedMs(prediction.getAppendedMs())
            .setProject(prediction.getProject())
            .setModel(prediction.getModel())
            .setRows(prediction.getRows()));
    for (WaitingLabel label : row.getLabelsList()) {
      kept.addLabels(bare(label));
    }
    if (row.hasLastOutcome()) {
      kept.setLastOutcome(row.getLastOutcome());
    }
    return kept.build();
  }

  /** The label without its value: enough to recognise a repetition. */
  static WaitingLabel bare(WaitingLabel label) {
    return WaitingLabel.newBuilder()
        .setRow(label.getRow())
        .setName(label.getName())
        .setRevision(label.getRevision())
        .setAppendedMs(label.getAppendedMs())
        .build();
  }

  /**
   * Clears away what has expired, at most {@code budget} rows.
   *
   * @return whether more is left
   */
  boolean expire(LogClock clock, KnownTests tests, int budget) {
    long until = clock.completeMs();
    if (until <= clock.expiredMs()) {
      return false;
    }
    List<Table.Row> due =
        index.rows(Keys.expiry(clock.expiredMs()), Keys.expiry(until + 1), budget);
    long reached = clock.expiredMs();
    for (Table.Row row : due) {
      long expiresMs = Keys.expiresMs(row.key());
      if (expiresMs <= until) {
        expire(row.key(), expiresMs, tests);
        reached = expiresMs;
      }
    }
    boolean more = due.size() == budget;
    clock.expired(more ? reached : until);
    return more;
  }

  private void expire(byte[] expiryKey, long expiresMs, KnownTests tests) {
    index.delete(expiryKey);
    String id = Keys.idOfExpiry(expiryKey);
    Waiting row = get(id);
    if (row == null || row.getExpiresMs() != expiresMs) {
      return;
    }
    if (!row.hasPrediction()) {
      row.getLabelsList().forEach(label -> counts.outcome(OutcomeStatus.UNMATCHED));
      row.getShadowsList().forEach(shadow -> counts.shadow(ShadowStatus.UNMATCHED));
    } else if (row.getState() == Waiting.State.WAITING) {
      WaitingPrediction prediction = row.getPrediction();
      if (tests.find(prediction.getTestId()) != null) {
        put(id, null, row.toBuilder().setExpiresMs(expiresMs + ONE_DAY_MS).build());
        return;
      }
      index.delete(Keys.maturity(prediction.getTestId(), prediction.getAppendedMs(), id));
      counts.prediction(PredictionStatus.UNDEFINED);
    }
    rows.delete(Keys.id(id));
  }
}
