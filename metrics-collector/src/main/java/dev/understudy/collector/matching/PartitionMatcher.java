package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.matching.KnownTests.KnownPlan;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.matching.MatchCounts.PredictionStatus;
import dev.understudy.collector.matching.MatchCounts.ShadowStatus;
import dev.understudy.collector.state.v1.LastOutcome;
import dev.understudy.collector.state.v1.PartitionReport;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WaitingLabel;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.collector.state.v1.WaitingScore;
import dev.understudy.contracts.v1.OutcomeEvent;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.ShadowScored;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The join of one partition: takes the records of both inputs in the order of each, in whatever
 * order between them, and reports what has matured second by second of log time.
 *
 * <p><b>Invariant.</b> The reports are a function of the two inputs alone. Everything is decided by
 * effective times that are kept with the rows, never by what happened to be processed first; what a
 * definition is needed for waits until it is known. Not thread-safe; one task owns it.
 */
final class PartitionMatcher {
  /** Rows of a request that is judged; each may have labels of its own that wait. */
  static final int MOST_ROWS = 128;

  /** Shadows of one prediction; more are refused. */
  private static final int MOST_SHADOWS = 16;

  private final int partition;
  private final LogClock clock;
  private final WaitingRoom waiting;
  private final Maturity maturity;
  private final KnownTests tests;
  private final MatchCounts counts;
  private final LabelWatch watch;
  private final BreakerCounts errors;

  /** The tables that one partition owns. */
  record Tables(Table waiting, Table index, Table progress) {}

  PartitionMatcher(
      int partition,
      Tables tables,
      Keep keep,
      KnownTests tests,
      MatchCounts counts,
      Consumer<PartitionReport> reports) {
    this(partition, tables, keep, tests, counts, reports, new LabelQueue(counts));
  }

  /** One that says whose labels are wanted first. */
  PartitionMatcher(
      int partition,
      Tables tables,
      Keep keep,
      KnownTests tests,
      MatchCounts counts,
      Consumer<PartitionReport> reports,
      LabelQueue queue) {
    this.partition = partition;
    this.tests = tests;
    this.counts = counts;
    this.clock = new LogClock(tables.progress());
    this.waiting = new WaitingRoom(tables.waiting(), tables.index(), keep, counts, this::standing);
    this.watch = new LabelWatch(waiting, tests, queue);
    this.errors = new BreakerCounts(tables.progress());
    this.maturity =
        new Maturity(
            partition, tables.progress(), clock, waiting, tests, counts, reports, watch, errors);
  }

  private WaitingRoom.Standing standing(String testId) {
    return maturity.standing(testId);
  }

  /** A record of <em>predictions</em>. */
  void prediction(byte @Nullable [] key, byte @Nullable [] value, long appendedMs) {
    long effectiveMs = clock.prediction(appendedMs);
    PredictionEvent event = parsePrediction(value);
    switch (event.getEventCase()) {
      case LOGGED -> logged(key, event.getLogged(), effectiveMs);
      case SHADOW -> shadow(key, event.getShadow(), effectiveMs);
      case TICK -> {}
      case EVENT_NOT_SET -> counts.prediction(PredictionStatus.REFUSED);
    }
  }

  /** A record of <em>outcomes</em>. */
  void outcome(byte @Nullable [] key, byte @Nullable [] value, long appendedMs) {
    long effectiveMs = clock.outcome(appendedMs);
    OutcomeEvent event = parseOutcome(value);
    switch (event.getEventCase()) {
      case OBSERVED -> {
        String id = event.getObserved().getPredictionId();
        WaitingLabel label = EventReader.label(event.getObserved(), effectiveMs);
        counts.outcome(
            label == null || !isKey(key, id) ? OutcomeStatus.REFUSED : observed(id, label));
      }
      case TICK -> {}
      case EVENT_NOT_SET -> counts.outcome(OutcomeStatus.REFUSED);
    }
  }

  /**
   * Does what the passed time allows, within bounds.
   *
   * @return whether more is left to do
   */
  boolean advance(int budget) {
    watch.lookBack(maturity::counted);
    boolean more = maturity.advance(budget);
    more |= waiting.expire(clock, tests, budget);
    counts.passed(partition, clock.passedSecond());
    return more;
  }

  /** The last whole second that has passed here; below 0 when none has. */
  long passedSecond() {
    return clock.passedSecond();
  }

  private void logged(byte @Nullable [] key, PredictionLogged logged, long effectiveMs) {
    String id = logged.getPredictionId();
    KnownPlan asked = asked(logged);
    WaitingPrediction prediction = EventReader.prediction(logged, effectiveMs, wanted(asked));
    if (prediction == null || !isKey(key, id)) {
      counts.prediction(PredictionStatus.REFUSED);
      return;
    }
    Waiting before = waiting.get(id);
    if (before != null && before.hasPrediction() && !isGone(before, effectiveMs)) {
      counts.prediction(PredictionStatus.DUPLICATE);
      return;
    }
    List<String> open = open(prediction);
    Waiting.Builder row =
        Waiting.newBuilder()
            .setPrediction(UnitFields.kept(RowTests.with(prediction, open), logged, asked));
    if (before != null && !before.hasPrediction()) {
      row.addAllShadows(before.getShadowsList());
      before.getLabelsList().forEach(label -> join(row, label));
    }
    boolean outside = logged.getPinned() || logged.getRows() > MOST_ROWS;
    if (outside || open.isEmpty()) {
      counts.prediction(outside ? PredictionStatus.NOT_JUDGED : PredictionStatus.UNTESTED);
      long expiresMs = effectiveMs + waiting.keep().predictionsMs();
      waiting.put(id, before, WaitingRoom.settled(row.build(), Waiting.State.UNTESTED, expiresMs));
      return;
    }
    Waiting kept = row.setExpiresMs(effectiveMs + waiting.keep().undefinedMs()).build();
    waiting.put(id, before, kept);
    for (String testId : open) {
      waiting.awaitMaturity(testId, effectiveMs, id);
      KnownPlan begun = maturity.begun(testId);
      if (begun != null) {
        errors.prediction(begun, kept);
      }
    }
    watch.see(id, kept);
  }

  /** Its tests that are not over. */
  private List<String> open(WaitingPrediction prediction) {
    List<String> tests = RowTests.of(prediction);
    // Nearly always all are, and this is asked of every prediction.
    for (String test : tests) {
      if (maturity.over(test)) {
        return tests.stream().filter(one -> !maturity.over(one)).toList();
      }
    }
    return tests;
  }

  /**
   * The test that says what of a prediction is to be kept; null while it is not known, and where
   * several do not ask for the same, when all is kept that any of them could read.
   */
  private @Nullable KnownPlan asked(PredictionLogged logged) {
    KnownPlan first = logged.getTestId().isEmpty() ? null : tests.find(logged.getTestId());
    for (String testId : logged.getFurtherTestsList()) {
      KnownPlan other = tests.find(testId);
      if (first == null || other == null || !readsTheSame(first.plan(), other.plan())) {
        return null;
      }
    }
    return first;
  }

  private static boolean readsTheSame(TestPlan one, TestPlan other) {
    return one.meaning().getOutput().equals(other.meaning().getOutput())
        && one.byUnit() == other.byUnit()
        && one.primary().getCovariate().equals(other.primary().getCovariate());
  }

  /** The output that a test reads; empty when its definition is not known yet. */
  private static String wanted(@Nullable KnownPlan known) {
    return known == null ? "" : known.plan().meaning().getOutput();
  }

  /** An outcome that came before its prediction. */
  private void join(Waiting.Builder row, WaitingLabel label) {
    OutcomeStatus compared = Labels.compared(row.build(), label);
    if (!Labels.belongs(label, row.getPrediction(), waiting.keep())) {
      counts.outcome(OutcomeStatus.REFUSED);
    } else if (compared != OutcomeStatus.DUPLICATE) {
      OutcomeStatus status = read(row.getPrediction(), label, compared);
      counts.outcome(status);
      counts.labelLag(0);
      remember(row.addLabels(label), label, status);
    }
  }

  private void shadow(byte @Nullable [] key, ShadowScored shadow, long effectiveMs) {
    String id = shadow.getPredictionId();
    KnownPlan asked = shadow.getTestId().isEmpty() ? null : tests.find(shadow.getTestId());
    WaitingScore score = EventReader.shadow(shadow, effectiveMs, wanted(asked));
    if (score == null || !isKey(key, id)) {
      counts.shadow(ShadowStatus.REFUSED);
      return;
    }
    Waiting before = waiting.get(id);
    Waiting.Builder row = before == null ? Waiting.newBuilder() : before.toBuilder();
    ShadowStatus status = compared(row, score);
    counts.shadow(status);
    if (status != ShadowStatus.KEPT) {
      return;
    }
    row.addShadows(WaitingRoom.beside(row.getPrediction(), score));
    if (!row.hasPrediction()) {
      row.setExpiresMs(effectiveMs + waiting.keep().outcomesMs());
    }
    Waiting kept = row.build();
    waiting.put(id, before, kept);
    watch.see(id, kept);
    KnownPlan begun = kept.hasPrediction() ? maturity.begun(score.getTestId()) : null;
    if (begun != null) {
      errors.shadow(begun, kept, score);
    }
  }

  private static ShadowStatus compared(Waiting.Builder row, WaitingScore score) {
    if (row.getState() != Waiting.State.WAITING) {
      return ShadowStatus.LATE;
    }
    boolean repeated =
        row.getShadowsList().stream()
            .anyMatch(other -> other.getVersion().equals(score.getVersion()));
    if (repeated) {
      return ShadowStatus.DUPLICATE;
    }
    return row.getShadowsCount() < MOST_SHADOWS ? ShadowStatus.KEPT : ShadowStatus.REFUSED;
  }

  private OutcomeStatus observed(String id, WaitingLabel label) {
    Waiting before = waiting.get(id);
    Waiting.Builder row = before == null ? Waiting.newBuilder() : before.toBuilder();
    OutcomeStatus status =
        before == null || !before.hasPrediction()
            ? pending(row, label)
            : joined(before, row, label);
    if (status != OutcomeStatus.REFUSED) {
      remember(row, label, status);
      Waiting kept = row.build();
      waiting.put(id, before, kept);
      watch.see(id, kept);
    }
    return status;
  }

  private OutcomeStatus joined(Waiting before, Waiting.Builder row, WaitingLabel label) {
    WaitingPrediction prediction = before.getPrediction();
    OutcomeStatus compared = Labels.compared(before, label);
    if (!Labels.belongs(label, prediction, waiting.keep())) {
      return OutcomeStatus.REFUSED;
    }
    if (compared == OutcomeStatus.DUPLICATE || compared == OutcomeStatus.REFUSED) {
      return compared;
    }
    counts.labelLag(Math.max(0, label.getAppendedMs() - prediction.getAppendedMs()));
    return switch (before.getState()) {
      case UNTESTED -> {
        row.addLabels(WaitingRoom.bare(label));
        yield compared;
      }
      case JUDGED, UNRECOGNIZED -> OutcomeStatus.LATE;
      case WAITING -> {
        if (isLate(prediction, label)) {
          yield OutcomeStatus.LATE;
        }
        row.addLabels(WaitingRoom.beside(label));
        yield read(prediction, label, compared);
      }
    };
  }

  /** Of most rows the last outcome is the last label, which need not be kept twice. */
  private static void remember(Waiting.Builder row, WaitingLabel label, OutcomeStatus status) {
    if (status == OutcomeStatus.MATCHED || status == OutcomeStatus.PENDING) {
      row.clearLastOutcome();
      return;
    }
    row.setLastOutcome(
        LastOutcome.newBuilder()
            .setStatus(status.word())
            .setName(label.getName())
            .setRow(label.getRow())
            .setRevision(label.getRevision())
            .setAppendedMs(label.getAppendedMs()));
  }

  /** Only counted: an unusable label is kept like any other, for it may correct a usable one. */
  private OutcomeStatus read(
      WaitingPrediction prediction, WaitingLabel label, OutcomeStatus compared) {
    KnownPlan known = tests.find(prediction.getTestId());
    return known == null || Labels.usable(label, known.plan()) ? compared : OutcomeStatus.UNUSABLE;
  }

  private OutcomeStatus pending(Waiting.Builder row, WaitingLabel label) {
    OutcomeStatus compared = Labels.compared(row.build(), label);
    if (compared == OutcomeStatus.REFUSED) {
      return compared;
    }
    // Kept even when it repeats an older one: that may turn out to have waited too long.
    row.addLabels(label).setExpiresMs(label.getAppendedMs() + waiting.keep().outcomesMs());
    return compared == OutcomeStatus.MATCHED ? OutcomeStatus.PENDING : compared;
  }

  /** For every test that waits for it. */
  private boolean isLate(WaitingPrediction prediction, WaitingLabel label) {
    long waitedMs = label.getAppendedMs() - prediction.getAppendedMs();
    return RowTests.of(prediction).stream()
        .map(tests::find)
        .allMatch(known -> known != null && waitedMs > known.plan().horizonMs());
  }

  /** A settled row that is over by its own time, although it was not cleared away yet. */
  private static boolean isGone(Waiting row, long effectiveMs) {
    return row.getState() != Waiting.State.WAITING && row.getExpiresMs() < effectiveMs;
  }

  private static boolean isKey(byte @Nullable [] key, String id) {
    return key != null && Arrays.equals(key, id.getBytes(UTF_8));
  }

  private static PredictionEvent parsePrediction(byte @Nullable [] value) {
    try {
      return value == null
          ? PredictionEvent.getDefaultInstance()
          : PredictionEvent.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      return PredictionEvent.getDefaultInstance();
    }
  }

  private static OutcomeEvent parseOutcome(byte @Nullable [] value) {
    try {
      return value == null ? OutcomeEvent.getDefaultInstance() : OutcomeEvent.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      return OutcomeEvent.getDefaultInstance();
    }
  }
}
