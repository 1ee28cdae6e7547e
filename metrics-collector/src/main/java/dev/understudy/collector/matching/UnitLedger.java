package dev.understudy.collector.matching;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.UnitCodec;
import dev.understudy.collector.comparison.UnitDelta;
import dev.understudy.collector.comparison.UnitRow;
import dev.understudy.collector.comparison.UnitSums;
import dev.understudy.collector.state.v1.PartitionReport;
import dev.understudy.collector.state.v1.UnitDeltaState;
import dev.understudy.collector.state.v1.UnitRowState;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The units of all tests by unit of one judge, a row each, and what the partitions have told of
 * them for seconds that are not judged yet. It is applied second by second, partition by partition,
 * in the order in which it matured; so the rows and the sums over them are the same whenever it
 * came. What a test has kept is deleted when it is over. Not thread-safe.
 */
final class UnitLedger {
  private final Table table;

  /** Up to which second all was applied, so that nobody searches through what is deleted. */
  private final Map<String, Long> applied = new HashMap<>();

  /** Tests that are over, and from where on they have rows left. */
  private final TreeMap<String, byte[]> over = new TreeMap<>();

  private boolean searched;

  UnitLedger(Table table) {
    this.table = table;
  }

  /** Keeps what a partition told of a second that is not judged yet. */
  void keep(PartitionReport chunk) {
    String testId = chunk.getTestId();
    Table.Row last =
        table.last(
            Keys.chunk(testId, chunk.getPartition(), chunk.getFromMs(), 0),
            Keys.chunk(testId, chunk.getPartition(), chunk.getFromMs(), Integer.MAX_VALUE));
    int number = last == null ? 0 : 1 + Keys.numberOfChunk(last.key());
    table.put(
        Keys.chunk(testId, chunk.getPartition(), chunk.getFromMs(), number), chunk.toByteArray());
  }

  /**
   * Takes all that is kept up to a second into the rows and the sums.
   *
   * @return how many units are new
   */
  long apply(String testId, int partitions, long second, UnitSums sums) {
    long fresh = 0;
    long after = applied.getOrDefault(testId, -1L);
    for (int partition = 0; partition < partitions; partition++) {
      byte[] from = Keys.chunk(testId, partition, after + 1, 0);
      byte[] to = Keys.chunk(testId, partition, second, Integer.MAX_VALUE);
      Table.Row chunk = table.first(from, to);
      while (chunk != null) {
        fresh += apply(testId, readChunk(chunk.value()), sums);
        table.delete(chunk.key());
        chunk = table.first(chunk.key(), to);
      }
    }
    applied.put(testId, second);
    return fresh;
  }

  private long apply(String testId, PartitionReport chunk, UnitSums sums) {
    sums.withoutUnit(chunk.getWithoutUnit());
    Map<ByteString, UnitRow> touched = new LinkedHashMap<>();
    long fresh = 0;
    for (UnitDeltaState state : chunk.getUnitsList()) {
      UnitDelta delta = UnitCodec.read(state);
      UnitRow before = touched.get(delta.unit());
      if (before == null) {
        before = row(testId, delta.unit());
      }
      UnitRow now = sums.add(before, delta);
      if (now != null) {
        fresh += before == null ? 1 : 0;
        touched.put(delta.unit(), now);
      }
    }
    touched.forEach(
        (unit, row) -> table.put(Keys.unit(testId, unit), UnitCodec.write(row).toByteArray()));
    return fresh;
  }

  private @Nullable UnitRow row(String testId, ByteString unit) {
    byte[] kept = table.get(Keys.unit(testId, unit));
    try {
      return kept == null ? null : UnitCodec.read(UnitRowState.parseFrom(kept));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a unit of test " + testId + " cannot be read", e);
    }
  }

  /** The test is over; what is kept of it may go. */
  void end(String testId) {
    applied.remove(testId);
    over.put(testId, Keys.beforeUnits(testId));
  }

  /**
   * Deletes rows of tests that are over, at most {@code budget}.
   *
   * @param ended whether a test is over that this process did not see end
   * @return how many units were deleted
   */
  long clear(Predicate<String> ended, int budget) {
    if (!searched) {
      searched = true;
      search(ended);
    }
    long units = 0;
    int left = budget;
    while (left > 0 && !over.isEmpty()) {
      String testId = over.firstKey();
      List<Table.Row> rows =
          table.rows(over.firstEntry().getValue(), Keys.endOfUnits(testId), left);
      for (Table.Row row : rows) {
        table.delete(row.key());
        units += Keys.isUnit(testId, row.key()) ? 1 : 0;
      }
      if (rows.size() < left) {
        over.remove(testId);
      } else {
        over.put(testId, rows.getLast().key());
      }
      left -= Math.max(1, rows.size());
    }
    return units;
  }

  /** One step for each test, however many rows it has. */
  private void search(Predicate<String> ended) {
    Table.Row next = table.first(Keys.beforeUnits(), Keys.endOfUnits());
    while (next != null) {
      String testId = Keys.testOfUnits(next.key());
      if (ended.test(testId)) {
        over.put(testId, next.key());
      }
      next = table.first(Keys.endOfUnits(testId), Keys.endOfUnits());
    }
  }

  private static PartitionReport readChunk(byte[] value) {
    try {
      return PartitionReport.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("what a partition told of its units is unreadable", e);
    }
  }
}
