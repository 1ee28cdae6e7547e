package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class GivingWayTest {
  private static final Score ANSWER = new Score.Answered(List.of(), 1);
  private static final Score NO_MEMORY = new Score.Failed("memory", "bad_alloc", 1);
  private static final Score OTHER = new Score.Failed("runtime", "no", 1);

  @Test
  void whoAnswersIsTriedAgainAfterThoseWhoDoNotWereStopped() throws Exception {
    Holding held = new Holding(new Score.Failed("runtime", "terminated", 1));
    CompletableFuture<Score> shadow = held.start();
    Scripted asked = new Scripted(NO_MEMORY, ANSWER);

    assertThat(GivingWay.preferred(asked).run()).isEqualTo(ANSWER);
    assertThat(shadow.get()).isEqualTo(new Score.Shed("memory"));
    assertThat(asked.runs).isEqualTo(2);
  }

  @Test
  void whatWasAnsweredAllTheSameIsAnAnswer() throws Exception {
    CompletableFuture<Score> shadow = new Holding(ANSWER).start();

    assertThat(GivingWay.preferred(new Scripted(NO_MEMORY, ANSWER)).run()).isEqualTo(ANSWER);
    assertThat(shadow.get()).isEqualTo(ANSWER);
  }

  @Test
  void nobodyIsStoppedForAnotherFailureAndNobodyRunsAgainWithoutHope() throws Exception {
    Holding held = new Holding(ANSWER);
    CompletableFuture<Score> shadow = held.start();
    Scripted broken = new Scripted(OTHER);
    assertThat(GivingWay.preferred(broken).run()).isEqualTo(OTHER);
    assertThat(broken.runs).isEqualTo(1);
    assertThat(shadow).isNotDone();
    held.terminate();
    shadow.get();

    Scripted alone = new Scripted(NO_MEMORY);

    assertThat(GivingWay.preferred(alone).run()).isEqualTo(NO_MEMORY);
    assertThat(alone.runs).isEqualTo(1);
  }

  @Test
  void whoDoesNotAnswerDoesNotBeginWhileMemoryIsWanted() throws Exception {
    Holding held = new Holding(ANSWER);
    CompletableFuture<Score> shadow = held.start();
    Scripted late = new Scripted(ANSWER);
    Scripted asked =
        new Scripted(NO_MEMORY, ANSWER) {
          @Override
          void second() {
            assertThat(GivingWay.modest(late).run()).isEqualTo(new Score.Shed("memory"));
          }
        };

    assertThat(GivingWay.preferred(asked).run()).isEqualTo(ANSWER);
    assertThat(late.runs).isZero();
    shadow.get();
    assertThat(GivingWay.modest(late).run()).isEqualTo(ANSWER);
  }

  @Test
  void whoDoesNotAnswerHasItsOwnFailures() {
    Scripted hungry = new Scripted(NO_MEMORY);

    assertThat(GivingWay.modest(hungry).run()).isEqualTo(NO_MEMORY);
    assertThat(hungry.runs).isEqualTo(1);
  }

  @Test
  void whoIsStoppedItselfWaitsForNobody() throws Exception {
    Stubborn stubborn = new Stubborn();
    CompletableFuture<Score> shadow = inItsOwnThread(GivingWay.modest(stubborn));
    stubborn.running.await();
    Scripted asked = new Scripted(NO_MEMORY, ANSWER);
    ScoringRoom.Work preferred = GivingWay.preferred(asked, Duration.ofMinutes(5));
    CompletableFuture<Score> score = inItsOwnThread(preferred);
    stubborn.told.await();

    preferred.terminate();

    assertThat(score.get()).isEqualTo(NO_MEMORY);
    assertThat(asked.runs).isEqualTo(1);
    stubborn.over.countDown();
    shadow.get();
  }

  @Test
  void whoDoesNotStopIsNotWaitedForForEver() throws Exception {
    Stubborn stubborn = new Stubborn();
    CompletableFuture<Score> shadow = inItsOwnThread(GivingWay.modest(stubborn));
    stubborn.running.await();
    Scripted asked = new Scripted(NO_MEMORY, ANSWER);

    assertThat(GivingWay.preferred(asked, Duration.ofMillis(1)).run()).isEqualTo(ANSWER);

    assertThat(shadow).isNotDone();
    stubborn.over.countDown();
    shadow.get();
  }

  private static CompletableFuture<Score> inItsOwnThread(ScoringRoom.Work work) {
    return CompletableFuture.supplyAsync(work::run, Thread::startVirtualThread);
  }

  /** Gives one score after the other. */
  private static class Scripted implements ScoringRoom.Work {
    private final Queue<Score> scores;
    int runs;

    Scripted(Score... scores) {
      this.scores = new ArrayDeque<>(List.of(scores));
    }

    void second() {}

    @Override
    public Score run() {
      if (++runs == 2) {
        second();
      }
      return scores.remove();
    }

    @Override
    public void terminate() {}

    @Override
    public void end() {}
  }

  /** Runs until it is stopped, then gives its score. */
  private static final class Holding implements ScoringRoom.Work {
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Score score;

    Holding(Score score) {
      this.score = score;
    }

    CompletableFuture<Score> start() throws InterruptedException {
      CompletableFuture<Score> shadow = inItsOwnThread(GivingWay.modest(this));
      running.await();
      return shadow;
    }

    @Override
    public Score run() {
      running.countDown();
      try {
        stopped.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return score;
    }

    @Override
    public void terminate() {
      stopped.countDown();
    }

    @Override
    public void end() {}
  }

  /** Does not stop when it is told to. */
  private static final class Stubborn implements ScoringRoom.Work {
    final CountDownLatch running = new CountDownLatch(1);
    final CountDownLatch told = new CountDownLatch(1);
    final CountDownLatch over = new CountDownLatch(1);

    @Override
    public Score run() {
      running.countDown();
      try {
        over.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return ANSWER;
    }

    @Override
    public void terminate() {
      told.countDown();
    }

    @Override
    public void end() {}
  }
}
