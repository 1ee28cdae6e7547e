package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TallyCodec;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.decision.Stand;
import dev.understudy.collector.matching.KnownTests.KnownPlan;
import dev.understudy.collector.matching.MatchCounts.PredictionStatus;
import dev.understudy.collector.matching.MaturityIndex.Entry;
import dev.understudy.collector.matching.WaitingRoom.Reached;
import dev.understudy.collector.matching.WaitingRoom.Standing;
import dev.understudy.collector.state.v1.PartitionReport;
import dev.understudy.collector.state.v1.TestProgress;
import dev.understudy.collector.state.v1.TestProgressOrBuilder;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.collector.state.v1.WindowState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pointers: how far this partition has come with each test. A test's pointer runs from its
 * begin second by second up to the second that has passed; at second s every prediction whose
 * append time plus the larger of horizon and shadow deadline is at most s enters the tally, in
 * order of append time and id. Seconds at which nothing changes are reported as one range, so that
 * a day without traffic costs one record.
 */
final class Maturity {
  private static final long SECOND_MS = 1_000;
  private static final long DAY_MS = 24L * 60 * 60 * SECOND_MS;

  /** Without a maximum duration a test is over for a log that begins this much later. */
  private static final long LONGEST_TEST_MS = 60 * DAY_MS;

  private static final int SMALLEST_BUDGET = 100;

  private final int partition;
  private final Table table;
  private final LogClock clock;
  private final WaitingRoom waiting;
  private final KnownTests tests;
  private final MatchCounts counts;
  private final Consumer<PartitionReport> reports;
  private final LabelWatch watch;
  private final BreakerCounts errors;
  private final Map<String, Pointer> pointers = new HashMap<>();
  private final Set<String> cleared = new HashSet<>();

  /** A test's progress with its tally unpacked. */
  private record Pointer(TestProgress progress, Tally tally) {}

  Maturity(
      int partition,
      Table table,
      LogClock clock,
      WaitingRoom waiting,
      KnownTests tests,
      MatchCounts counts,
      Consumer<PartitionReport> reports,
      LabelWatch watch,
      BreakerCounts errors) {
    this.partition = partition;
    this.table = table;
    this.clock = clock;
    this.waiting = waiting;
    this.tests = tests;
    this.counts = counts;
    this.reports = reports;
    this.watch = watch;
    this.errors = errors;
  }

  /** Whether nothing more is counted of the test. */
  boolean over(String testId) {
    Pointer pointer = pointers.get(testId);
    return pointer != null && pointer.progress().getFinished();
  }

  /** The test, once it has begun in this partition; before, what comes for it only waits. */
  @Nullable KnownPlan begun(String testId) {
    KnownPlan known = tests.find(testId);
    boolean begun =
        known != null && (pointers.containsKey(testId) || table.get(Keys.test(testId)) != null);
    return begun ? known : null;
  }

  /** How the test stands; unknown before it has begun in this partition. */
  Standing standing(String testId) {
    KnownPlan known = begun(testId);
    return known == null
        ? Standing.UNKNOWN
        : new Standing(counted(testId), known.plan().maturesAfterMs(), known.beginMs());
  }

  /** The same, from what is kept of the test. */
  static Standing standing(byte @Nullable [] kept, @Nullable TestPlan plan) {
    return kept == null || plan == null
        ? Standing.UNKNOWN
        : standing(parse(plan.testId(), kept), plan);
  }

  private static Standing standing(TestProgress progress, TestPlan plan) {
    return new Standing(counted(progress), plan.maturesAfterMs(), progress.getBeginMs());
  }

  /** How far the test has counted; from the beginning before anything has matured. */
  Reached counted(String testId) {
    Pointer pointer = pointers.get(testId);
    if (pointer != null) {
      return counted(pointer.progress());
    }
    byte[] kept = table.get(Keys.test(testId));
    return kept == null ? new Reached(0, "") : counted(parse(testId, kept));
  }

  /** Moves every test's pointer as far as time and budget allow; says whether more is left. */
  boolean advance(int budget) {
    if (!clock.runs()) {
      return false;
    }
    long passed = clock.passedSecond();
    int each = Math.max(SMALLEST_BUDGET, budget / Math.max(1, tests.all().size()));
    boolean more = false;
    for (KnownPlan known : tests.all()) {
      more |= advance(known, passed, each);
    }
    return more;
  }

  private boolean advance(KnownPlan known, long passed, int budget) {
    String testId = known.plan().testId();
    if (cleared.contains(testId)) {
      return false;
    }
    Pointer pointer = pointer(known);
    if (!pointer.progress().getFinished() && tests.ended(testId)) {
      pointer = put(testId, pointer.progress().toBuilder().setFinished(true), Tally.EMPTY);
    }
    if (pointer.progress().getFinished()) {
      return clear(testId, budget);
    }
    int left = budget;
    while (left > 0 && pointers.get(testId) != null && reported(testId) < passed) {
      left -= step(known.plan(), reported(testId) + SECOND_MS, passed, left);
    }
    return reported(testId) < passed;
  }

  private static Reached counted(TestProgressOrBuilder progress) {
    return new Reached(progress.getMaturedMs(), progress.getMaturedId());
  }

  private long reported(String testId) {
    Pointer pointer = pointers.get(testId);
    return pointer == null ? Long.MAX_VALUE : pointer.progress().getReportedMs();
  }

  /** Counts what has matured by the second; once all is counted, reports it. Returns the cost. */
  private int step(TestPlan plan, long second, long passed, int budget) {
    Pointer pointer = pointers.get(plan.testId());
    if (pointer == null) {
      return 1;
    }
    Reached from = counted(pointer.progress());
    long to = second - plan.maturesAfterMs();
    List<Entry> due = to < 0 ? List.of() : waiting.maturing(plan.testId(), from, to, budget);
    Tally tally = pointer.tally();
    UnitChunks units = new UnitChunks(plan, partition, second, reports);
    Reached matured = from;
    int counted = 0;
    for (Entry one : due) {
      tally = count(plan, one.id(), tally, units);
      matured = new Reached(one.appendedMs(), one.id());
      counted++;
    }
    units.send();
    TestProgress.Builder progress =
        pointer.progress().toBuilder()
            .setMaturedMs(matured.appendedMs())
            .setMaturedId(matured.id())
            .setLastPredictionMs(
                Math.max(
                    pointer.progress().getLastPredictionMs(),
                    counted == 0 ? 0 : matured.appendedMs()));
    if (due.size() == budget) {
      put(plan.testId(), progress, tally);
      return counted + 1;
    }
    report(plan, progress, tally, second, passed);
    return counted + 1;
  }

  private void report(
      TestPlan plan, TestProgress.Builder progress, Tally tally, long second, long passed) {
    String testId = plan.testId();
    Reached counted = counted(progress);
    long seen = waiting.lastAppended(testId, counted, second);
    progress.setLastPredictionMs(Math.max(progress.getLastPredictionMs(), seen));
    WindowState window = errors.ended(plan, second);
    long until = second;
    if (second < passed) {
      long nextMature = waiting.firstAppended(testId, counted, passed - plan.maturesAfterMs());
      long nextSeen = waiting.firstAppended(testId, new Reached(second + 1, ""), passed);
      until = passed;
      if (nextMature >= 0) {
        until =
            Math.min(until, LogClock.secondFrom(nextMature + plan.maturesAfterMs()) - SECOND_MS);
      }
      if (nextSeen >= 0) {
        until = Math.min(until, LogClock.secondFrom(nextSeen) - SECOND_MS);
      }
    }
    until = Math.min(until, errors.nextEndMs(plan, second) - SECOND_MS);
    Pointer pointer = put(testId, progress.setReportedMs(until), tally);
    PartitionReport.Builder report =
        PartitionReport.newBuilder()
            .setTestId(testId)
            .setPartition(partition)
            .setFromMs(second)
            .setToMs(until)
            .setLastPredictionMs(progress.getLastPredictionMs())
            .setTally(TallyCodec.forReport(pointer.progress().getTally()));
    if (window != null) {
      report.setWindow(window);
    }
    reports.accept(report.build());
  }

  private Tally count(TestPlan plan, String id, Tally tally, UnitChunks units) {
    Waiting row = waiting.get(id);
    if (row == null) {
      throw new IllegalStateException("prediction " + id + " is indexed and not there");
    }
    JudgedUnit unit = UnitReader.read(id, row, plan);
    Tally next = unit == null ? tally.plusRefused() : tally.plus(plan, unit);
    boolean counted = next.refused() == tally.refused();
    PredictionStatus status = counted ? PredictionStatus.JUDGED : PredictionStatus.REFUSED;
    if (counted && plan.byUnit() && unit instanceof JudgedUnit.Assigned request) {
      if (UnitFields.unit(row.getPrediction()).isEmpty()) {
        units.addWithoutUnit();
        status = PredictionStatus.NO_UNIT;
        next = tally;
      } else {
        units.add(row.getPrediction(), request);
      }
    }
    counts.prediction(status);
    watch.matured(plan.testId(), id);
    return next;
  }

  /** A test that is over leaves nothing that waits. */
  private boolean clear(String testId, int budget) {
    Pointer pointer = pointers.get(testId);
    Reached counted = pointer == null ? new Reached(0, "") : counted(pointer.progress());
    List<Entry> left = waiting.maturing(testId, counted, Long.MAX_VALUE - 1, budget);
    waiting.giveUp(testId, left, clock.completeMs());
    if (left.size() < budget) {
      cleared.add(testId);
      watch.ended(testId);
      errors.clear(testId);
      return false;
    }
    return true;
  }

  private Pointer pointer(KnownPlan known) {
    String testId = known.plan().testId();
    Pointer pointer = pointers.get(testId);
    if (pointer == null) {
      byte[] kept = table.get(Keys.test(testId));
      pointer = kept == null ? begin(known) : read(testId, kept);
      pointers.put(testId, pointer);
    }
    return pointer;
  }

  private Pointer begin(KnownPlan known) {
    TestPlan plan = known.plan();
    long longest = plan.policy().getMaximumDurationMs();
    long over =
        known.beginMs()
            + (longest > 0 ? longest : LONGEST_TEST_MS)
            + plan.maturesAfterMs()
            + DAY_MS;
    errors.begin(known, waiting);
    // Before the log's first record there is nothing to report, and whoever sums knows that.
    long first = Math.max(Stand.firstSecond(known.beginMs()), LogClock.secondFrom(clock.firstMs()));
    return put(
        plan.testId(),
        TestProgress.newBuilder()
            .setBeginMs(known.beginMs())
            .setReportedMs(first - SECOND_MS)
            .setFinished(clock.firstMs() > over),
        Tally.EMPTY);
  }

  private Pointer put(String testId, TestProgress.Builder progress, Tally tally) {
    Pointer pointer = new Pointer(progress.setTally(TallyCodec.write(tally)).build(), tally);
    pointers.put(testId, pointer);
    table.put(Keys.test(testId), pointer.progress().toByteArray());
    return pointer;
  }

  private static Pointer read(String testId, byte[] kept) {
    TestProgress progress = parse(testId, kept);
    return new Pointer(progress, TallyCodec.read(progress.getTally()));
  }

  private static TestProgress parse(String testId, byte[] kept) {
    try {
      return TestProgress.parseFrom(kept);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the progress of test " + testId + " cannot be read", e);
    }
  }
}
