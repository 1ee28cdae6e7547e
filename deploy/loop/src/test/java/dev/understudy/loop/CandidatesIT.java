package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.local.demo.Rehearsal;
import dev.understudy.local.replay.ReplayReport;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** With the real processes: two candidates in one rollout, of which one fails. */
class CandidatesIT {
  private static final Set<String> ENDED = Set.of("PROMOTED", "ROLLED_BACK", "STOPPED");

  @Test
  void theOneThatFailsLeavesAloneAndTheOtherIsPromotedAndAllOfItIsReplayed() throws Exception {
    try (Loop loop = Loop.start("scorecard", 300)) {
      String broken = loop.stage().version("broken");
      String better = loop.stage().version("logistic");
      ObjectNode plan =
          new Rehearsal("logistic", "better", Rehearsal.ShadowKpi.ACCURACY, true)
              .plan(better, loop.stage().accuracy("scorecard"));
      plan.remove("candidate");
      plan.putArray("candidates").add(broken).add(better);
      ((ObjectNode) plan.required("split")).put("share", 0.4);
      // Each is judged at half the level, so it may take longer.
      ((ObjectNode) plan.at("/shadow/policy")).put("maximum_duration", "PT150S");
      ((ObjectNode) plan.at("/split/policy")).put("maximum_duration", "PT200S");

      String rollout = loop.stage().registry().startRollout(plan);
      await()
          .atMost(Duration.ofMinutes(7))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> ENDED.contains(loop.state(rollout)));

      JsonNode ended = loop.stage().registry().rollout(rollout);
      assertThat(ended.required("state").asText()).as("%s", ended).isEqualTo("PROMOTED");
      assertThat(ended.at("/candidates/0/standing").asText()).isEqualTo("ROLLED_BACK");
      assertThat(ended.at("/candidates/1/standing").asText()).isEqualTo("CHOSEN");
      assertThat(loop.stage().registry().route().at("/committed/current/version").asText())
          .isEqualTo(better);
      Map<String, TreeMap<Long, RolloutEvaluated>> evaluations =
          Loop.evaluations(loop.stack()).byTest;
      RolloutEvaluated harm = evaluations.get(rollout + "-shadow-" + broken).lastEntry().getValue();
      RolloutEvaluated won = evaluations.get(rollout + "-shadow-" + better).lastEntry().getValue();
      assertThat(harm.getVerdict()).isEqualTo(Verdict.ROLLBACK);
      assertThat(won.getVerdict()).isEqualTo(Verdict.PROMOTE);
      assertThat(won.getEvidence().getPrimary().getBetter().getNeeded())
          .isCloseTo(Math.log(1 / 0.025), within(1e-9));
      assertThat(won.getEvidence().getHealth().getCompleteness()).isGreaterThan(0.9);
      assertThat(evaluations).doesNotContainKey(rollout + "-split-" + broken);
      ReplayReport replay = loop.replay(rollout, Topic.EVALUATIONS.topicName());
      assertThat(replay.equal()).as("%s", replay.passes()).isTrue();
      assertThat(loop.stage().callers().failures()).isEmpty();
    }
  }
}
