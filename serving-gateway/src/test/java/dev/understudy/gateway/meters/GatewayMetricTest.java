package dev.understudy.gateway.meters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The list of metrics, and docs/metrics.md beside it; rows anew with -Dgolden.write=true. */
class GatewayMetricTest {
  private static final Path DOC = Path.of("../docs/metrics.md");
  private static final String HEAD = "| name | type | labels | meaning |\n|---|---|---|---|\n";

  @Test
  void theDocumentTellsOfEveryMetricAndOfNothingElse() throws IOException {
    String rows =
        Arrays.stream(GatewayMetric.values()).map(this::row).collect(Collectors.joining());
    String doc = Files.readString(DOC);
    int start = doc.indexOf(HEAD) + HEAD.length();
    int end = doc.indexOf("\n\n", start) + 1;
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(DOC, doc.substring(0, start) + rows + doc.substring(end));
    }

    String table = Files.readString(DOC);
    assertThat(table).contains(HEAD + rows + "\n");
    assertThat(table.lines().filter(line -> line.startsWith("| `gateway_")))
        .hasSize(GatewayMetric.values().length);
  }

  private String row(GatewayMetric metric) {
    return "| `%s` | %s | %s | %s |\n"
        .formatted(
            metric.exposedName(),
            metric.kind().type(),
            String.join(", ", metric.labels()),
            metric.description());
  }

  @Test
  void noTwoMetricsShareAName() {
    List<String> samples =
        Arrays.stream(GatewayMetric.values()).flatMap(one -> one.samples().stream()).toList();

    assertThat(samples).doesNotHaveDuplicates();
  }

  @Test
  void aLabelThatIsNotCommonIsExplained() {
    for (GatewayMetric metric : GatewayMetric.values()) {
      List<String> special =
          metric.labels().stream()
              .filter(label -> !GatewayMetric.commonLabels().contains(label))
              .toList();
      assertThat(special).isSubsetOf("stage", "reason", "event", "result");
      special.forEach(label -> assertThat(metric.description()).contains(label));
    }
  }
}
