package dev.understudy.collector.matching;

import dev.understudy.collector.state.v1.PartitionReport;
import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Hands the records of both inputs to the {@link PartitionMatcher} of their partition. */
final class MatchProcessor implements Processor<byte[], byte[], String, byte[]> {
  /** Predictions counted, or seconds reported, before the next record is taken. */
  private static final int BUDGET = 2_000;

  /**
   * Only goes on with work that is decided already and was left for the next turn, and notices
   * definitions while the inputs are silent. What comes of it does not depend on when.
   */
  private static final Duration NEXT_TURN = Duration.ofMillis(100);

  /**
   * Of each turn, so that a backlog is not kept waiting and no other partition of the thread is.
   */
  private static final long LONGEST_TURN_NANOS = Duration.ofMillis(25).toNanos();

  private final TopologySettings settings;
  private final String predictions;
  private final MatchCounts counts;
  private @Nullable ProcessorContext<String, byte[]> context;
  private @Nullable PartitionMatcher matcher;
  private long passed;
  private boolean more;

  MatchProcessor(TopologySettings settings, String predictions, MatchCounts counts) {
    this.settings = settings;
    this.predictions = predictions;
    this.counts = counts;
  }

  /** Also called after a failure, on the same object: nothing in memory may outlive it. */
  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    passed = Long.MIN_VALUE;
    more = false;
    matcher =
        new PartitionMatcher(
            context.taskId().partition(),
            new PartitionMatcher.Tables(
                table(context, MatchTopology.WAITING),
                table(context, MatchTopology.INDEX),
                table(context, MatchTopology.PROGRESS)),
            settings.keep(),
            new Definitions(
                context.getStateStore(MatchTopology.DEFINITIONS),
                context.getStateStore(MatchTopology.ENDED)),
            counts,
            this::report);
    context.schedule(NEXT_TURN, PunctuationType.WALL_CLOCK_TIME, now -> turn());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    PartitionMatcher now = started(matcher);
    String topic = started(context).recordMetadata().orElseThrow().topic();
    if (topic.equals(predictions)) {
      now.prediction(record.key(), record.value(), record.timestamp());
    } else {
      now.outcome(record.key(), record.value(), record.timestamp());
    }
    if (more || now.passedSecond() != passed) {
      advance();
    }
  }

  private void turn() {
    long start = System.nanoTime();
    do {
      advance();
    } while (more && System.nanoTime() - start < LONGEST_TURN_NANOS);
  }

  private void advance() {
    PartitionMatcher now = started(matcher);
    passed = now.passedSecond();
    more = now.advance(BUDGET);
  }

  private void report(PartitionReport report) {
    started(context)
        .forward(new Record<>(report.getTestId(), report.toByteArray(), report.getToMs()));
  }

  private static StoreTable table(ProcessorContext<String, byte[]> context, String name) {
    KeyValueStore<Bytes, byte[]> store = context.getStateStore(name);
    return new StoreTable(store);
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the processor was not started");
    }
    return part;
  }
}
