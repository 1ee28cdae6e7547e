package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.collector.matching.WaitingRoom.Reached;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which predictions a test waits for, or has counted, in order of append time and id. Those that
 * come close together share a row of the table, so that a busy log writes one for dozens of them;
 * its key is that of the first of them.
 *
 * <p><b>Invariant.</b> A row holds nothing that was appended before its key's time or {@link
 * #SPAN_MS} after it. Time never runs backwards in one partition, so rows follow each other in time
 * and meet in one instant at most; within it ids may lie in any row, and are put in order when they
 * are read. In which row an entry lies depends on when a process was started, what is read does
 * not. Not thread-safe; one task owns it.
 */
final class MaturityIndex {
  private static final long SPAN_MS = 100;
  private static final int MOST_IN_ROW = 64;
  private static final int PAGE = 8;
  private static final int MOST_OPEN = 1_000;

  /** A row of its key's entry alone; the only kind that was written once. */
  private static final byte[] ALONE = {0};

  private static final int SEVERAL = 1;

  /** A prediction that waits. */
  record Entry(long appendedMs, String id) {
    /** That of the keys: ids are ASCII. */
    static final Comparator<Entry> ORDER =
        Comparator.comparingLong(Entry::appendedMs).thenComparing(Entry::id);
  }

  /** A row that more may come into; the table has it as it is. */
  private static final class Open {
    private final byte[] key;
    private final Entry first;
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private int size = 1;

    Open(String testId, Entry first) {
      this.key = Keys.maturity(testId, first.appendedMs(), first.id());
      this.first = first;
      entries.write(SEVERAL);
      write(entries, first, first.appendedMs());
    }

    boolean takes(long appendedMs) {
      long afterMs = appendedMs - first.appendedMs();
      return size < MOST_IN_ROW && afterMs >= 0 && afterMs < SPAN_MS;
    }

    void add(Entry entry) {
      write(entries, entry, first.appendedMs());
      size++;
    }

    byte[] value() {
      return size == 1 ? ALONE : entries.toByteArray();
    }
  }

  private final Table table;
  private final Map<String, Open> open = new HashMap<>();

  MaturityIndex(Table table) {
    this.table = table;
  }

  void add(String testId, long appendedMs, String id) {
    Entry entry = new Entry(appendedMs, id);
    Open row = open.get(testId);
    if (row == null || !row.takes(appendedMs)) {
      if (open.size() >= MOST_OPEN) {
        open.clear();
      }
      row = new Open(testId, entry);
      open.put(testId, row);
    } else {
      row.add(entry);
    }
    table.put(row.key, row.value());
  }

  /** Those after what was counted and appended by then, in order of time and id. */
  List<Entry> after(String testId, Reached counted, long toMs, int limit) {
    List<Entry> found = new ArrayList<>();
    int page = PAGE + limit / MOST_IN_ROW;
    byte[] from = from(testId, counted);
    byte[] to = Keys.maturity(testId, toMs + 1);
    List<Table.Row> rows;
    do {
      rows = table.rows(from, to, page);
      for (Table.Row row : rows) {
        if (found.size() >= limit && isReached(found, limit, Keys.appendedMs(testId, row.key()))) {
          return first(found, limit);
        }
        addAll(testId, row, counted, toMs, found);
      }
      if (!rows.isEmpty()) {
        byte[] last = rows.getLast().key();
        from = Arrays.copyOf(last, last.length + 1);
      }
    } while (rows.size() == page);
    return first(found, limit);
  }

  /** When the last of those was appended; -1 without any. */
  long lastAppended(String testId, Reached counted, long toMs) {
    byte[] to = Keys.maturity(testId, toMs + 1);
    Table.Row last = table.last(from(testId, counted), to);
    if (last == null) {
      return -1;
    }
    // Several rows may begin in one instant, and any of them may go on after it.
    List<Entry> found = new ArrayList<>();
    byte[] begin = Keys.maturity(testId, Keys.appendedMs(testId, last.key()));
    for (Table.Row row : table.rows(begin, to, Integer.MAX_VALUE)) {
      addAll(testId, row, counted, toMs, found);
    }
    return found.stream().mapToLong(Entry::appendedMs).max().orElse(-1);
  }

  /** When the first of those was appended; -1 without any. */
  long firstAppended(String testId, Reached counted, long toMs) {
    List<Entry> first = after(testId, counted, toMs, 1);
    return first.isEmpty() ? -1 : first.getFirst().appendedMs();
  }

  /** The first test that anything waits for, after that one in order of name. */
  @Nullable String nextTest(@Nullable String testId) {
    byte[] from = testId == null ? Keys.maturities() : Keys.maturity(testId, Long.MAX_VALUE);
    Table.Row first = table.first(from, Keys.endOfMaturities());
    return first == null ? null : Keys.testOfMaturity(first.key());
  }

  /** Takes out what was read, in the order in which it was. */
  void remove(String testId, List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    open.remove(testId);
    Set<Entry> gone = new HashSet<>(entries);
    byte[] from = from(testId, new Reached(entries.getFirst().appendedMs(), ""));
    byte[] to = Keys.maturity(testId, entries.getLast().appendedMs() + 1);
    for (Table.Row row : table.rows(from, to, Integer.MAX_VALUE)) {
      List<Entry> all = new ArrayList<>();
      addAll(testId, row, Reached.NONE, Long.MAX_VALUE, all);
      List<Entry> left = all.stream().filter(entry -> !gone.contains(entry)).toList();
      if (left.isEmpty()) {
        table.delete(row.key());
      } else if (left.size() < all.size()) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(SEVERAL);
        long firstMs = Keys.appendedMs(testId, row.key());
        left.forEach(entry -> write(value, entry, firstMs));
        table.put(row.key(), value.toByteArray());
      }
    }
  }

  /** Before every row that may hold anything after what was counted. */
  private static byte[] from(String testId, Reached counted) {
    return Keys.maturity(testId, counted.appendedMs() - SPAN_MS + 1);
  }

  /** Whether so many were found that nothing of a row that begins then can come before them. */
  private static boolean isReached(List<Entry> found, int limit, long beginMs) {
    return found.stream().filter(entry -> entry.appendedMs() < beginMs).count() >= limit;
  }

  private static List<Entry> first(List<Entry> found, int limit) {
    found.sort(Entry.ORDER);
    return found.size() > limit ? found.subList(0, limit) : found;
  }

  private static void addAll(
      String testId, Table.Row row, Reached counted, long toMs, List<Entry> found) {
    long firstMs = Keys.appendedMs(testId, row.key());
    if (row.value()[0] != SEVERAL) {
      add(new Entry(firstMs, Keys.idOfMaturity(testId, row.key())), counted, toMs, found);
      return;
    }
    ByteBuffer rest = ByteBuffer.wrap(row.value(), 1, row.value().length - 1);
    while (rest.hasRemaining()) {
      long appendedMs = firstMs + rest.get();
      int length = Byte.toUnsignedInt(rest.get());
      String id = new String(row.value(), rest.position(), length, UTF_8);
      rest.position(rest.position() + length);
      add(new Entry(appendedMs, id), counted, toMs, found);
    }
  }

  private static void add(Entry entry, Reached counted, long toMs, List<Entry> found) {
    if (entry.appendedMs() <= toMs && !counted.includes(entry.appendedMs(), entry.id())) {
      found.add(entry);
    }
  }

  /** Two bytes and the id: a span is below 128 ms, and no id is longer than 128. */
  private static void write(ByteArrayOutputStream row, Entry entry, long firstMs) {
    byte[] id = entry.id().getBytes(UTF_8);
    row.write((int) (entry.appendedMs() - firstMs));
    row.write(id.length);
    row.write(id, 0, id.length);
  }
}
