package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.state.v1.PartitionReport;
import dev.understudy.contracts.EventHeaders;
import dev.understudy.contracts.Signature;
import dev.understudy.contracts.v1.RolloutEvaluated;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Hands reports to {@link Summing}, and signs what comes of it. */
final class JudgeProcessor implements Processor<String, byte[], String, byte[]>, Summing.Output {
  private static final String SOURCE = "understudy/collector";

  /** Seconds judged before the next report is taken. */
  private static final int BUDGET = 1_000;

  /** Goes on with what a budget left; see {@link MatchProcessor}. */
  private static final Duration NEXT_TURN = Duration.ofMillis(100);

  private final TopologySettings settings;
  private final MatchCounts counts;
  private @Nullable ProcessorContext<String, byte[]> context;
  private @Nullable Summing summing;

  JudgeProcessor(TopologySettings settings, MatchCounts counts) {
    this.settings = settings;
    this.counts = counts;
  }

  /** Also called after a failure, on the same object: nothing in memory may outlive it. */
  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    Summing fresh =
        new Summing(
            settings.partitions(),
            new Summing.Tables(
                new StoreTable(context.getStateStore(MatchTopology.REPORTS)),
                new StoreTable(context.getStateStore(MatchTopology.JUDGED)),
                new StoreTable(context.getStateStore(MatchTopology.UNITS))),
            new Definitions(
                context.getStateStore(MatchTopology.DEFINITIONS),
                context.getStateStore(MatchTopology.ENDED)),
            this);
    summing = fresh;
    context.schedule(NEXT_TURN, PunctuationType.WALL_CLOCK_TIME, now -> fresh.resume(BUDGET));
  }

  @Override
  public void process(Record<String, byte[]> report) {
    Summing now = summing;
    if (now == null) {
      throw new IllegalStateException("the processor was not started");
    }
    try {
      now.accept(PartitionReport.parseFrom(report.value()), BUDGET);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a report of this collector cannot be read", e);
    }
  }

  @Override
  public void evaluated(RolloutEvaluated evaluation) {
    byte[] value = evaluation.toByteArray();
    RecordHeaders headers = new RecordHeaders();
    String id = evaluation.getTestId() + "-" + evaluation.getNumber();
    Instant time = Instant.ofEpochMilli(evaluation.getLogTimeMs());
    EventHeaders.of(evaluation, id, SOURCE, time).forEach(headers::add);
    headers.add(Signature.HEADER, settings.signature().of(value));
    forward(new Record<>(evaluation.getRolloutId(), value, evaluation.getLogTimeMs(), headers));
    counts.evaluation(evaluation.getVerdict());
  }

  @Override
  public void ended(String testId) {
    forward(new Record<>(testId, MatchTopology.END, 0));
  }

  @Override
  public void units(long fresh, long deleted) {
    counts.units(fresh, deleted);
  }

  private void forward(Record<String, byte[]> record) {
    ProcessorContext<String, byte[]> now = context;
    if (now == null) {
      throw new IllegalStateException("the processor was not started");
    }
    now.forward(record);
  }
}
