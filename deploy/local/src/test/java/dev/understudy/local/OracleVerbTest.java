package dev.understudy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class OracleVerbTest {
  private static final String GOOD =
      """
      {"id": "share", "method": "eventShareNull", "expected": 0.5,
       "inputs": {"propensityT": 0.5, "relativeMargin": 0}, "tol": {"abs": 1e-9, "rel": 0}}
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @Test
  void aFileThatMatchesEndsWellAndSaysHowManyCasesItHad() throws IOException {
    assertThat(run("{\"cases\": [" + GOOD + "]}")).isZero();
    assertThat(out.toString().strip()).isEqualTo("1 cases, 0 mismatches, 0 of an unknown method");
  }

  @Test
  void aTamperedExpectationIsReportedAsJson() throws IOException {
    assertThat(run("{\"cases\": [" + GOOD.replace("0.5,\n", "0.6,\n") + "]}", "--json"))
        .isEqualTo(1);

    JsonNode report = new JsonMapper().readTree(out.toString());
    assertThat(report.get("cases").intValue()).isEqualTo(1);
    assertThat(report.get("mismatches").intValue()).isEqualTo(1);
    assertThat(report.get("unknown").intValue()).isZero();
    assertThat(report.at("/details/0/id").textValue()).isEqualTo("share");
    assertThat(report.at("/details/0/figures/0/got").doubleValue()).isEqualTo(0.5);
  }

  @Test
  void anUnknownMethodIsNoSuccess() throws IOException {
    assertThat(run("[" + GOOD + "," + GOOD.replace("eventShareNull", "tarot") + "]", "--json"))
        .isEqualTo(1);

    JsonNode report = new JsonMapper().readTree(out.toString());
    assertThat(report.get("cases").intValue()).isEqualTo(2);
    assertThat(report.get("mismatches").intValue()).isZero();
    assertThat(report.get("unknown").intValue()).isEqualTo(1);
  }

  @Test
  void aFileThatCannotBeReadIsSaidInALine() throws IOException {
    assertThat(run("{\"cases\": [")).isEqualTo(1);
    assertThat(err.toString()).contains("understudy: ").contains("not JSON: line 1");
    assertThat(err.toString().strip().lines()).hasSize(1);

    assertThat(commandLine().execute("oracle", folder.resolve("nowhere.json").toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("There is no file");
    assertThat(out.toString()).isEmpty();
  }

  private int run(String cases, String... options) throws IOException {
    Path file = Files.writeString(folder.resolve("cases.json"), cases);
    String[] arguments = new String[options.length + 2];
    arguments[0] = "oracle";
    arguments[1] = file.toString();
    System.arraycopy(options, 0, arguments, 2, options.length);
    return commandLine().execute(arguments);
  }

  private CommandLine commandLine() {
    return Understudy.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
  }
}
