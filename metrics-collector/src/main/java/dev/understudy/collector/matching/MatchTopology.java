package dev.understudy.collector.matching;

import dev.understudy.contracts.Topic;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Which prediction is judged, when, and with which label.
 *
 * <pre>
 * predictions ─┐  per partition          by test
 *              ├─ match ── partition-tallies ── judge ─┬─ evaluations
 * outcomes ────┘    │                             │    └─ ended-tests ─┐
 * tests ── definitions ───────────────────────────┘                    │
 *                   └───────────────────────────────── ended ──────────┘
 * </pre>
 *
 * <p>Time enters through the append times of the log and nothing else, so a collector that was
 * killed, stopped or away, and a replay, evaluate every second as one that was never disturbed. A
 * second is evaluated when every partition has passed it, and a partition has passed it when both
 * its inputs have shown a later record. That a test has ended only spares the join work that nobody
 * would look at.
 *
 * <p>Every processor, store and topic has a name that is part of the deployed state: changing one
 * needs a new application id.
 */
public final class MatchTopology {
  static final String WAITING = "waiting";
  static final String INDEX = "waiting-index";
  static final String PROGRESS = "progress";
  static final String REPORTS = "reports";
  static final String JUDGED = "judged";
  static final String UNITS = "units";
  static final String DEFINITIONS = "definitions";
  static final String ENDED = "ended";

  /** The value of an ended test; no evaluation is that short. */
  static final byte[] END = {1};

  /** Fixed for good: the number is part of the deployed state, and one judge serves many tests. */
  private static final int JUDGES = 2;

  private static final Serde<byte[]> BYTES = Serdes.ByteArray();
  private static final Serde<String> TEXT = Serdes.String();

  private MatchTopology() {}

  /** The topology of one collector. */
  public static Topology of(TopologySettings settings, MatchCounts counts) {
    return of(settings, counts, new LabelQueues());
  }

  /** The same, telling whose labels are wanted first. */
  static Topology of(TopologySettings settings, MatchCounts counts, LabelQueues queues) {
    StreamsBuilder builder = new StreamsBuilder();
    addGlobalStores(builder, settings, counts);
    // A prediction's row is written again by its shadow, milliseconds later.
    // One of the index by every prediction of the next tenth of a second.
    for (String store : List.of(WAITING, INDEX)) {
      builder.addStateStore(HeldStore.around(store(store)));
    }
    for (String store : List.of(REPORTS, UNITS)) {
      builder.addStateStore(store(store));
    }
    // Rewritten with every record or second; the cache turns that into once per commit.
    for (String store : List.of(PROGRESS, JUDGED)) {
      builder.addStateStore(store(store).withCachingEnabled());
    }
    String predictions = Topic.PREDICTIONS.topicName();
    builder.stream(
            List.of(predictions, Topic.OUTCOMES.topicName()),
            Consumed.with(BYTES, BYTES).withName("log"))
        .process(
            () -> new MatchProcessor(settings, predictions, counts, queues),
            Named.as("match"),
            WAITING,
            INDEX,
            PROGRESS)
        .repartition(
            Repartitioned.with(TEXT, BYTES)
                .withName("partition-tallies")
                .withNumberOfPartitions(JUDGES))
        .process(
            () -> new JudgeProcessor(settings, counts), Named.as("judge"), REPORTS, JUDGED, UNITS)
        .split(Named.as("verdict-"))
        .branch(
            (key, value) -> value.length == END.length,
            Branched.<String, byte[]>withConsumer(
                    ended ->
                        ended.to(
                            settings.endedTopic(),
                            Produced.with(TEXT, BYTES).withName("ended-tests")))
                .withName("ended"))
        .defaultBranch(
            Branched.<String, byte[]>withConsumer(
                    evaluated -> send(evaluated, settings.evaluationsTopic()))
                .withName("evaluated"));
    return builder.build();
  }

  private static void send(KStream<String, byte[]> evaluated, String topic) {
    evaluated.to(topic, Produced.with(TEXT, BYTES).withName("evaluations"));
  }

  private static void addGlobalStores(
      StreamsBuilder builder, TopologySettings settings, MatchCounts counts) {
    builder.addGlobalStore(
        global(DEFINITIONS),
        Topic.TESTS.topicName(),
        Consumed.with(TEXT, BYTES).withName("tests"),
        () -> new Definitions.Keeper(DEFINITIONS, counts));
    builder.addGlobalStore(
        global(ENDED),
        settings.endedTopic(),
        Consumed.with(TEXT, BYTES).withName("ended-log"),
        EndedKeeper::new);
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> global(String name) {
    return Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), TEXT, BYTES)
        .withLoggingDisabled();
  }

  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), BYTES);
  }

  private static final class EndedKeeper extends ContextualProcessor<String, byte[], Void, Void> {
    @Override
    public void process(Record<String, byte[]> ended) {
      KeyValueStore<String, byte[]> table = context().getStateStore(ENDED);
      if (ended.key() != null && ended.value() != null) {
        table.put(ended.key(), ended.value());
      }
    }
  }
}
