package dev.understudy.collector.matching;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A {@link Table} over a state store of Kafka Streams. */
final class StoreTable implements Table {
  private final KeyValueStore<Bytes, byte[]> store;

  StoreTable(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return store.get(Bytes.wrap(key));
  }

  @Override
  public void put(byte[] key, byte[] value) {
    store.put(Bytes.wrap(key), value);
  }

  @Override
  public void delete(byte[] key) {
    store.delete(Bytes.wrap(key));
  }

  @Override
  public List<Row> rows(byte[] from, byte[] to, int limit) {
    List<Row> rows = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> all = store.range(Bytes.wrap(from), Bytes.wrap(to))) {
      while (rows.size() < limit && all.hasNext()) {
        var next = all.next();
        rows.add(new Row(next.key.get(), next.value));
      }
    }
    return rows;
  }

  @Override
  public @Nullable Row last(byte[] from, byte[] to) {
    try (KeyValueIterator<Bytes, byte[]> all =
        store.reverseRange(Bytes.wrap(from), Bytes.wrap(to))) {
      if (!all.hasNext()) {
        return null;
      }
      var next = all.next();
      return new Row(next.key.get(), next.value);
    }
  }
}
