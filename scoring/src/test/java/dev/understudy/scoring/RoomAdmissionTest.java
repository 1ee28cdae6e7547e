package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A room of one thread, with work that ends when the test says so. */
class RoomAdmissionTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Score DONE = new Score.Answered(List.of(), 1);

  private final ScoringRoom room = new ScoringRoom("test", 1, 2);
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private final AtomicInteger ended = new AtomicInteger();

  @AfterEach
  void close() {
    mayEnd.countDown();
    room.close();
  }

  @Test
  void whoWouldWaitPastTheDeadlineIsShedAtOnce() throws Exception {
    room.kept(Duration.ofSeconds(5).toNanos());
    CompletionStage<Score> running = room.submit(new Held(), LONG);
    begun.await();
    CompletionStage<Score> waiting = room.submit(new Held(), LONG);

    CompletableFuture<Score> refused =
        room.submit(new Held(), Duration.ofSeconds(4)).toCompletableFuture();

    assertThat(refused).isCompletedWithValue(new Score.Shed("deadline"));
    assertThat(ended).hasValue(1);
    mayEnd.countDown();
    assertThat(running.toCompletableFuture().join()).isEqualTo(DONE);
    assertThat(waiting.toCompletableFuture().join()).isEqualTo(DONE);
    assertThat(ended).hasValue(3);
  }

  @Test
  void whereNobodyWaitsNobodyIsRefused() {
    room.kept(Duration.ofSeconds(5).toNanos());
    mayEnd.countDown();

    assertThat(room.submit(new Held(), Duration.ofSeconds(4)).toCompletableFuture().join())
        .isEqualTo(DONE);
  }

  @Test
  void anErrorOfMemoryIsTheModelsFailure() {
    ScoringRoom.Work greedy =
        new Held() {
          @Override
          public Score run() {
            throw new OutOfMemoryError("greedy");
          }
        };

    assertThat(room.submit(greedy, LONG).toCompletableFuture().join())
        .isInstanceOfSatisfying(
            Score.Failed.class, failed -> assertThat(failed.errorClass()).isEqualTo("memory"));
    assertThat(ended).hasValue(1);
  }

  @Test
  void everyWorkIsEndedOnceWhenTheRoomIsClosed() throws Exception {
    CompletionStage<Score> running = room.submit(new Held(), LONG);
    begun.await();
    CompletionStage<Score> waiting = room.submit(new Held(), LONG);

    room.close();

    assertThat(waiting.toCompletableFuture().join()).isEqualTo(new Score.Shed("closed"));
    assertThat(ended).hasValue(1);
    mayEnd.countDown();
    assertThat(running.toCompletableFuture().join()).isEqualTo(DONE);
    assertThat(ended).hasValue(2);
  }

  private class Held implements ScoringRoom.Work {
    @Override
    public Score run() {
      begun.countDown();
      boolean interrupted = false;
      while (true) {
        try {
          mayEnd.await();
          break;
        } catch (InterruptedException closing) {
          // As a native run, which does not notice either.
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return DONE;
    }

    @Override
    public void terminate() {
      mayEnd.countDown();
    }

    @Override
    public void end() {
      ended.incrementAndGet();
    }
  }
}
