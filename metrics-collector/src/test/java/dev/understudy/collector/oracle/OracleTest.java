package dev.understudy.collector.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every method against figures from outside: numpy 1.24 and scipy 1.10, mpmath with 40 digits,
 * Optimizely's ssrm, and Java 17 for the random paths. Each case states its tolerance.
 */
class OracleTest {
  @TestFactory
  Stream<DynamicTest> everyFigureIsThatOfTheOracle() throws IOException {
    try (InputStream file = getClass().getResourceAsStream("/oracles/statistics.json")) {
      return Oracle.cases(file).stream()
          .map(
              one ->
                  DynamicTest.dynamicTest(
                      one.id(),
                      () ->
                          assertThat(one.check().kind())
                              .as(one.check().toString())
                              .isEqualTo(CaseResult.Kind.MATCH)));
    }
  }

  @Test
  void aTamperedExpectationIsNamedWithWhatWasComputed() throws IOException {
    OracleReport report =
        check(
            """
            {"cases": [{"id": "one", "method": "eventShareNull", "expected": 0.51,
              "inputs": {"propensityT": 0.5, "relativeMargin": 0}, "tol": {"abs": 1e-9, "rel": 0}}]}
            """);

    assertThat(report.passed()).isFalse();
    assertThat(report.mismatches()).isEqualTo(1);
    JsonNode figure = report.toJson().at("/details/0/figures/0");
    assertThat(figure.get("name").textValue()).isEqualTo("line");
    assertThat(figure.get("expected").doubleValue()).isEqualTo(0.51);
    assertThat(figure.get("got").doubleValue()).isEqualTo(0.5);
    assertThat(report.toLines())
        .anyMatch(line -> line.matches("one +line +0\\.51 +0\\.5 +1.0e-09"));
  }

  @Test
  void anUnknownMethodIsCountedApart() throws IOException {
    OracleReport report =
        check("[{\"id\": \"a\", \"method\": \"tarot\", \"inputs\": {}, \"expected\": 1}]");

    assertThat(report.unknown()).isEqualTo(1);
    assertThat(report.mismatches()).isZero();
    assertThat(report.passed()).isFalse();
    assertThat(report.toLines()).anyMatch(line -> line.contains("'tarot' is not known"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"inputs": {"counts": [1, 2]}}                            | inputs.weights: missing
          {"inputs": {"counts": [1, "2"], "weights": [0.5, 0.5]}}   | inputs.counts[1]: "2" is not a whole number
          {"inputs": {"counts": [1, 2.5], "weights": [0.5, 0.5]}}   | inputs.counts[1]: 2.5 is not a whole number
          {"inputs": {"counts": 7, "weights": [0.5, 0.5]}}          | inputs.counts: 7 is not a list
          {"inputs": {"counts": [1, -2], "weights": [0.5, 0.5]}}    | arm 1 has count -2
          {"inputs": {"counts": [1, 2], "weights": [0.5, 0.6]}}     | the shares add up to 1.1
          {"inputs": {"counts": [1, 2], "weights": [0.5, NaN]}}     | inputs.weights[1]: "NaN" is not a finite number
          {"inputs": []}                                            | inputs: not an object
          {"tol": {"abs": 1}}                                       | tol.rel: missing
          {"tol": {"abs": -1, "rel": 0}}                            | is below 0
          {"expected": {}}                                          | expected: names no figure
          {"expected": {"nonsense": 1}}                             | expected.nonsense: the method gives logE
          {"id": 7}                                                 | id: 7 is no word
          """)
  void whatIsWrongWithACaseIsNamedAndTheRunGoesOn(String change, String problem)
      throws IOException {
    JsonMapper mapper =
        JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
    String good =
        """
        {"id": "good", "method": "srmLogE", "inputs": {"counts": [0, 0], "weights": [0.5, 0.5]},
         "expected": 0, "tol": {"abs": 1e-9, "rel": 0}}
        """;
    ObjectNode bad = (ObjectNode) mapper.readTree(good);
    bad.put("id", "bad");
    bad.setAll((ObjectNode) mapper.readTree(change));

    OracleReport report = check("{\"cases\": [" + unquoted(bad) + "," + good + "]}");

    assertThat(report.mismatches()).isEqualTo(1);
    assertThat(report.results().getFirst().problem()).contains(problem);
    assertThat(report.results().getLast().kind()).isEqualTo(CaseResult.Kind.MATCH);
  }

  private static String unquoted(JsonNode node) {
    return node.toString().replace("\"NaN\"", "NaN");
  }

  @Test
  void infiniteAndUndefinedFiguresSurviveTheFileAndTheReport() throws IOException {
    String inputs = "\"inputs\": {\"counts\": [3, 1], \"weights\": [1, 0]}";
    String frame =
        "{\"id\": \"%s\", \"method\": \"srmLogE\", %s, \"expected\": %s,"
            + " \"tol\": {\"abs\": 1e-9, \"rel\": 1e-9}}";
    OracleReport report =
        check(
            "["
                + String.join(
                    ",",
                    frame.formatted("word", inputs, "\"Infinity\""),
                    frame.formatted("bare", inputs, "Infinity"),
                    frame.formatted("less", inputs, "\"-Infinity\""),
                    frame.formatted("finite", inputs, "1e308"),
                    """
                    {"id": "undefined", "method": "clusterRatio", "tol": {"abs": 0, "rel": 0},
                     "inputs": {"unitSum": [], "unitCount": [], "splitAt": 0},
                     "expected": {"ratio": null, "se": "NaN"}}
                    """)
                + "]");

    assertThat(report.results())
        .filteredOn(one -> one.kind() == CaseResult.Kind.MISMATCH)
        .extracting(CaseResult::id)
        .containsExactly("less", "finite");
    assertThat(report.toJson().at("/details/0/figures/0/got").textValue()).isEqualTo("Infinity");
  }

  @Test
  void aFileThatIsNoneIsRefusedWithThePlace() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check("{\"cases\": [\n {,} ]}"))
        .withMessageContaining("line 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check("{}"))
        .withMessageContaining("no list named cases");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check("[]"))
        .withMessageContaining("empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check("[".repeat(100)))
        .withMessageContaining("not JSON");
  }

  private static OracleReport check(String file) throws IOException {
    return Oracle.check(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));
  }
}
