package dev.understudy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The verbs, gateway with its real process; the figures mean nothing but that it works. */
class BenchIT {
  @Test
  void aQuickRunOfOneCaseMeasuresGatewayAndEcho() throws Exception {
    JsonNode report = lastLine("gateway", "--quick", "--json", "--cases", "json-1,binary-32");

    JsonNode json1 = report.path("cases").path(0);
    assertThat(report.path("method").path("generator").asText()).isNotEmpty();
    assertThat(json1.path("name").asText()).isEqualTo("json-1");
    for (String figure : new String[] {"requests_per_second", "p50_us", "throughput_ratio"}) {
      assertThat(json1.path(figure).path("median").asDouble()).as(figure).isPositive();
    }
    assertThat(json1.path("failed").asInt()).isZero();
    JsonNode binary = report.path("cases").path(1);
    assertThat(binary.has("missing") || binary.has("requests_per_second")).isTrue();
  }

  @Test
  void theModelsAloneHaveTimeAndGarbageAtBothBatchSizes() throws Exception {
    JsonNode report = lastLine("scoring", "--rounds", "2", "--millis", "20", "--json");

    assertThat(report.path("cases"))
        .extracting(one -> one.path("name").asText())
        .contains("trees-1", "trees-32", "dense-1", "dense-32", "credit-1", "credit-32");
    assertThat(report.path("cases"))
        .allSatisfy(one -> assertThat(one.at("/run_us/median").asDouble()).isPositive())
        .allSatisfy(one -> assertThat(one.at("/allocated_bytes/q1").asDouble()).isPositive());
  }

  @Test
  void theCollectorAndTheBareJoinAreMeasuredInTheSameRound() throws Exception {
    JsonNode report = lastLine("collector", "--quick", "--json");

    assertThat(report.path("cases"))
        .extracting(one -> one.path("name").asText())
        .containsExactly("split-1", "shadow-1");
    assertThat(report.path("cases"))
        .allSatisfy(one -> assertThat(one.at("/judged_per_second/median").asDouble()).isPositive())
        .allSatisfy(one -> assertThat(one.at("/ratio/median").asDouble()).isPositive());
  }

  @Test
  void swapsGoOnWhileWhatTheyReplaceStaysLoaded() throws Exception {
    JsonNode report =
        lastLine(
            "gateway", "--soak", "swaps", "--swaps", "6", "--idle", "2", "--rate", "50", "--json");

    assertThat(report.path("swaps").asInt()).isEqualTo(6);
    assertThat(report.path("failed").asInt()).isZero();
    assertThat(report.path("requests").asInt()).isPositive();
    assertThat(report.path("idle").asInt()).isEqualTo(2);
  }

  @Test
  void aDecisionIsTimedFromItsLastOutcomeToTheSwap() throws Exception {
    JsonNode report = lastLine("decision", "--rounds", "1", "--json");

    assertThat(report.path("decisions").asInt()).isEqualTo(1);
    assertThat(report.at("/outcome_to_swap_ms/median").asDouble()).isPositive();
  }

  private static JsonNode lastLine(String... arguments) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertThat(Bench.command().execute(arguments)).isZero();
    } finally {
      System.setOut(before);
    }
    return new ObjectMapper()
        .readTree(printed.toString(StandardCharsets.UTF_8).lines().toList().getLast());
  }
}
