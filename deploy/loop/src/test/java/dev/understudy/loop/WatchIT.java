package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.local.replay.ReplayReport;
import dev.understudy.local.stack.StackException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** With the real processes: a promotion that was a mistake is found out and undone by itself. */
class WatchIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A test that lets almost anything pass, and a watch that does not. */
  private static ObjectNode lenient(String candidate) throws Exception {
    return (ObjectNode)
        JSON.readTree(
            """
            {"candidate": "%s",
             "shadow": {
               "horizon": "PT3S",
               "kpi": {"kind": "ACCURACY", "line": "NON_INFERIORITY", "margin": 0.5},
               "guards": [],
               "policy": {"minimum_duration": "PT15S", "maximum_duration": "PT90S"}},
             "watch": {
               "mode": "REVERSE_SHADOW", "share": 1, "duration": "PT10M", "slot": "PT5S",
               "kpi": {"kind": "ACCURACY", "line": "NON_INFERIORITY", "margin": 0.005}}}
            """
                .formatted(candidate));
  }

  @Test
  void whatIsWorseThanTheVersionBeforeIsRolledBackBlockedAndReplayed() throws Exception {
    try (Loop loop = Loop.start("trees", 300)) {
      String current = loop.stage().version("trees");
      String worse = loop.stage().version("leaky");

      String rollout = loop.stage().registry().startRollout(lenient(worse));
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> loop.state(rollout).equals("WATCHING"));
      JsonNode route = loop.stage().registry().route().required("committed");
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> loop.state(rollout).equals("ROLLED_BACK"));

      assertThat(route.at("/current/version").asText()).isEqualTo(worse);
      assertThat(route.at("/candidates/0/version/version").asText()).isEqualTo(current);
      assertThat(loop.stage().registry().route().at("/committed/current/version").asText())
          .isEqualTo(current);
      Map<String, TreeMap<Long, RolloutEvaluated>> evaluations =
          Loop.evaluations(loop.stack()).byTest;
      RolloutEvaluated last = evaluations.get(rollout + "-watch").lastEntry().getValue();
      assertThat(last.getVerdict()).isEqualTo(Verdict.ROLLBACK);
      assertThat(last.getReason()).startsWith("The promoted version is worse: accuracy ");
      assertThat(last.getEvidence().getPrimary().getEffect()).isNegative();
      // The watch is over too soon for a window of ten seconds to have ended in it for certain.
      RolloutEvaluated won = evaluations.get(rollout + "-shadow").lastEntry().getValue();
      assertThat(won.getVerdict()).isEqualTo(Verdict.PROMOTE);
      assertThat(won.getEvidence().getBreaker().getRequests()).isPositive();
      assertThat(won.getEvidence().getBreaker().getErrors()).isZero();
      assertThatThrownBy(() -> loop.stage().registry().startRollout(lenient(worse)))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("409")
          .hasMessageContaining("promoted and rolled back");
      ReplayReport replay = loop.replay(rollout, Topic.EVALUATIONS.topicName());
      assertThat(replay.equal()).as("%s", replay.passes()).isTrue();
      assertThat(loop.stage().callers().failures()).isEmpty();
    }
  }
}
