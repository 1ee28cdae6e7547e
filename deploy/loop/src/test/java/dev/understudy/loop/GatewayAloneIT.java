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
  void withKafkaAwayForTwentySecondsNoRequestFailsAndEveryAnswerIsLoggedOnce() {
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
                assertThat(ledger.missing(callers)).isZero();
              });
      assertThat(counter(loop, "gateway_log_dropped_total")).isZero();
      assertThat(counter(loop, "gateway_log_lost_total")).isZero();
    }
  }

  @Test
  void killedWhileKafkaIsAwayItSendsTheSpoolAfterTheRestartAndCountsWhatTheKillTook() {
    try (Loop loop = Loop.start("trees", 100)) {
      await().atMost(LIMIT).until(() -> loop.stage().callers().answered() > 300);
      ServiceProcess kafka = loop.stack().part("kafka");
      ServiceProcess gateway = loop.stack().part("gateway");

      kafka.stop();
      Set<String> before = loop.stage().answers().ids();
      await().atMost(LIMIT).until(() -> loop.stage().answers().ids().size() > before.size() + 500);
      gateway.kill();
      loop.stage().endTraffic();
      gateway.start();
      gateway.awaitReady(LIMIT);
      kafka.start();
      kafka.awaitReady(LIMIT);

      Set<String> callers = loop.stage().answers().ids();
      long lost = counter(loop, "gateway_log_lost_total");
      assertThat(lost).isLessThan((callers.size() - before.size()) / 2);
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofSeconds(2))
          .untilAsserted(
              () ->
                  assertThat(Ledger.read(loop.stack().bootstrapServers()).missing(callers))
                      .isLessThanOrEqualTo(lost));
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

  private static long counter(Loop loop, String name) {
    return CreditStage.counter(loop.stack().gatewayUrl(), name, "event=\"prediction\"");
  }
}
