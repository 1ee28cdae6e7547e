package dev.understudy.collector.matching;

import com.google.protobuf.ByteString;
import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.UnitCodec;
import dev.understudy.collector.comparison.UnitDelta;
import dev.understudy.collector.state.v1.PartitionReport;
import dev.understudy.collector.state.v1.WaitingPrediction;
import java.util.function.Consumer;

/**
 * What the requests that matured at one second add to their units, on its way to the judge in
 * records of bounded size, before the partition's report of that second. Requests are not put
 * together, not even those of one unit: sums of doubles would then depend on how many matured at a
 * time. Not thread-safe.
 */
final class UnitChunks {
  /** Of a record; one of them takes some 70 bytes. */
  static final int MOST = 1_000;

  private final TestPlan plan;
  private final PartitionReport.Builder chunk;
  private final Consumer<PartitionReport> reports;

  UnitChunks(TestPlan plan, int partition, long second, Consumer<PartitionReport> reports) {
    this.plan = plan;
    this.reports = reports;
    this.chunk =
        PartitionReport.newBuilder()
            .setTestId(plan.testId())
            .setPartition(partition)
            .setFromMs(second)
            .setToMs(second);
  }

  /** Whether a record is one of these, and no report. */
  static boolean isOne(PartitionReport record) {
    return record.getUnitsCount() > 0 || record.getWithoutUnit() > 0;
  }

  /** A request that its test has counted. */
  void add(WaitingPrediction prediction, JudgedUnit.Assigned request) {
    ByteString unit = UnitFields.unit(prediction);
    chunk.addUnits(
        UnitCodec.write(
            UnitDelta.of(
                plan,
                unit,
                prediction.getAppendedMs(),
                UnitFields.covariate(prediction, plan),
                request)));
    if (chunk.getUnitsCount() == MOST) {
      send();
    }
  }

  /** A request that cannot be told whose it is. */
  void addWithoutUnit() {
    chunk.setWithoutUnit(chunk.getWithoutUnit() + 1);
  }

  /** Sends what is left. */
  void send() {
    PartitionReport now = chunk.build();
    if (isOne(now)) {
      reports.accept(now);
      chunk.clearUnits().clearWithoutUnit();
    }
  }
}
