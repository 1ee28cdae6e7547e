package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.BreakerRule;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.matching.KnownTests.KnownPlan;
import dev.understudy.collector.matching.MaturityIndex.Entry;
import dev.understudy.collector.matching.WaitingRoom.Reached;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.collector.state.v1.WaitingScore;
import dev.understudy.collector.state.v1.WindowState;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often the candidate of a test failed, in windows of ten seconds, by when that was logged:
 * what the breaker must not wait for a label to learn. A window is reported once the second has
 * passed with which it ends, when nothing of it can come any more.
 *
 * <p><b>Invariant.</b> The windows are a function of the log. A shadow's own record counts only
 * within its deadline, when its prediction certainly waits still; and what came before its test had
 * begun here is counted when it begins, from the rows that wait, none of which has matured by then.
 *
 * <p>Rows are small, one per window that is not reported, and go with the test. Not thread-safe;
 * one task owns it.
 */
final class BreakerCounts {
  private static final int MOST_IN_MEMORY = 1_000;
  private static final int PAGE = 1_000;

  private final Table table;

  /** The window that each test counts into now; the table has all of it. */
  private final Map<String, WindowState> open = new HashMap<>();

  BreakerCounts(Table table) {
    this.table = table;
  }

  /** A prediction has come, and is kept in that row; maybe its shadow came first. */
  void prediction(KnownPlan known, Waiting row) {
    WaitingScore own = candidate(known.plan(), row.getPrediction());
    if (own == null) {
      return;
    }
    long appendedMs = row.getPrediction().getAppendedMs();
    if (own.getStatus() != ScoreStatus.EXPECTED_VALUE) {
      count(known, row, own, appendedMs);
      return;
    }
    for (WaitingScore shadow : row.getShadowsList()) {
      if (shadow.getAppendedMs() <= appendedMs && isOf(known.plan(), shadow)) {
        count(known, row, shadow, appendedMs);
      }
    }
  }

  /** A shadow's record has come, and is kept in that row. */
  void shadow(KnownPlan known, Waiting row, WaitingScore shadow) {
    WaitingScore announced = candidate(known.plan(), row.getPrediction());
    long lateMs = shadow.getAppendedMs() - row.getPrediction().getAppendedMs();
    if (announced != null
        && announced.getStatus() == ScoreStatus.EXPECTED_VALUE
        && isOf(known.plan(), shadow)
        && lateMs <= known.plan().shadowDeadlineMs()) {
      count(known, row, shadow, shadow.getAppendedMs());
    }
  }

  /** The test begins here: what waits for it is counted, as it would have been when it came. */
  void begin(KnownPlan known, WaitingRoom waiting) {
    if (known.plan().breaker().isEmpty()) {
      return;
    }
    String testId = known.plan().testId();
    Reached from = new Reached(0, "");
    List<Entry> page;
    do {
      page = waiting.maturing(testId, from, Long.MAX_VALUE - 1, PAGE);
      for (Entry entry : page) {
        String id = entry.id();
        from = new Reached(entry.appendedMs(), id);
        Waiting row = waiting.get(id);
        if (row != null && row.getState() == Waiting.State.WAITING && row.hasPrediction()) {
          prediction(known, row);
          long appendedMs = row.getPrediction().getAppendedMs();
          row.getShadowsList().stream()
              .filter(shadow -> shadow.getAppendedMs() > appendedMs)
              .forEach(shadow -> shadow(known, row, shadow));
        }
      }
    } while (page.size() == PAGE);
  }

  /** What the prediction says of the candidate, where the test counts it. */
  private static @Nullable WaitingScore candidate(TestPlan plan, WaitingPrediction prediction) {
    if (plan.breaker().isEmpty()
        || !RowTests.has(prediction, plan.testId())
        || !prediction.getProject().equals(plan.project())
        || !prediction.getModel().equals(plan.model())
        || prediction.getMode() != plan.mode().getNumber()
        || !prediction
            .getArm()
            .equals(plan.mode() == RouteMode.SPLIT ? plan.candidate() : plan.answering())) {
      return null;
    }
    for (WaitingScore score : prediction.getScoresList()) {
      if (score.getVersion().equals(plan.candidate())) {
        return score;
      }
    }
    return null;
  }

  private static boolean isOf(TestPlan plan, WaitingScore shadow) {
    return shadow.getVersion().equals(plan.candidate())
        && (shadow.getTestId().isEmpty() || shadow.getTestId().equals(plan.testId()));
  }

  private void count(KnownPlan known, Waiting row, WaitingScore score, long loggedMs) {
    TestPlan plan = known.plan();
    long number = BreakerRule.window(loggedMs);
    Scored scored = PredictionReader.scored(score, row.getPrediction().getRows(), plan);
    if (!scored.complete() || BreakerRule.endMs(number) <= known.beginMs()) {
      return;
    }
    WindowState before = open.get(plan.testId());
    if (before == null || before.getNumber() != number) {
      before = kept(plan.testId(), number);
    }
    WindowState now =
        WindowState.newBuilder()
            .setNumber(number)
            .setErrors(before.getErrors() + (scored.error() ? 1 : 0))
            .setRequests(before.getRequests() + 1)
            .build();
    if (open.size() >= MOST_IN_MEMORY) {
      open.clear();
    }
    open.put(plan.testId(), now);
    table.put(Keys.window(plan.testId(), number), now.toByteArray());
  }

  private WindowState kept(String testId, long number) {
    byte[] kept = table.get(Keys.window(testId, number));
    try {
      return kept == null ? WindowState.getDefaultInstance() : WindowState.parseFrom(kept);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the errors of test " + testId + " cannot be read", e);
    }
  }

  /** The window that ended with the second; null when the candidate did nothing in it. */
  @Nullable WindowState ended(TestPlan plan, long second) {
    if (plan.breaker().isEmpty() || second % BreakerRule.WINDOW_MS != 0) {
      return null;
    }
    long number = BreakerRule.window(second) - 1;
    WindowState window = kept(plan.testId(), number);
    if (window.getRequests() == 0) {
      return null;
    }
    table.delete(Keys.window(plan.testId(), number));
    return window;
  }

  /** When the next window ends after the second that has anything in it; far away without any. */
  long nextEndMs(TestPlan plan, long second) {
    if (plan.breaker().isEmpty()) {
      return Long.MAX_VALUE;
    }
    Table.Row next =
        table.first(
            Keys.window(plan.testId(), BreakerRule.window(second)),
            Keys.window(plan.testId(), Long.MAX_VALUE));
    return next == null
        ? Long.MAX_VALUE
        : BreakerRule.endMs(Keys.windowOf(plan.testId(), next.key()));
  }

  /** Of a test that is over nothing is kept. */
  void clear(String testId) {
    open.remove(testId);
    byte[] to = Keys.window(testId, Long.MAX_VALUE);
    List<Table.Row> page;
    do {
      page = table.rows(Keys.window(testId, 0), to, PAGE);
      page.forEach(row -> table.delete(row.key()));
    } while (page.size() == PAGE);
  }
}
