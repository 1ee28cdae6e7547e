package dev.understudy.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against a server of our own, for a second each. */
class OwnClientTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final TestServer server = new TestServer();
  private final OwnClient client = new OwnClient(4);

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource(Target.Wire.class)
  void aClosedLoopCountsEveryGoodAnswer(Target.Wire wire) {
    Load load = client.run(server.target("/good", wire), SECOND);

    assertThat(load.failed()).isZero();
    assertThat(load.answered()).isPositive().isEqualTo(server.requests.get());
  }

  @Test
  void aBadAnswerIsNone() {
    assertThat(client.run(server.target("/bad", Target.Wire.HTTP), SECOND).answered()).isZero();
    assertThat(client.run(server.target("/bad", Target.Wire.GRPC), SECOND).answered()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Target.Wire.class)
  void aConstantRateSendsThatManyWhateverTheAnswersAre(Target.Wire wire) {
    Latency good = client.atRate(server.target("/good", wire), 200, SECOND);
    Latency bad = client.atRate(server.target("/bad", wire), 200, SECOND);

    assertThat(good.load().answered()).isEqualTo(200);
    assertThat(good.us().getTotalCount()).isEqualTo(200);
    assertThat(good.p99Us()).isGreaterThanOrEqualTo(good.p50Us()).isPositive();
    assertThat(bad.load().answered()).isZero();
    assertThat(bad.load().failed()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP", "HTTP2"})
  void waitingForASlowServerCounts(Target.Wire wire) {
    Latency latency = client.atRate(server.target("/slow", wire), 100, SECOND);

    assertThat(latency.p50Us()).isGreaterThan(90_000);
  }

  @Test
  void atAConstantRateRefusalsAndFailuresAreToldApart() {
    Load later = client.atRate(server.target("/later", Target.Wire.HTTP), 200, SECOND).load();
    Load gone = client.atRate(server.target("/gone", Target.Wire.HTTP), 200, SECOND).load();

    assertThat(later.refused()).isEqualTo(200);
    assertThat(later.failed()).isZero();
    assertThat(gone.failed()).isEqualTo(200);
  }

  @Test
  void toBeToldToComeAgainIsNoFailure() {
    Load load = client.run(server.target("/later", Target.Wire.HTTP), SECOND);

    assertThat(load.answered()).isZero();
    assertThat(load.failed()).isZero();
    assertThat(load.refused()).isPositive();
  }
}
