package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.local.demo.Rehearsal;
import dev.understudy.local.replay.ReplayReport;
import dev.understudy.local.stack.ServiceProcess;
import dev.understudy.testkit.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Two collectors split the partitions of a log under load. One after the other is killed at random
 * moments and started again, at last one is stopped for longer than its transaction may last, and
 * then dies for good. The replay of the same log is the run that nobody disturbed.
 *
 * <p>Three kills by default; {@code -Dunderstudy.kills=20} for the proof of a release, with the
 * stop, and {@code -Dunderstudy.seed=N} for other moments.
 */
class CollectorKilledIT {
  private static final int KILLS = Integer.getInteger("understudy.kills", 3);
  private static final long SEED = Long.getLong("understudy.seed", 1);
  private static final Duration TRANSACTION = Duration.ofSeconds(10);
  private static final Duration SESSION = Duration.ofSeconds(6);
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @Test
  void whateverIsKilledAndWheneverTalliesAndVerdictsAreThoseOfTheLog() {
    SplittableRandom random = new SplittableRandom(SEED);
    try (Loop loop = Loop.start("scorecard", 200)) {
      Map<String, String> settings =
          Map.of(
              "understudy.transaction-timeout",
              TRANSACTION.toString(),
              "understudy.session-timeout",
              SESSION.toString());
      loop.stack().part("collector").stop();
      List<ServiceProcess> collectors =
          List.of(
              loop.stack()
                  .anotherCollector("collector", loop.stack().ports().collector(), settings),
              loop.stack().anotherCollector("collector-2", TestKafka.freePort(), settings));
      collectors.forEach(ServiceProcess::start);
      collectors.forEach(collector -> collector.awaitReady(LIMIT));
      String rollout = loop.stage().registry().startRollout(longPlan(loop));
      await().atMost(LIMIT).until(() -> !evaluations(loop).isEmpty());

      for (int kill = 0; kill < KILLS; kill++) {
        waitFor(Duration.ofMillis(random.nextLong(4_000)));
        ServiceProcess unlucky = collectors.get(kill % collectors.size());
        unlucky.kill();
        unlucky.start();
        unlucky.awaitReady(LIMIT);
      }
      if (KILLS >= 20) {
        collectors.getLast().pause();
        waitFor(TRANSACTION.plusSeconds(8));
        collectors.getLast().resume();
        awaitGoingOn(loop);
      }
      collectors.getLast().kill();
      awaitGoingOn(loop);
      loop.stage().endTraffic();
      awaitGoingOn(loop);

      assertThat(loop.state(rollout)).isEqualTo("SHADOW");
      SortedMap<Long, RolloutEvaluated> said = evaluations(loop);
      assertThat(said.keySet())
          .as("no second is left out")
          .hasSize(Math.toIntExact(said.lastKey() - said.firstKey() + 1));
      assertThat(said.get(said.lastKey()).getEvidence().getUnits()).isPositive();
      ReplayReport replay = loop.replay(rollout, Topic.EVALUATIONS.topicName());
      replay.print(System.out);
      assertThat(replay.passes()).allSatisfy(pass -> assertThat(pass.differences()).isEmpty());
      // The log's clock goes on, so that the replay may find evaluations that came after `said`.
      int recorded = replay.tests().getFirst().evaluations();
      assertThat(recorded).isGreaterThanOrEqualTo(said.size());
      ReplayReport.Pass asLogged = replay.passes().getFirst();
      assertThat(asLogged.compared()).isEqualTo(recorded);
      assertThat(asLogged.identical()).as("equal to the last bit").isEqualTo(recorded);
      assertThat(loop.stage().callers().failures()).isEmpty();
    }
  }

  /** A test that neither ends by itself nor has enough units to be decided. */
  private static ObjectNode longPlan(Loop loop) {
    ObjectNode plan =
        new Rehearsal("logistic", "long", Rehearsal.ShadowKpi.LOG_LOSS, true)
            .plan(loop.stage().version("logistic"), 0.7);
    plan.remove("split");
    ((ObjectNode) plan.required("shadow").required("policy"))
        .put("minimum_units", 10_000_000)
        .put("maximum_duration", "PT2H");
    return plan;
  }

  /** Until what was logged by now is mature and judged. */
  private static void awaitGoingOn(Loop loop) {
    long now = System.currentTimeMillis();
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              SortedMap<Long, RolloutEvaluated> said = evaluations(loop);
              return said.get(said.lastKey()).getLogTimeMs() > now + 4_000;
            });
  }

  private static SortedMap<Long, RolloutEvaluated> evaluations(Loop loop) {
    return Loop.evaluations(loop.stack()).byTest.values().stream()
        .findFirst()
        .orElseGet(TreeMap::new);
  }

  /** When it happens is what is random here. */
  private static void waitFor(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    await()
        .atMost(duration.plusSeconds(5))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> System.nanoTime() >= end);
  }
}
