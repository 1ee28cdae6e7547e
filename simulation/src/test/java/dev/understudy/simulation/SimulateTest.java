package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SimulateTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int simulate(String... args) {
    return new CommandLine(new Simulate())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  @Test
  void theJsonHasMeasuredReferenceLimitAndWhetherItIsAccepted() throws Exception {
    int exit = simulate("s6", "paired-accuracy-1-percent", "--short", "--runs", "50", "--json");

    JsonNode rows = new ObjectMapper().readTree(out.toString()).get("scenarios");
    assertThat(exit).isZero();
    assertThat(rows).hasSize(3);
    JsonNode alarms = rows.get(0);
    assertThat(alarms.get("name").asText()).isEqualTo("sample-ratio-as-planned");
    assertThat(alarms.get("id").asText()).isEqualTo("s6");
    assertThat(alarms.get("runs").asInt()).isEqualTo(50);
    assertThat(alarms.get("measured").isNumber()).isTrue();
    assertThat(alarms.get("reference").asDouble()).isEqualTo(0.0007);
    assertThat(alarms.get("limit").asDouble()).isEqualTo(0.001 + 3 * Math.sqrt(0.001 * 0.999 / 50));
    assertThat(alarms.get("accepted").asBoolean()).isTrue();
    JsonNode median = rows.get(1);
    assertThat(median.get("measure").asText()).isEqualTo("median samples");
    assertThat(median.get("accepted").isNull()).as("too few runs to tell").isTrue();
    assertThat(err.toString()).contains("3/3 paired-accuracy-1-percent: 50 runs");
  }

  @Test
  void theTableIsForPeople() {
    int exit = simulate("paired-accuracy-6-percent-2-points-better", "--runs", "10");

    assertThat(exit).isZero();
    assertThat(out.toString()).contains("reference").contains("968").contains("too few runs");
  }

  @Test
  void anUnknownScenarioIsNamed() {
    int exit = simulate("paired-accuracy", "--runs", "10");

    assertThat(exit).isEqualTo(2);
    assertThat(err.toString()).contains("paired-accuracy is no scenario; --list shows them");
  }

  @Test
  void runsHaveARange() {
    assertThat(simulate("s6", "--runs", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--runs: 0 is not in 1..1000000");
    assertThat(simulate("s6", "--threads", "0")).isEqualTo(2);
  }

  @Test
  void everyScenarioIsListed() {
    assertThat(simulate("--list")).isZero();
    assertThat(out.toString().lines()).hasSize(Catalogue.all().size());
  }

  @Test
  void thePicturesAreXml(@TempDir Path directory) throws Exception {
    int exit = simulate("--plots", directory.toString(), "--runs", "5");

    assertThat(exit).isZero();
    try (var files = Files.list(directory)) {
      assertThat(files.toList())
          .hasSize(6)
          .allSatisfy(
              file ->
                  assertThat(
                          DocumentBuilderFactory.newInstance()
                              .newDocumentBuilder()
                              .parse(file.toFile())
                              .getDocumentElement()
                              .getTagName())
                      .isEqualTo("svg"));
    }
  }
}
