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
    assertThat(log.longestGapMs(0, 500_000_000)).isEqualTo(305);
    assertThat(log.ids()).hasSize(6);
  }

  @Test
  void answersThatCameOutOfOrderMakeNoGap() {
    log.add(new Answer("b", "good", 20_000_000));
    log.add(new Answer("a", "good", 10_000_000));

    assertThat(log.longestGapMs(0, 100_000_000)).isEqualTo(10);
  }
}
