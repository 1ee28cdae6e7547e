package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.local.demo.CreditStage;
import dev.understudy.local.demo.Ledger;
import dev.understudy.local.stack.ServiceProcess;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The gateway when its neighbours are away. */
class GatewayAloneIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void withKafkaAwayForTwentySecondsNoRequestFailsAndEveryAnswerIsAccountedFor() {
    try (Loop loop = Loop.start("trees", 200)) {
      await().atMost(LIMIT).until(() -> loop.stage().callers().answered() > 500);
      ServiceProcess kafka = loop.stack().part("kafka");

      kafka.stop();
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      await()
          .atMost(Duration.ofSeconds(40))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> System.nanoTime() >= end);
      kafka.start();
      kafka.awaitReady(LIMIT);
      long afterwards = loop.stage().callers().answered() + 1000;
      await().atMost(LIMIT).until(() -> loop.stage().callers().answered() > afterwards);
      loop.stage().endTraffic();

      assertThat(loop.stage().callers().failed())
          .as("%s", loop.stage().callers().failures())
          .isZero();
      Set<String> callers = loop.stage().answers().ids();
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofSeconds(2))
          .untilAsserted(
              () -> {
                Ledger ledger = Ledger.read(loop.stack().bootstrapServers());
                assertThat(ledger.unasked(callers)).isZero();
                assertThat(ledger.duplicates()).isZero();
                assertThat(ledger.ids().size() + dropped(loop)).isEqualTo(callers.size());
              });
    }
  }

  @Test
  void restartedWithRegistryAndKafkaDownItServesTheLastRoutesFromItsDisk() {
    try (Loop loop = Loop.start("logistic", 50)) {
      await().atMost(LIMIT).until(() -> loop.stage().callers().answered() > 100);
      loop.stage().endTraffic();
      loop.stack().part("registry").kill();
      loop.stack().part("kafka").kill();
      ServiceProcess gateway = loop.stack().part("gateway");
      gateway.kill();

      gateway.start();
      gateway.awaitReady(LIMIT);

      assertThat(loop.askOnce().statusCode()).isEqualTo(200);
      assertThat(loop.askOnce().body())
          .contains("\"model_version\":\"%s\"".formatted(loop.stage().version("logistic")));
    }
  }

  private static long dropped(Loop loop) {
    return CreditStage.counter(
        loop.stack().gatewayUrl(), "gateway_log_dropped_total", "event=\"prediction\"");
  }
}
