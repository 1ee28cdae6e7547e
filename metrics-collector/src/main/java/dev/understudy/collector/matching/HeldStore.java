package dev.understudy.collector.matching;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * A store whose writes wait in memory for the next commit, so that of a row that is written several
 * times in between only the last reaches RocksDB and the changelog: a shadow's score comes
 * milliseconds after its prediction, and need not cost a second write.
 *
 * <p>Kafka Streams' own cache does the same and more, and costs more than it saves here: it keeps
 * what is only read as well, in order of key and of use.
 *
 * <p><b>Invariant.</b> A commit begins with {@link #flushCache}, before the transaction ends, so
 * what a transaction has read and what it has written stay together; whatever is lost with the
 * process was never committed. Reads see what is held. Thread-safe, since people ask beside the
 * owner.
 *
 * <p>{@code CachedStateStore} is how Kafka Streams knows whom to tell of a commit, and not part of
 * its public interface: a test holds that a commit brings every row into the changelog.
 */
final class HeldStore implements KeyValueStore<Bytes, byte[]>, CachedStateStore<Bytes, byte[]> {
  /** Of one store; when there is more, all of it is written. */
  private static final long MOST_BYTES = 1L << 20;

  /** What a row takes beside its bytes, about. */
  private static final int OVERHEAD = 150;

  private final KeyValueStore<Bytes, byte[]> store;

  /** In order of first writing; null: to be deleted. */
  private final Map<Bytes, byte @Nullable []> held = new LinkedHashMap<>();

  private long bytes;

  HeldStore(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  /** Builds such a store around another. */
  static StoreBuilder<HeldStore> around(StoreBuilder<KeyValueStore<Bytes, byte[]>> inner) {
    return new Builder(inner);
  }

  private record Builder(StoreBuilder<KeyValueStore<Bytes, byte[]>> inner)
      implements StoreBuilder<HeldStore> {
    @Override
    public StoreBuilder<HeldStore> withCachingEnabled() {
      throw new UnsupportedOperationException("it holds its writes itself");
    }

    @Override
    public StoreBuilder<HeldStore> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<HeldStore> withLoggingEnabled(Map<String, String> config) {
      return new Builder(inner.withLoggingEnabled(config));
    }

    @Override
    public StoreBuilder<HeldStore> withLoggingDisabled() {
      return new Builder(inner.withLoggingDisabled());
    }

    @Override
    public HeldStore build() {
      return new HeldStore(inner.build());
    }

    @Override
    public Map<String, String> logConfig() {
      return inner.logConfig();
    }

    @Override
    public boolean loggingEnabled() {
      return inner.loggingEnabled();
    }

    @Override
    public String name() {
      return inner.name();
    }
  }

  @Override
  public synchronized byte @Nullable [] get(Bytes key) {
    byte[] value = held.get(key);
    return value != null || held.containsKey(key) ? value : store.get(key);
  }

  @Override
  public synchronized void put(Bytes key, byte @Nullable [] value) {
    int before = held.size();
    byte[] replaced = held.put(key, value);
    bytes += (value == null ? 0 : value.length) - (replaced == null ? 0 : replaced.length);
    if (held.size() > before) {
      bytes += key.get().length + OVERHEAD;
    }
    if (bytes > MOST_BYTES) {
      flushCache();
    }
  }

  @Override
  public synchronized byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
    byte[] before = get(key);
    if (before == null) {
      put(key, value);
    }
    return before;
  }

  @Override
  public synchronized void putAll(List<KeyValue<Bytes, byte[]>> entries) {
    entries.forEach(entry -> put(entry.key, entry.value));
  }

  @Override
  public synchronized byte @Nullable [] delete(Bytes key) {
    byte[] before = get(key);
    put(key, null);
    return before;
  }

  /** A range is read from the store alone, so what is held has to be there. */
  @Override
  public synchronized KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
    flushCache();
    return store.range(from, to);
  }

  @Override
  public synchronized KeyValueIterator<Bytes, byte[]> reverseRange(Bytes from, Bytes to) {
    flushCache();
    return store.reverseRange(from, to);
  }

  @Override
  public synchronized KeyValueIterator<Bytes, byte[]> all() {
    flushCache();
    return store.all();
  }

  @Override
  public synchronized long approximateNumEntries() {
    return store.approximateNumEntries() + held.size();
  }

  /** Called with every commit, while its transaction is open. */
  @Override
  public synchronized void flushCache() {
    held.forEach(store::put);
    clearCache();
  }

  @Override
  public synchronized void clearCache() {
    held.clear();
    bytes = 0;
  }

  @Override
  public boolean setFlushListener(
      CacheFlushListener<Bytes, byte[]> listener, boolean sendOldValues) {
    return false;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    store.init(context, root);
  }

  @Override
  public synchronized void flush() {
    flushCache();
    store.flush();
  }

  @Override
  public synchronized void close() {
    clearCache();
    store.close();
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public boolean persistent() {
    return store.persistent();
  }

  @Override
  public boolean isOpen() {
    return store.isOpen();
  }

  @Override
  public Position getPosition() {
    return store.getPosition();
  }
}
