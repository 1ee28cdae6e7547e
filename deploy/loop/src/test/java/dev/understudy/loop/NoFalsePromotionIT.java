package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.v1.Verdict;
import dev.understudy.local.demo.Rehearsal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** With the real processes: who is not better is not promoted. */
class NoFalsePromotionIT {
  private static final Set<String> ENDED = Set.of("PROMOTED", "ROLLED_BACK", "STOPPED");

  @Test
  void theIdenticalArtefactAndTheWorseOneAreNeverPromoted() {
    try (Loop loop = Loop.start("trees", 300)) {
      String current = loop.stage().version("trees");
      String same = loop.stage().registerAgain("trees");
      String worse = loop.stage().version("scorecard");

      for (String candidate : List.of(same, worse)) {
        Rehearsal rehearsal =
            new Rehearsal("", "does not deserve it", Rehearsal.ShadowKpi.ACCURACY, false);
        String rollout =
            loop.stage()
                .registry()
                .startRollout(rehearsal.plan(candidate, loop.stage().accuracy("trees")));
        await()
            .atMost(Duration.ofMinutes(3))
            .pollInterval(Duration.ofMillis(500))
            .until(() -> ENDED.contains(loop.state(rollout)));

        assertThat(loop.state(rollout)).isIn("STOPPED", "ROLLED_BACK");
        assertThat(loop.stage().registry().route().at("/committed/current/version").asText())
            .isEqualTo(current);
      }

      assertThat(loop.stage().callers().failures()).isEmpty();
      assertThat(Loop.evaluations(loop.stack()).byTest.values())
          .allSatisfy(
              evaluations ->
                  assertThat(evaluations.values())
                      .noneMatch(it -> it.getVerdict() == Verdict.PROMOTE));
    }
  }
}
