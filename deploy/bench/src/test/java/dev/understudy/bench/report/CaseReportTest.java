package dev.understudy.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.bench.load.Latency;
import dev.understudy.bench.load.Load;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class CaseReportTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void aMeasuredCaseHasEveryFigureAsMedianAndQuartiles() throws Exception {
    JsonNode json = JSON.readTree(measured("json-1", 1).json().toString());

    assertThat(json.path("name").asText()).isEqualTo("json-1");
    assertThat(json.path("generator").asText()).isEqualTo("wrk");
    for (String figure :
        List.of(
            "requests_per_second",
            "cpu_us_per_request",
            "p50_us",
            "p99_us",
            "p999_us",
            "throughput_ratio",
            "cpu_ratio",
            "p99_ratio")) {
      assertThat(json.path(figure).fieldNames())
          .as(figure)
          .toIterable()
          .containsExactly("median", "q1", "q3");
    }
  }

  @Test
  void ratiosAreTakenWithinARound() {
    CaseReport.Measured measured =
        new CaseReport.Measured(
            "json-1", "wrk", 10, 0, List.of(round(100, 200), round(300, 400), round(500, 1000)));

    assertThat(measured.figures().get("throughput_ratio"))
        .isEqualTo(Spread.of(List.of(0.5, 0.75, 0.5)));
    // 1,000 us for 100, 300 or 500 answers, against 1,000 us for twice as many or 4 for 3.
    assertThat(measured.figures().get("cpu_ratio").median()).isEqualTo(2);
    assertThat(measured.figures().get("p99_ratio").median()).isEqualTo(1);
    assertThat(measured.figures().get("p99_over_plain").median()).isEqualTo(2);
  }

  @Test
  void aMissingCaseHasNoFigures() {
    assertThat(new CaseReport.Missing("grpc-1", "no gRPC").json().toString())
        .isEqualTo("{\"name\":\"grpc-1\",\"missing\":\"no gRPC\"}");
  }

  @Test
  void requirementsAreToldOfTheCasesThatAreThereOnly() {
    List<Requirements.Checked> checked =
        Requirements.check(
            List.of(
                measured("json-1", 0.7),
                measured("json-1-shadow", 0.5),
                new CaseReport.Missing("grpc-32", "no gRPC")));

    assertThat(checked)
        .filteredOn(one -> one.words().endsWith("throughput_ratio"))
        .extracting(Requirements.Checked::words, Requirements.Checked::met)
        .containsExactly(
            tuple("json-1 throughput_ratio", true), tuple("json-1-shadow throughput_ratio", false));
  }

  private static CaseReport.Measured measured(String name, double ratio) {
    return new CaseReport.Measured(
        name, "wrk", 10, 0, List.of(round(Math.round(1000 * ratio), 1000)));
  }

  private static Round round(long gateway, long echo) {
    return new Round(side(gateway), side(echo), Optional.of(latency(50)));
  }

  private static Round.Side side(long answered) {
    return new Round.Side(new Load(answered, 0, 0, 1), 1_000, OptionalDouble.empty(), latency(100));
  }

  private static Latency latency(long us) {
    Histogram one = new Histogram(3);
    one.recordValue(us);
    return new Latency(new Load(1, 0, 0, 1), one);
  }
}
