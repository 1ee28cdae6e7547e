package dev.understudy.collector.matching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A {@link Table} in memory, for {@link Replay} and for tests. */
final class TreeTable implements Table {
  private final TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);

  @Override
  public byte @Nullable [] get(byte[] key) {
    return rows.get(key);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    rows.put(key, value);
  }

  @Override
  public void delete(byte[] key) {
    rows.remove(key);
  }

  @Override
  public List<Row> rows(byte[] from, byte[] to, int limit) {
    List<Row> found = new ArrayList<>();
    Map.Entry<byte[], byte[]> next = rows.ceilingEntry(from);
    while (next != null && found.size() < limit && Arrays.compareUnsigned(next.getKey(), to) <= 0) {
      found.add(new Row(next.getKey(), next.getValue()));
      next = rows.higherEntry(next.getKey());
    }
    return found;
  }

  @Override
  public @Nullable Row last(byte[] from, byte[] to) {
    Map.Entry<byte[], byte[]> last = rows.floorEntry(to);
    return last == null || Arrays.compareUnsigned(last.getKey(), from) < 0
        ? null
        : new Row(last.getKey(), last.getValue());
  }

  int size() {
    return rows.size();
  }
}
