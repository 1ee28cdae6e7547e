package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ScoringRoomTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void theLastTenthOfThePlacesIsForUrgentRuns() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (ScoringRoom room = new ScoringRoom("test", 1, 20)) {
      room.submit(work(running, end), LONG);
      running.await();
      for (int i = 0; i < 18; i++) {
        assertThat(room.isNearlyFull()).isFalse();
        room.submit(work(running, end), LONG);
      }

      assertThat(room.isNearlyFull()).isTrue();
      assertThat(room.waiting()).isEqualTo(18);
      end.countDown();
    }
  }

  private static ScoringRoom.Work work(CountDownLatch running, CountDownLatch end) {
    return new ScoringRoom.Work() {
      @Override
      public Score run() {
        running.countDown();
        try {
          end.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return new Score.Answered(List.of(), 1);
      }

      @Override
      public void terminate() {}

      @Override
      public void end() {}
    };
  }
}
