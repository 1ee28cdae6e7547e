package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.matching.MatchCounts.PredictionStatus;
import dev.understudy.collector.matching.MatchCounts.ShadowStatus;
import dev.understudy.collector.matching.MaturityIndex.Entry;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingLabel;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.collector.state.v1.WaitingScore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rows that wait for their other half: one per prediction id, and an index with one entry per
 * row and test. A row that a test waits for, or has counted, is found by test and append time; any
 * other by when it expires. That a row was counted is not written down: it is so once the pointers
 * of all its tests have passed it, and every write is also one to Kafka. {@link #get} says so, and
 * leaves out what only a judge needs.
 *
 * <p>What has expired by its own times counts as gone even where it was not cleared away yet, so
 * that clearing early or late changes nothing.
 */
final class WaitingRoom {
  private static final byte[] NOTHING = {0};
  private static final long NEVER = Long.MAX_VALUE;
  private static final long SWEEP_MS = 60_000;
  private static final int MOST_FRESH = 500;

  private final Table rows;
  private final Table index;
  private final MaturityIndex byTest;
  private final Keep keep;
  private final MatchCounts counts;
  private final Function<String, Standing> standings;

  /**
   * Rows that were written once, as the table has them, and newest last: the shadow's score follows
   * at once, and need not look for the row or parse it.
   */
  private final Map<String, Waiting> fresh = new LinkedHashMap<>();

  /** Only here: whoever starts anew sweeps once more. */
  private long nextSweepMs;

  /** One whose tests stand as that function says. */
  WaitingRoom(
      Table rows,
      Table index,
      Keep keep,
      MatchCounts counts,
      Function<String, Standing> standings) {
    this.rows = rows;
    this.index = index;
    this.byTest = new MaturityIndex(index);
    this.keep = keep;
    this.counts = counts;
    this.standings = standings;
  }

  Keep keep() {
    return keep;
  }

  @Nullable Waiting get(String id) {
    Waiting known = fresh.get(id);
    if (known != null) {
      return seen(id, known, standings, keep);
    }
    byte[] row = rows.get(Keys.id(id));
    if (row == null) {
      return null;
    }
    try {
      Waiting kept = Waiting.parseFrom(row);
      return seen(id, kept, standings, keep);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the row of prediction " + id + " cannot be read", e);
    }
  }

  private static boolean waitsForItsTest(Waiting row) {
    return row.getState() == Waiting.State.WAITING && row.hasPrediction();
  }

  /** The row as it stands: settled, if all its tests have counted it since it was written. */
  static Waiting seen(String id, Waiting row, Function<String, Standing> standings, Keep keep) {
    if (!waitsForItsTest(row)) {
      return row;
    }
    long appendedMs = row.getPrediction().getAppendedMs();
    long countedAtMs = 0;
    for (String testId : RowTests.of(row.getPrediction())) {
      Standing standing = standings.apply(testId);
      if (!standing.counted().includes(appendedMs, id)) {
        return row;
      }
      countedAtMs =
          Math.max(
              countedAtMs, Math.max(appendedMs + standing.maturesAfterMs(), standing.beginMs()));
    }
    return settled(
        row, Waiting.State.JUDGED, LogClock.secondFrom(countedAtMs) + keep.predictionsMs());
  }

  /** Replaces the row, and when it expires. */
  void put(String id, @Nullable Waiting before, Waiting after) {
    long was = before != null && byExpiry(before) ? before.getExpiresMs() : NEVER;
    long is = byExpiry(after) ? after.getExpiresMs() : NEVER;
    if (was != is && was != NEVER) {
      index.delete(Keys.expiry(was, id));
    }
    if (was != is && is != NEVER) {
      index.put(Keys.expiry(is, id), NOTHING);
    }
    Waiting row = compact(after);
    rows.put(Keys.id(id), row.toByteArray());
    fresh.remove(id);
    if (before == null && row.getState() == Waiting.State.WAITING) {
      fresh.put(id, row);
      if (fresh.size() > MOST_FRESH) {
        fresh.remove(fresh.keySet().iterator().next());
      }
    }
  }

  private void delete(String id) {
    fresh.remove(id);
    rows.delete(Keys.id(id));
  }

  /** Whether the index finds it by when it expires, not by its test. */
  private static boolean byExpiry(Waiting row) {
    return !row.hasPrediction() || row.getState() == Waiting.State.UNTESTED;
  }

  /** A row that came before its prediction, once that is there. */
  private static Waiting compact(Waiting row) {
    if (!row.hasPrediction()) {
      return row;
    }
    WaitingPrediction prediction = row.getPrediction();
    Waiting.Builder compact = null;
    for (int i = 0; i < row.getLabelsCount(); i++) {
      WaitingLabel label = row.getLabels(i);
      WaitingLabel shorter = beside(label);
      if (shorter != label) {
        compact = compact == null ? row.toBuilder() : compact;
        compact.setLabels(i, shorter);
      }
    }
    for (int i = 0; i < row.getShadowsCount(); i++) {
      WaitingScore shadow = row.getShadows(i);
      WaitingScore shorter = beside(prediction, shadow);
      if (shorter != shadow) {
        compact = compact == null ? row.toBuilder() : compact;
        compact.setShadows(i, shorter);
      }
    }
    return compact == null ? row : compact.build();
  }

  /** Beside its prediction, a label need not say again to whom it belongs. */
  static WaitingLabel beside(WaitingLabel label) {
    return label.getProject().isEmpty() && label.getModel().isEmpty()
        ? label
        : label.toBuilder().clearProject().clearModel().build();
  }

  /** Beside its prediction, a shadow's score need not say again to what test it belongs. */
  static WaitingScore beside(WaitingPrediction prediction, WaitingScore shadow) {
    return !shadow.getTestId().isEmpty()
            && prediction.getFurtherTestsCount() == 0
            && prediction.getTestId().equals(shadow.getTestId())
        ? shadow.toBuilder().clearTestId().build()
        : shadow;
  }

  /** A prediction that its test is going to judge. */
  void awaitMaturity(String testId, long appendedMs, String id) {
    byTest.add(testId, appendedMs, id);
  }

  /**
   * How far a test has counted: all that were appended before, and those of that very instant up to
   * an id.
   */
  record Reached(long appendedMs, String id) {
    static final Reached NONE = new Reached(-1, "");

    /** Whether what was appended then, under that id, was counted. */
    boolean includes(long otherMs, String otherId) {
      return otherMs < appendedMs
          || (otherMs == appendedMs
              && Arrays.compareUnsigned(otherId.getBytes(UTF_8), id.getBytes(UTF_8)) <= 0);
    }
  }

  /**
   * How a test stands.
   *
   * @param maturesAfterMs from append time to when a prediction is counted
   * @param beginMs before which none is
   */
  record Standing(Reached counted, long maturesAfterMs, long beginMs) {
    static final Standing UNKNOWN = new Standing(Reached.NONE, 0, 0);
  }

  /** Those after what was counted and appended by then, in order of time and id. */
  List<Entry> maturing(String testId, Reached counted, long toMs, int limit) {
    return byTest.after(testId, counted, toMs, limit);
  }

  /** When the last of those was appended; -1 without any. */
  long lastAppended(String testId, Reached counted, long toMs) {
    return byTest.lastAppended(testId, counted, toMs);
  }

  /** When the first of those was appended; -1 without any. */
  long firstAppended(String testId, Reached counted, long toMs) {
    return byTest.firstAppended(testId, counted, toMs);
  }

  /** Given up: that test waits for them no more. */
  void giveUp(String testId, List<Entry> entries, long nowMs) {
    byTest.remove(testId, entries);
    for (Entry entry : entries) {
      giveUp(testId, entry.id(), nowMs);
    }
  }

  private void giveUp(String testId, String id, long nowMs) {
    Waiting before = get(id);
    if (before != null && before.getState() == Waiting.State.WAITING) {
      WaitingPrediction left = RowTests.without(before.getPrediction(), testId);
      put(
          id,
          before,
          left.getTestId().isEmpty()
              ? settled(before, Waiting.State.UNTESTED, nowMs + keep.predictionsMs())
              : before.toBuilder().setPrediction(left).build());
    }
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
   * Clears away what has expired, at most about {@code budget} rows.
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
        expire(row.key(), expiresMs);
        reached = expiresMs;
      }
    }
    boolean more = due.size() == budget;
    clock.expired(more ? reached : until);
    return more | sweep(until, tests, budget);
  }

  private void expire(byte[] expiryKey, long expiresMs) {
    index.delete(expiryKey);
    String id = Keys.idOfExpiry(expiryKey);
    Waiting row = get(id);
    boolean waits = row != null && row.hasPrediction() && row.getState() == Waiting.State.WAITING;
    if (row == null || waits || row.getExpiresMs() != expiresMs) {
      return;
    }
    if (!row.hasPrediction()) {
      row.getLabelsList().forEach(label -> counts.outcome(OutcomeStatus.UNMATCHED));
      row.getShadowsList().forEach(shadow -> counts.shadow(ShadowStatus.UNMATCHED));
    }
    delete(id);
  }

  /**
   * Clears away what the index finds by test: rows that were counted long ago, and those whose
   * test's definition never came. Both lie at the beginning of their test, in the order in which
   * they expire. Once a minute of log time is often enough.
   */
  private boolean sweep(long until, KnownTests tests, int budget) {
    if (until < nextSweepMs) {
      return false;
    }
    int left = budget;
    String testId = byTest.nextTest(null);
    while (testId != null && left > 0) {
      left = sweep(testId, until, tests.find(testId) != null, left);
      testId = byTest.nextTest(testId);
    }
    if (left > 0) {
      nextSweepMs = until + SWEEP_MS;
    }
    return left <= 0;
  }

  private int sweep(String testId, long until, boolean known, int budget) {
    int left = budget;
    // Most tests have nothing to clear away, so the first row is asked alone.
    int limit = 1;
    while (left > 0) {
      List<Entry> oldest = byTest.after(testId, Reached.NONE, until, limit);
      List<Entry> gone = new ArrayList<>();
      for (Entry entry : oldest) {
        if (!sweep(testId, entry, until, known)) {
          break;
        }
        gone.add(entry);
      }
      byTest.remove(testId, gone);
      left -= gone.size();
      if (gone.size() < oldest.size() || oldest.size() < limit) {
        return left;
      }
      limit = Math.max(1, Math.min(left, 1_000));
    }
    return left;
  }

  /** Whether the entry may go. */
  private boolean sweep(String testId, Entry entry, long until, boolean known) {
    String id = entry.id();
    long appendedMs = entry.appendedMs();
    Waiting row = get(id);
    if (row != null && row.getPrediction().getAppendedMs() == appendedMs) {
      boolean waits = row.getState() == Waiting.State.WAITING;
      if (row.getExpiresMs() > until || (waits && known)) {
        return false;
      }
      if (waits) {
        counts.prediction(PredictionStatus.UNDEFINED);
      }
      if (waits && row.getPrediction().getFurtherTestsCount() > 0) {
        WaitingPrediction left = RowTests.without(row.getPrediction(), testId);
        put(id, row, row.toBuilder().setPrediction(left).build());
      } else {
        delete(id);
      }
    }
    return true;
  }
}
