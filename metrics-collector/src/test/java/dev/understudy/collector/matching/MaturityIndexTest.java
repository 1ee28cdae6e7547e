package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.matching.MaturityIndex.Entry;
import dev.understudy.collector.matching.WaitingRoom.Reached;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class MaturityIndexTest {
  private static final Reached START = new Reached(0, "");
  private static final long END = Long.MAX_VALUE - 1;

  private final TreeTable table = new TreeTable();

  private int rows() {
    return table.rows(Keys.maturities(), Keys.endOfMaturities(), Integer.MAX_VALUE).size();
  }

  @Test
  void predictionsThatComeCloseTogetherShareARow() {
    MaturityIndex index = new MaturityIndex(table);
    for (int i = 0; i < 640; i++) {
      index.add("t", 1_000 + i / 100, "p" + i);
    }

    assertThat(rows()).isEqualTo(10);
    assertThat(index.after("t", START, END, 1_000)).hasSize(640);
  }

  @Test
  void whatWasWrittenOneByOneIsReadLikeAnyOther() {
    table.put(Keys.maturity("t", 1_000, "b"), new byte[] {0});
    table.put(Keys.maturity("t", 1_000, "a"), new byte[] {0});
    MaturityIndex index = new MaturityIndex(table);
    index.add("t", 1_001, "0");

    assertThat(index.after("t", START, END, 10))
        .containsExactly(new Entry(1_000, "a"), new Entry(1_000, "b"), new Entry(1_001, "0"));
  }

  @Test
  void testsDoNotSeeEachOther() {
    MaturityIndex index = new MaturityIndex(table);
    index.add("t", 1_000, "a");
    index.add("t-2", 1_000, "b");

    assertThat(index.after("t", START, END, 10)).containsExactly(new Entry(1_000, "a"));
    assertThat(index.nextTest(null)).isEqualTo("t");
    assertThat(index.nextTest("t")).isEqualTo("t-2");
    assertThat(index.nextTest("t-2")).isNull();
  }

  /** Against a sorted set, over restarts, bursts within one instant and silences. */
  @RepeatedTest(30)
  void readsWhatASortedSetWould(RepetitionInfo repetition) {
    SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
    TreeSet<Entry> plain = new TreeSet<>(Entry.ORDER);
    MaturityIndex index = new MaturityIndex(table);
    long now = 1;
    for (int step = 0; step < 2_000; step++) {
      int what = random.nextInt(100);
      if (what < 85) {
        now += random.nextInt(10) < 8 ? 0 : random.nextInt(random.nextInt(20) == 0 ? 500 : 8);
        Entry entry = new Entry(now, "p" + random.nextInt(1_000_000));
        if (plain.add(entry)) {
          index.add("t", entry.appendedMs(), entry.id());
        }
      } else if (what < 87) {
        index = new MaturityIndex(table);
      } else if (what < 88) {
        List<Entry> oldest = index.after("t", Reached.NONE, END, random.nextInt(1, 100));
        index.remove("t", oldest);
        plain.removeAll(oldest);
      } else {
        Reached counted = counted(random, plain, now);
        long to = random.nextBoolean() ? END : random.nextLong(now + 2);
        int limit = random.nextInt(1, 200);
        List<Entry> expected = new ArrayList<>();
        for (Entry entry : plain) {
          if (entry.appendedMs() <= to && !counted.includes(entry.appendedMs(), entry.id())) {
            expected.add(entry);
          }
        }
        assertThat(index.after("t", counted, to, limit))
            .isEqualTo(expected.stream().limit(limit).toList());
        assertThat(index.firstAppended("t", counted, to))
            .isEqualTo(expected.isEmpty() ? -1 : expected.getFirst().appendedMs());
        assertThat(index.lastAppended("t", counted, to))
            .isEqualTo(expected.isEmpty() ? -1 : expected.getLast().appendedMs());
      }
    }
    index.remove("t", index.after("t", Reached.NONE, END, Integer.MAX_VALUE - 1));
    assertThat(rows()).isZero();
  }

  private static Reached counted(SplittableRandom random, TreeSet<Entry> plain, long now) {
    if (plain.isEmpty() || random.nextInt(4) == 0) {
      return new Reached(random.nextLong(now + 2), "");
    }
    Entry from = plain.ceiling(new Entry(random.nextLong(now + 1), "p5"));
    Entry entry = from == null ? plain.last() : from;
    return new Reached(entry.appendedMs(), entry.id());
  }
}
