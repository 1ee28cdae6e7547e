package dev.understudy.gateway.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.scoring.Score;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimeBudgetTest {
  private static final Instant ARRIVED = Instant.parse("2026-11-24T10:00:00Z");
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Score LATE = new Score.TimedOut(1);

  @Test
  void withoutABudgetTheLimitHolds() {
    TimeBudget time = TimeBudget.of(request(Optional.empty()), LIMIT, ARRIVED.plusSeconds(9));

    assertThat(time.left()).isEqualTo(LIMIT);
    assertThat(time.judged(LATE)).isEqualTo(LATE);
  }

  @Test
  void aShorterBudgetRunsFromTheArrivalAndAccusesNobody() {
    TimeBudget time =
        TimeBudget.of(request(Optional.of(Duration.ofMillis(500))), LIMIT, ARRIVED.plusMillis(200));

    assertThat(time.left()).isEqualTo(Duration.ofMillis(300));
    assertThat(List.of(LATE, new Score.Shed("queue_timeout")))
        .extracting(time::judged)
        .containsOnly(new Score.Shed(TimeBudget.CAUSE));
    Score failed = new Score.Failed("runtime", "", 1);
    assertThat(time.judged(failed)).isEqualTo(failed);
    assertThat(time.judged(new Score.Shed("queue_full"))).isEqualTo(new Score.Shed("queue_full"));
  }

  @Test
  void aLongerBudgetChangesNothing() {
    TimeBudget time = TimeBudget.of(request(Optional.of(Duration.ofDays(300_000))), LIMIT, ARRIVED);

    assertThat(time.left()).isEqualTo(LIMIT);
    assertThat(time.judged(LATE)).isEqualTo(LATE);
  }

  @Test
  void aBudgetCanBeOverAtOnce() {
    TimeBudget time =
        TimeBudget.of(request(Optional.of(Duration.ofMillis(1))), LIMIT, ARRIVED.plusMillis(1));

    assertThat(time.isOver()).isTrue();
  }

  private static InferenceRequest request(Optional<Duration> budget) {
    return new InferenceRequest(
        "m",
        Optional.empty(),
        "",
        Map.of(),
        1,
        ARRIVED,
        new RequestTraits(
            RequestTraits.Protocol.REST, name -> Optional.empty(), Map.of(), budget, 0, Map.of()));
  }
}
