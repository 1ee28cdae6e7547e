package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.local.demo.Rehearsal;
import dev.understudy.local.stack.ServiceProcess;
import dev.understudy.testkit.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

/**
 * Two collectors read the same log; one is killed, stopped for longer than its transaction may
 * last, and down for a while; the other is never disturbed. Both must say the same of every second.
 */
class CollectorHurtIT {
  private static final String WITNESS_TOPIC = "understudy.evaluations-of-the-witness";
  private static final Duration TRANSACTION = Duration.ofSeconds(10);

  @Test
  void aCollectorThatIsHurtSaysTheSameOfEverySecondAsOneThatIsNot() throws Exception {
    try (Loop loop = Loop.start("scorecard", 100)) {
      makeWitnessTopic(loop.stack().bootstrapServers());
      ServiceProcess witness =
          loop.stack()
              .anotherCollector(
                  "witness",
                  TestKafka.freePort(),
                  Map.of(
                      "understudy.application-id",
                      "understudy-witness",
                      "understudy.evaluations-topic",
                      WITNESS_TOPIC));
      witness.start();
      witness.awaitReady(Duration.ofMinutes(2));
      // The stack's own collector once more, with transactions short enough to outlast by a stop.
      loop.stack().part("collector").stop();
      ServiceProcess hurt =
          loop.stack()
              .anotherCollector(
                  "collector",
                  loop.stack().ports().collector(),
                  Map.of("understudy.transaction-timeout", TRANSACTION.toString()));
      hurt.start();
      hurt.awaitReady(Duration.ofMinutes(2));
      String rollout = loop.stage().registry().startRollout(longPlan(loop));
      await().atMost(Duration.ofMinutes(1)).until(() -> !evaluations(loop).isEmpty());

      hurt.kill();
      hurt.start();
      hurt.awaitReady(Duration.ofMinutes(2));
      hurt.pause();
      waitFor(TRANSACTION.plusSeconds(8));
      hurt.resume();
      awaitCaughtUp(loop);
      hurt.stop();
      waitFor(Duration.ofSeconds(10));
      hurt.start();
      hurt.awaitReady(Duration.ofMinutes(2));

      awaitCaughtUp(loop);
      assertThat(loop.state(rollout)).isEqualTo("SHADOW");
      SortedMap<Long, RolloutEvaluated> said = evaluations(loop);
      SortedMap<Long, RolloutEvaluated> witnessed = witnessed(loop);
      long common = Math.min(said.lastKey(), witnessed.lastKey());
      assertThat(said.headMap(common + 1)).isEqualTo(witnessed.headMap(common + 1));
      assertThat(said.keySet())
          .as("no second is left out")
          .hasSize(said.lastKey().intValue() - said.firstKey().intValue() + 1);
      assertThat(said.get(common).getEvidence().getUnits()).isPositive();
      // A replay is the third that was never disturbed.
      assertThat(loop.replay(rollout, Topic.EVALUATIONS.topicName()).passes())
          .allSatisfy(pass -> assertThat(pass.differences()).isEmpty());
      assertThat(loop.stage().callers().failures()).isEmpty();
    }
  }

  /** A test that neither ends by itself nor has enough units to be decided. */
  private static ObjectNode longPlan(Loop loop) {
    ObjectNode plan =
        new Rehearsal("logistic", "long", Rehearsal.ShadowKpi.ACCURACY, true)
            .plan(loop.stage().version("logistic"), 0.7);
    plan.remove("split");
    ((ObjectNode) plan.required("shadow").required("policy"))
        .put("minimum_units", 1_000_000)
        .put("maximum_duration", "PT1H");
    return plan;
  }

  private static void awaitCaughtUp(Loop loop) {
    long now = witnessed(loop).lastKey();
    await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(evaluations(loop).lastKey()).isGreaterThanOrEqualTo(now));
  }

  private static SortedMap<Long, RolloutEvaluated> evaluations(Loop loop) {
    return only(Loop.evaluations(loop.stack()));
  }

  private static SortedMap<Long, RolloutEvaluated> witnessed(Loop loop) {
    return only(Loop.Evaluated.read(loop.stack().bootstrapServers(), WITNESS_TOPIC));
  }

  private static SortedMap<Long, RolloutEvaluated> only(Loop.Evaluated evaluated) {
    return evaluated.byTest.isEmpty()
        ? new java.util.TreeMap<>()
        : evaluated.byTest.values().iterator().next();
  }

  private static void makeWitnessTopic(String bootstrapServers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(WITNESS_TOPIC, 1, (short) 1).configs(Topic.EVALUATIONS.settings())))
          .all()
          .get();
    }
  }

  /** Time itself is what is tested here: how long somebody is away. */
  private static void waitFor(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    await()
        .atMost(duration.plusSeconds(5))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> System.nanoTime() >= end);
  }
}
