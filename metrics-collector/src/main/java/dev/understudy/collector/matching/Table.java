package dev.understudy.collector.matching;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sorted table of bytes, keys in unsigned lexicographic order: all that the join needs of a
 * store. Not thread-safe; one task owns it.
 */
interface Table {
  /** One row. Neither array may be changed. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Row(byte[] key, byte[] value) {}

  byte @Nullable [] get(byte[] key);

  void put(byte[] key, byte[] value);

  void delete(byte[] key);

  /** The first rows with {@code from <= key <= to}, in order, at most {@code limit}. */
  List<Row> rows(byte[] from, byte[] to, int limit);

  /** The last row with {@code from <= key <= to}. */
  @Nullable Row last(byte[] from, byte[] to);

  /** The first row with {@code from <= key <= to}. */
  default @Nullable Row first(byte[] from, byte[] to) {
    List<Row> rows = rows(from, to, 1);
    return rows.isEmpty() ? null : rows.getFirst();
  }
}
