package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemoteBreakerTest {
  private static final Score ANSWERED = new Score.Answered(List.of(), 1);
  private static final Score AWAY = new Score.Failed(RemoteServer.UNAVAILABLE, "away", 1);
  private static final Score BAD_INPUT = new Score.Failed(RemoteServer.REFUSED, "no", 1);
  private static final Score EARLY = new Score.TimedOut(Duration.ofMillis(50).toNanos());
  private static final Score LATE = new Score.TimedOut(Duration.ofMillis(500).toNanos());

  private final RemoteBreaker breaker = new RemoteBreaker(Duration.ofMillis(1));

  @Test
  void severalFailuresSpareTheServer() {
    for (Score score : List.of(AWAY, LATE, ANSWERED, AWAY, BAD_INPUT, LATE)) {
      assertThat(call(score)).isFalse();
    }
    assertThat(call(AWAY)).isTrue();
  }

  @Test
  void shortPatienceNeitherSparesItNorMakesUpForFailures() {
    for (int i = 0; i < 100; i++) {
      assertThat(call(EARLY)).isFalse();
    }
    for (int failures = 1; failures < 5; failures++) {
      assertThat(call(AWAY)).isFalse();
      assertThat(call(EARLY)).isFalse();
      assertThat(call(EARLY)).isFalse();
    }
    assertThat(call(AWAY)).isTrue();
  }

  @Test
  void aServerThatIsTriedAndDoesNotAnswerIsNotWellAgainHoweverShortTheWait() {
    for (int i = 0; i < 5; i++) {
      call(AWAY);
    }
    await().until(breaker::mayCall);
    assertThat(breaker.mayCall()).isFalse();
    assertThat(breaker.ended(EARLY)).isTrue();

    await().until(breaker::mayCall);
    assertThat(breaker.ended(ANSWERED)).isFalse();
    assertThat(call(AWAY)).isFalse();
  }

  private boolean call(Score score) {
    assertThat(breaker.mayCall()).isTrue();
    return breaker.ended(score);
  }
}
