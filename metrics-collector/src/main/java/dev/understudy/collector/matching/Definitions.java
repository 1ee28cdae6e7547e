package dev.understudy.collector.matching;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.state.v1.KnownTest;
import dev.understudy.contracts.v1.TestDefined;
import java.util.Collection;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** {@link KnownTests} over the global stores that follow <em>tests</em> and the ended tests. */
final class Definitions implements KnownTests {
  private static final Logger LOG = Logger.getLogger(Definitions.class);

  private final ReadOnlyKeyValueStore<String, byte[]> defined;
  private final ReadOnlyKeyValueStore<String, byte[]> ended;
  private final TreeMap<String, KnownPlan> known = new TreeMap<>();

  Definitions(
      ReadOnlyKeyValueStore<String, byte[]> defined, ReadOnlyKeyValueStore<String, byte[]> ended) {
    this.defined = defined;
    this.ended = ended;
  }

  @Override
  public @Nullable KnownPlan find(String testId) {
    KnownPlan plan = known.get(testId);
    if (plan == null) {
      byte[] kept = defined.get(testId);
      if (kept != null) {
        plan = read(kept);
        known.put(testId, plan);
      }
    }
    return plan;
  }

  @Override
  public Collection<KnownPlan> all() {
    if (defined.approximateNumEntries() > known.size()) {
      try (KeyValueIterator<String, byte[]> all = defined.all()) {
        while (all.hasNext()) {
          var next = all.next();
          known.computeIfAbsent(next.key, any -> read(next.value));
        }
      }
    }
    return known.values();
  }

  @Override
  public boolean ended(String testId) {
    return ended.get(testId) != null;
  }

  private static KnownPlan read(byte[] kept) {
    try {
      KnownTest test = KnownTest.parseFrom(kept);
      return new KnownPlan(
          TestPlan.of(TestDefined.parseFrom(test.getTestDefined())), test.getBeginMs());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept definition cannot be read", e);
    }
  }

  /**
   * Takes definitions over into the global store, with the append time of their record. Only what
   * can be judged gets in, and only once: the first definition of a test is the definition.
   */
  static final class Keeper extends ContextualProcessor<String, byte[], Void, Void> {
    private final String store;
    private final MatchCounts counts;

    Keeper(String store, MatchCounts counts) {
      this.store = store;
      this.counts = counts;
    }

    @Override
    public void process(Record<String, byte[]> test) {
      KeyValueStore<String, byte[]> table = context().getStateStore(store);
      if (test.key() == null || test.value() == null || table.get(test.key()) != null) {
        return;
      }
      try {
        TestDefined defined = TestDefined.parseFrom(test.value());
        if (!TestPlan.of(defined).testId().equals(test.key())) {
          throw new IllegalArgumentException("the key is not the test's id");
        }
        table.put(
            test.key(),
            KnownTest.newBuilder()
                .setBeginMs(test.timestamp())
                .setTestDefined(defined.toByteString())
                .build()
                .toByteArray());
        counts.definition(true);
      } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
        LOG.warnf("the definition of test %s is refused: %s", test.key(), e.getMessage());
        counts.definition(false);
      }
    }
  }
}
