package dev.understudy.collector.matching;

import dev.understudy.collector.state.v1.PartitionReport;
import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Hands the records of both inputs to the {@link PartitionMatcher} of their partition. */
final class MatchProcessor implements Processor<byte[], byte[], String, byte[]> {
  /** Predictions counted, or seconds reported, before the next record is taken. */
  private static final int BUDGET = 2_000;

  /**
   * Only goes on with work that is decided already and was left for the next turn, and notices
   * definitions while the inputs are silent. What comes of it does not depend on when.
   */
  private static final Duration NEXT_TURN = Duration.ofMillis(20);

  private static final Logger LOG = Logger.getLogger(MatchProcessor.class);

  /**
   * Brokers stamp records as they append them, so one that is this far ahead was stamped by a clock
   * that is wrong. A replay is never ahead, so it leaves out nothing that was not left out before.
   */
  private static final long MOST_AHEAD_MS = Duration.ofDays(1).toMillis();

  /**
   * Of each turn, so that a backlog is not kept waiting and no other partition of the thread is.
   */
  private static final long LONGEST_TURN_NANOS = Duration.ofMillis(100).toNanos();

  private final TopologySettings settings;
  private final String predictions;
  private final MatchCounts counts;
  private final LabelQueues queues;
  private @Nullable ProcessorContext<String, byte[]> context;
  private @Nullable PartitionMatcher matcher;
  private long passed;
  private boolean more;
  private boolean warned;

  MatchProcessor(
      TopologySettings settings, String predictions, MatchCounts counts, LabelQueues queues) {
    this.settings = settings;
    this.predictions = predictions;
    this.counts = counts;
    this.queues = queues;
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
            this::report,
            queues.open(context.taskId().partition(), counts));
    context.schedule(NEXT_TURN, PunctuationType.WALL_CLOCK_TIME, now -> turn());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    PartitionMatcher now = started(matcher);
    String topic = started(context).recordMetadata().orElseThrow().topic();
    if (record.timestamp() - MOST_AHEAD_MS > System.currentTimeMillis()) {
      ahead(topic, record.timestamp());
      return;
    }
    if (topic.equals(predictions)) {
      now.prediction(record.key(), record.value(), record.timestamp());
    } else {
      now.outcome(record.key(), record.value(), record.timestamp());
    }
    if (more || now.passedSecond() != passed) {
      advance();
    }
  }

  @Override
  public void close() {
    ProcessorContext<String, byte[]> now = context;
    if (now != null) {
      queues.close(now.taskId().partition());
    }
  }

  /** Such a record would carry log time with it, and nothing could be joined until then. */
  private void ahead(String topic, long appendedMs) {
    if (!warned) {
      warned = true;
      LOG.warnf("records of %s are left out: one says it was appended at %d", topic, appendedMs);
    }
    if (topic.equals(predictions)) {
      counts.prediction(MatchCounts.PredictionStatus.AHEAD);
    } else {
      counts.outcome(MatchCounts.OutcomeStatus.AHEAD);
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
