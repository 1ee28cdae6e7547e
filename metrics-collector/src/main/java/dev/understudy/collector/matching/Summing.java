package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TallyCodec;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.UnitCodec;
import dev.understudy.collector.comparison.UnitSums;
import dev.understudy.collector.decision.Calibrator;
import dev.understudy.collector.decision.ErrorWindow;
import dev.understudy.collector.decision.Judge;
import dev.understudy.collector.decision.Memory;
import dev.understudy.collector.decision.Stand;
import dev.understudy.collector.matching.KnownTests.KnownPlan;
import dev.understudy.collector.state.v1.JudgeProgress;
import dev.understudy.collector.state.v1.PartitionReport;
import dev.understudy.contracts.v1.RolloutEvaluated;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what the partitions report and has it judged: a test is evaluated at second s when every
 * partition has reported s, with the partitions added in the order of their numbers, so that even
 * the last bit of a sum does not depend on who came first. After a verdict that ends the test its
 * judge is silent. Not thread-safe; one task owns it.
 */
final class Summing {
  private static final long SECOND_MS = 1_000;

  private final int partitions;
  private final Table reports;
  private final Table progress;
  private final UnitLedger ledger;
  private final KnownTests tests;
  private final Output output;
  private final Map<String, UnitSums> units = new HashMap<>();
  private final Map<String, List<Lane>> lanes = new HashMap<>();
  private final Set<String> unfinished = new LinkedHashSet<>();

  /** What comes of it. */
  interface Output {
    void evaluated(RolloutEvaluated evaluation);

    void ended(String testId);

    /** Units that are new, and units of tests that are over. */
    default void units(long fresh, long deleted) {}
  }

  /** The tables that one judge owns. */
  record Tables(Table reports, Table progress, Table units) {}

  /** The report of one partition that covers the second at hand. */
  private record Head(
      long fromMs, long toMs, long lastPredictionMs, Tally tally, @Nullable ErrorWindow window) {
    Tally at(long second) {
      // A partition's log may begin later than another's; before that nothing happened in it.
      return second < fromMs ? Tally.EMPTY : tally;
    }
  }

  /** For so many partitions of the inputs; all of them must report. */
  Summing(int partitions, Tables tables, KnownTests tests, Output output) {
    this.partitions = partitions;
    this.reports = tables.reports();
    this.progress = tables.progress();
    this.ledger = new UnitLedger(tables.units());
    this.tests = tests;
    this.output = output;
  }

  /** Takes a report and judges what it completes, at most {@code budget} seconds. */
  void accept(PartitionReport report, int budget) {
    String testId = report.getTestId();
    if (report.getPartition() < 0 || report.getPartition() >= partitions) {
      throw new IllegalStateException(
          "partition %d reports, the topics had %d when the collector was started"
              .formatted(report.getPartition(), partitions));
    }
    if (at(testId).getFinished()) {
      return;
    }
    if (UnitChunks.isOne(report)) {
      ledger.keep(report);
      return;
    }
    reports.put(
        Keys.report(testId, report.getPartition(), report.getFromMs()), report.toByteArray());
    unfinished.add(testId);
    judge(testId, budget);
  }

  /** Goes on where a budget ran out or a definition was missing. */
  void resume(int budget) {
    for (String testId : List.copyOf(unfinished)) {
      judge(testId, budget);
    }
    long deleted = ledger.clear(testId -> at(testId).getFinished(), budget);
    if (deleted > 0) {
      output.units(0, deleted);
    }
  }

  private void judge(String testId, int budget) {
    KnownPlan known = tests.find(testId);
    if (known == null) {
      return;
    }
    JudgeProgress at = at(testId);
    long begin = at.getNextMs() == 0 ? known.beginMs() : at.getBeginMs();
    long second = at.getNextMs();
    Memory memory = Memory.read(at.getMemory());
    int left = budget;
    while (left > 0) {
      List<Head> now = heads(testId, second);
      if (now == null) {
        unfinished.remove(testId);
        break;
      }
      if (second == 0) {
        second = now.stream().mapToLong(Head::fromMs).min().orElseThrow();
      }
      Stand stand = new Stand(begin, second, lastPrediction(second, now));
      Tally tally = withUnits(known.plan(), second, tally(second, now), at);
      memory = remember(memory, second, now);
      RolloutEvaluated evaluation = evaluate(known.plan(), tally, stand, memory);
      second += SECOND_MS;
      left--;
      if (evaluation == null) {
        continue;
      }
      output.evaluated(evaluation);
      memory = memory.after(known.plan(), tally, stand);
      if (Judge.ends(known.plan(), evaluation)) {
        end(testId, begin, second);
        return;
      }
    }
    if (second != at.getNextMs()) {
      put(testId, begin, second, false, memory);
    }
  }

  /** Null where a calibration has nothing to say yet. */
  private static @Nullable RolloutEvaluated evaluate(
      TestPlan plan, Tally tally, Stand stand, Memory memory) {
    return plan.calibrating() == null
        ? Judge.evaluate(plan, tally, stand, memory)
        : Calibrator.evaluate(plan, tally.calibration(), stand);
  }

  private static Tally tally(long second, List<Head> now) {
    Tally tally = Tally.EMPTY;
    for (Head head : now) {
      tally = tally.merge(head.at(second));
    }
    return tally;
  }

  private static long lastPrediction(long second, List<Head> now) {
    return now.stream()
        .filter(head -> second >= head.fromMs())
        .mapToLong(Head::lastPredictionMs)
        .reduce(0, Math::max);
  }

  /** A window comes with the report of the very second with which it ended. */
  private static Memory remember(Memory memory, long second, List<Head> now) {
    Memory next = memory;
    for (Head head : now) {
      if (head.window() != null && head.fromMs() == second) {
        next = next.with(head.window());
      }
    }
    return next;
  }

  /** Of a test by unit, what is known of its units at that second beside the rest. */
  private Tally withUnits(TestPlan plan, long second, Tally tally, JudgeProgress at) {
    if (!plan.byUnit()) {
      return tally;
    }
    UnitSums sums = units.computeIfAbsent(plan.testId(), any -> UnitCodec.read(at.getUnits()));
    output.units(ledger.apply(plan.testId(), partitions, second, sums), 0);
    return tally.withUnits(sums.tally());
  }

  /** Every partition's report of the second, in order; null while one is missing. */
  private @Nullable List<Head> heads(String testId, long second) {
    List<Lane> lanes = lanes(testId);
    List<Head> now = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      Head head = lanes.get(partition).head(testId, partition, second);
      if (head == null) {
        return null;
      }
      now.add(head);
    }
    return now;
  }

  private List<Lane> lanes(String testId) {
    return lanes.computeIfAbsent(
        testId,
        any -> {
          List<Lane> fresh = new ArrayList<>();
          for (int partition = 0; partition < partitions; partition++) {
            fresh.add(new Lane());
          }
          return fresh;
        });
  }

  /** The queue of one partition's reports: its head, and where the rest begins. */
  private final class Lane {
    private @Nullable Head head;
    private long floor;

    @Nullable Head head(String testId, int partition, long second) {
      Head now = head;
      while (now == null || now.toMs() < second) {
        if (now != null) {
          reports.delete(Keys.report(testId, partition, now.fromMs()));
          floor = now.toMs() + 1;
        }
        Table.Row row =
            reports.first(
                Keys.report(testId, partition, floor),
                Keys.report(testId, partition, Long.MAX_VALUE));
        now = row == null ? null : read(row.value());
        head = now;
        if (now == null) {
          return null;
        }
      }
      return now;
    }
  }

  private void end(String testId, long begin, long second) {
    units.remove(testId);
    ledger.end(testId);
    put(testId, begin, second, true, Memory.NONE);
    lanes.remove(testId);
    unfinished.remove(testId);
    for (int partition = 0; partition < partitions; partition++) {
      byte[] to = Keys.report(testId, partition, Long.MAX_VALUE);
      Table.Row row = reports.first(Keys.report(testId, partition, 0), to);
      while (row != null) {
        reports.delete(row.key());
        row = reports.first(row.key(), to);
      }
    }
    output.ended(testId);
  }

  private JudgeProgress at(String testId) {
    byte[] kept = progress.get(Keys.test(testId));
    try {
      return kept == null ? JudgeProgress.getDefaultInstance() : JudgeProgress.parseFrom(kept);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("how far test " + testId + " was judged is unreadable", e);
    }
  }

  private void put(String testId, long begin, long next, boolean finished, Memory memory) {
    JudgeProgress.Builder now =
        JudgeProgress.newBuilder()
            .setBeginMs(begin)
            .setNextMs(next)
            .setFinished(finished)
            .setMemory(memory.write());
    UnitSums sums = units.get(testId);
    if (sums != null) {
      now.setUnits(UnitCodec.write(sums));
    }
    progress.put(Keys.test(testId), now.build().toByteArray());
  }

  private static Head read(byte[] value) {
    try {
      PartitionReport report = PartitionReport.parseFrom(value);
      return new Head(
          report.getFromMs(),
          report.getToMs(),
          report.getLastPredictionMs(),
          TallyCodec.read(report.getTally()),
          report.hasWindow()
              ? new ErrorWindow(
                  report.getWindow().getNumber(),
                  report.getWindow().getErrors(),
                  report.getWindow().getRequests())
              : null);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept report cannot be read", e);
    }
  }
}
