package dev.understudy.bench.collector;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.OutcomeEvent;
import dev.understudy.contracts.v1.PredictionEvent;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The least that a keyed join in Kafka Streams can be: a prediction waits in a RocksDB store with a
 * changelog until its outcome comes, or the other way round, and the two go on to a topic. No
 * definition, no maturity, no repetition recognised, nothing expires.
 */
final class BareJoin {
  static final String OUTPUT = "understudy-bench-joined";

  private static final String STORE = "waiting";
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private BareJoin() {}

  static Topology of(Progress progress) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.Bytes(), BYTES));
    String predictions = Topic.PREDICTIONS.topicName();
    builder.stream(
            List.of(predictions, Topic.OUTCOMES.topicName()),
            Consumed.with(BYTES, BYTES).withName("log"))
        .process(() -> new Join(predictions, progress), Named.as("join"), STORE)
        .to(OUTPUT, Produced.with(BYTES, BYTES).withName("joined"));
    return builder.build();
  }

  private static final class Join extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final String predictions;
    private final Progress progress;

    Join(String predictions, Progress progress) {
      this.predictions = predictions;
      this.progress = progress;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (record.key() == null) {
        return;
      }
      KeyValueStore<Bytes, byte[]> store = context().getStateStore(STORE);
      Bytes key = Bytes.wrap(record.key());
      try {
        byte[] half = half(record);
        if (half.length == 0) {
          return;
        }
        byte[] other = store.get(key);
        if (other == null) {
          store.put(key, half);
        } else {
          store.delete(key);
          context().forward(record.withValue(other));
          progress.through();
        }
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("the benchmark wrote something that nobody can read", e);
      }
    }

    /** What is kept of it until the other half comes; nothing of a shadow's record. */
    private byte[] half(Record<byte[], byte[]> record) throws InvalidProtocolBufferException {
      if (context().recordMetadata().orElseThrow().topic().equals(predictions)) {
        PredictionEvent event = PredictionEvent.parseFrom(record.value());
        return event.hasLogged()
            ? event.getLogged().toBuilder().clearInputs().build().toByteArray()
            : new byte[0];
      }
      progress.outcome();
      return OutcomeEvent.parseFrom(record.value()).getObserved().toByteArray();
    }
  }
}
