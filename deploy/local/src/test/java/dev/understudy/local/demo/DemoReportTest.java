package dev.understudy.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoReportTest {
  private static final DemoReport.Requests BALANCED =
      new DemoReport.Requests(10, 10, 0, 10, 9, 0, 0, 0);

  @Test
  void itIsAsItShouldBeOnlyWithTheRightEndingsAndBalancedBooks() {
    assertThat(report("PROMOTED", "PROMOTED", "STOPPED", "ROLLED_BACK", BALANCED).asItShould())
        .isTrue();
    assertThat(report("PROMOTED", "STOPPED", "STOPPED", "ROLLED_BACK", BALANCED).asItShould())
        .isFalse();
    assertThat(report("PROMOTED", "PROMOTED", "PROMOTED", "ROLLED_BACK", BALANCED).asItShould())
        .isFalse();
    for (DemoReport.Requests unbalanced :
        List.of(
            new DemoReport.Requests(10, 9, 1, 9, 9, 0, 0, 0),
            new DemoReport.Requests(10, 10, 0, 9, 9, 1, 0, 0),
            new DemoReport.Requests(10, 10, 0, 11, 9, 0, 1, 0),
            new DemoReport.Requests(10, 10, 0, 10, 9, 0, 0, 1))) {
      assertThat(report("PROMOTED", "PROMOTED", "STOPPED", "ROLLED_BACK", unbalanced).asItShould())
          .isFalse();
    }
  }

  @Test
  void theJsonHasTheNamesThatProgramsRelyOn() throws Exception {
    JsonNode json =
        new ObjectMapper()
            .readTree(report("PROMOTED", "PROMOTED", "STOPPED", "ROLLED_BACK", BALANCED).json());

    assertThat(json.at("/rollouts/0/candidate").asText()).isEqualTo("logistic");
    assertThat(json.at("/rollouts/0/evidence/0/logE").asDouble()).isEqualTo(3.5);
    assertThat(json.at("/rollouts/0/units").asLong()).isEqualTo(500);
    assertThat(json.at("/requests/matched").asLong()).isEqualTo(9);
    assertThat(json.at("/swaps/0/longest_gap_ms").asDouble()).isEqualTo(12.5);
    assertThat(json.path("seconds").isNumber()).isTrue();
  }

  private static DemoReport report(
      String logistic, String trees, String leaky, String broken, DemoReport.Requests requests) {
    return new DemoReport(
        1,
        List.of(
            rollout("logistic", true, logistic),
            rollout("trees", true, trees),
            rollout("leaky", false, leaky),
            rollout("broken", false, broken)),
        requests,
        List.of(new DemoReport.Swap(20.1, 2, "SHADOW", "1", 12.5)),
        120);
  }

  private static DemoReport.Rollout rollout(String candidate, boolean good, String verdict) {
    return new DemoReport.Rollout(
        candidate,
        "2",
        good,
        verdict,
        "",
        500,
        List.of(new DemoReport.Evidence("shadow", "accuracy", "better", 3.5, 3.0)),
        10);
  }
}
