package dev.understudy.collector.matching;

import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** A {@link Table} in memory. */
final class TreeTable implements Table {
  private final TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);

  @Override
  public byte[] get(byte[] key) {
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
    if (Arrays.compareUnsigned(from, to) > 0) {
      return List.of();
    }
    return rows.subMap(from, true, to, true).entrySet().stream()
        .limit(limit)
        .map(entry -> new Row(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public Row last(byte[] from, byte[] to) {
    if (Arrays.compareUnsigned(from, to) > 0) {
      return null;
    }
    var last = rows.subMap(from, true, to, true).lastEntry();
    return last == null ? null : new Row(last.getKey(), last.getValue());
  }

  int size() {
    return rows.size();
  }
}
