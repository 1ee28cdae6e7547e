package dev.understudy.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against a server of our own, for a second each. */
class OwnClientTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicLong requests = new AtomicLong();
  private final HttpServer server =
      vertx
          .createHttpServer()
          .requestHandler(this::answer)
          .listen(0, "127.0.0.1")
          .toCompletionStage()
          .toCompletableFuture()
          .join();
  private final OwnClient client = new OwnClient(4);

  @AfterEach
  void close() {
    client.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @ParameterizedTest
  @EnumSource(Target.Wire.class)
  void aClosedLoopCountsEveryGoodAnswer(Target.Wire wire) {
    Load load = client.run(target("/good", wire), SECOND);

    assertThat(load.failed()).isZero();
    assertThat(load.answered()).isPositive().isEqualTo(requests.get());
  }

  @Test
  void aBadAnswerIsNone() {
    assertThat(client.run(target("/bad", Target.Wire.HTTP), SECOND).answered()).isZero();
    assertThat(client.run(target("/bad", Target.Wire.GRPC), SECOND).answered()).isZero();
  }

  @Test
  void aConstantRateSendsThatManyWhateverTheAnswersAre() {
    Latency good = client.atRate(target("/good", Target.Wire.HTTP), 200, SECOND);
    Latency bad = client.atRate(target("/bad", Target.Wire.HTTP), 200, SECOND);

    assertThat(good.load().answered()).isEqualTo(200);
    assertThat(good.p99Us()).isGreaterThanOrEqualTo(good.p50Us()).isPositive();
    assertThat(bad.load().answered()).isZero();
    assertThat(bad.load().failed()).isEqualTo(200);
  }

  @Test
  void waitingForASlowServerCounts() {
    Latency latency = client.atRate(target("/slow", Target.Wire.HTTP), 100, SECOND);

    assertThat(latency.p50Us()).isGreaterThan(90_000);
  }

  private Target target(String path, Target.Wire wire) {
    return new Target(server.actualPort(), path, Map.of(), new byte[] {1}, wire);
  }

  private void answer(HttpServerRequest request) {
    requests.incrementAndGet();
    switch (request.path()) {
      case "/good" ->
          request.response().setChunked(true).putTrailer("grpc-status", "0").end("good");
      case "/slow" -> vertx.setTimer(100, later -> request.response().end());
      default -> request.response().setStatusCode(500).putHeader("grpc-status", "13").end();
    }
  }
}
