package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.contracts.Topic;
import dev.understudy.local.demo.Rehearsal;
import dev.understudy.local.replay.ReplayReport;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nobody has to know the figures of the current model: the stack measures them by itself. */
class CalibrationIT {
  private static final Set<String> ENDED = Set.of("PROMOTED", "ROLLED_BACK", "STOPPED");

  @Test
  void whatARequestLeavesOutIsMeasuredFrozenAndReplayedAlike() {
    try (Loop loop = Loop.start("trees", 300)) {
      String rollout = loop.stage().registry().startRollout(plan(loop));
      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> !loop.state(rollout).contains("CALIBRATI"));

      JsonNode measured = loop.stage().registry().rollout(rollout);
      assertThat(measured.required("state").asText()).isEqualTo("CALIBRATED");
      assertThat(measured.required("reason").asText())
          .contains("shadow is expected to take", "policy.maximum_units is 1000");
      JsonNode split = measured.at("/tests/2/definition");
      // Held out of training and served are the same population, some thousand of each.
      assertThat(split.at("/primary/centre").asDouble())
          .isCloseTo(loop.stage().accuracy("trees"), within(0.06));
      assertThat(split.at("/guards/1/slow_threshold_us").asLong()).isBetween(1L, 1_000_000L);
      assertThat(measured.at("/calibration/words").toString())
          .contains("accuracy of version", "would be promoted after");

      loop.stage().registry().confirm(rollout, "it is only a test");
      await()
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> ENDED.contains(loop.state(rollout)));
      ReplayReport replayed = loop.replay(rollout, Topic.EVALUATIONS.topicName());

      assertThat(loop.stage().callers().failures()).isEmpty();
      assertThat(replayed.tests())
          .extracting(ReplayReport.Test::testId)
          .contains(rollout + "-calibration");
      assertThat(replayed.passes())
          .allSatisfy(pass -> assertThat(pass.differences()).isEmpty())
          .allSatisfy(pass -> assertThat(pass.compared()).isGreaterThan(1));
      assertThat(replayed.passes().getFirst().identical())
          .as("equal to the last bit")
          .isEqualTo(replayed.passes().getFirst().compared());
    }
  }

  /** The demo's, without centre and thresholds, and with a limit that is too low for the effect. */
  private static ObjectNode plan(Loop loop) {
    ObjectNode plan =
        new Rehearsal("leaky", "worse", Rehearsal.ShadowKpi.ACCURACY, false)
            .plan(loop.stage().version("leaky"), 0.5);
    ((ObjectNode) plan.at("/split/kpi")).remove("centre");
    ((ObjectNode) plan.at("/shadow/policy")).put("maximum_units", 1_000);
    for (String stage : new String[] {"shadow", "split"}) {
      ((ObjectNode) plan.at("/%s/guards/1".formatted(stage))).remove("slow_threshold");
    }
    plan.putObject("calibration")
        .put("minimum_units", 1_000)
        .put("minimum_duration", "PT5S")
        .put("maximum_duration", "PT1M");
    return plan;
  }
}
