package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/** That a commit reaches it, {@link MatchTopologyTest} and {@link RestartTest} show. */
class HeldStoreTest {
  private final KeyValueStore<Bytes, byte[]> below = Stores.inMemoryKeyValueStore("below").get();
  private final HeldStore store = new HeldStore(below);

  private static Bytes key(String key) {
    return Bytes.wrap(key.getBytes(UTF_8));
  }

  private static byte[] value(String value) {
    return value.getBytes(UTF_8);
  }

  @Test
  void ofARowThatIsWrittenAgainOnlyTheLastIsWrittenBelow() {
    store.put(key("a"), value("prediction"));
    store.put(key("a"), value("prediction and shadow"));

    assertThat(below.get(key("a"))).isNull();
    assertThat(store.get(key("a"))).asString(UTF_8).isEqualTo("prediction and shadow");

    store.flushCache();

    assertThat(below.get(key("a"))).asString(UTF_8).isEqualTo("prediction and shadow");
  }

  @Test
  void whatWasDeletedIsGoneBeforeTheCommitAndAfter() {
    store.put(key("a"), value("1"));
    store.flushCache();

    assertThat(store.delete(key("a"))).asString(UTF_8).isEqualTo("1");

    assertThat(store.get(key("a"))).isNull();
    assertThat(below.get(key("a"))).isNotNull();
    store.flushCache();
    assertThat(below.get(key("a"))).isNull();
  }

  @Test
  void doesNotHoldMoreThanItMay() {
    for (int i = 0; i < 2_000; i++) {
      store.put(key("row-" + i), new byte[1_024]);
    }

    assertThat(below.approximateNumEntries()).isBetween(800L, 1_999L);
    store.flushCache();
    assertThat(below.approximateNumEntries()).isEqualTo(2_000);
  }

  @Test
  void readsAsIfNothingWereHeld() {
    SplittableRandom random = new SplittableRandom(11);
    TreeMap<String, String> plain = new TreeMap<>();
    for (int step = 0; step < 5_000; step++) {
      String key = "key-%02d".formatted(random.nextInt(40));
      switch (random.nextInt(6)) {
        case 0 -> {
          store.delete(key(key));
          plain.remove(key);
        }
        case 1 -> store.flushCache();
        case 2 -> assertThat(all()).isEqualTo(List.copyOf(plain.values()));
        case 3 -> {
          byte[] kept = store.get(key(key));
          assertThat(kept == null ? null : new String(kept, UTF_8)).isEqualTo(plain.get(key));
        }
        default -> {
          String value = "value-" + step;
          store.put(key(key), value(value));
          plain.put(key, value);
        }
      }
    }
  }

  private List<String> all() {
    List<String> values = new ArrayList<>();
    try (var rows = store.range(key("key-00"), key("key-99"))) {
      rows.forEachRemaining(row -> values.add(new String(row.value, UTF_8)));
    }
    return values;
  }
}
