package dev.understudy.local.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerLogTest {
  private final AnswerLog log = new AnswerLog();

  @Test
  void theLongestGapIsTheOneInsideTheWindow() {
    for (long ms : new long[] {0, 10, 30, 90, 95, 400}) {
      log.add(new Answer("id-" + ms, "good", ms * 1_000_000));
    }

    assertThat(log.longestGapMs(0, 100_000_000)).isEqualTo(60);
    assertThat(log.longestGapMs(0, 450_000_000)).isEqualTo(305);
    assertThat(log.ids()).hasSize(6);
  }

  @Test
  void answersThatCameOutOfOrderMakeNoGap() {
    log.add(new Answer("b", "good", 20_000_000));
    log.add(new Answer("a", "good", 10_000_000));

    assertThat(log.longestGapMs(10_000_000, 25_000_000)).isEqualTo(10);
  }

  @Test
  void silenceAtTheEdgesOfTheWindowIsAGapToo() {
    log.add(new Answer("a", "good", 30_000_000));

    assertThat(log.longestGapMs(0, 100_000_000)).isEqualTo(70);
    assertThat(log.longestGapMs(0, 40_000_000)).isEqualTo(30);
    assertThat(log.longestGapMs(50_000_000, 90_000_000)).isEqualTo(40);
  }
}
