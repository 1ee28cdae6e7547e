package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PmmlModelTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final TensorSpec P = new TensorSpec("p", Datatype.FP64, List.of(-1L));
  private static final TensorSpec LABEL = new TensorSpec("label", Datatype.INT64, List.of(-1L));
  private final ScoringRoom room = new ScoringRoom("test", 4, 1000);

  @AfterEach
  void closeRoom() {
    room.close();
  }

  /** The figures are Python's: 1 / (1 + exp(1.5 + 0.4 income - 0.03 age - 0.7 rent)). */
  @Test
  void aLogisticRegressionGivesTheFiguresOfItsFormula() throws Exception {
    try (Model model = load(document("regression"), P, LABEL)) {
      Score score = score(model, new double[] {3, 1}, new long[] {40, 95}, "rent", "own");

      Score.Answered answered = (Score.Answered) score;
      assertThat(model.platform()).isEqualTo("pmml_pmml4s");
      assertThat(answered.output("p").number(0)).isCloseTo(0.31002551887238755, within(1e-12));
      assertThat(answered.output("p").number(1)).isCloseTo(0.7211151780228631, within(1e-12));
      assertThat(answered.output("label"))
          .isEqualTo(Tensor.ofIntegers("label", Datatype.INT64, new long[] {2}, 0, 1));
    }
  }

  @Test
  void whatIsMissingIsReplacedAsTheDocumentSays() throws Exception {
    try (Model model = load(document("regression"), P)) {
      Score score = score(model, new double[] {Double.NaN}, new long[] {40}, "");

      assertThat(((Score.Answered) score).output("p").number(0))
          .isCloseTo(0.24973989440488240, within(1e-12));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 30, rent, 0.75",
    "1, 30, own, 0.40",
    "1, 30, '', 0.40",
    "3, 61, own, 0.30",
    "3, 60, own, 0.05",
    "NaN, 61, rent, 0.75",
  })
  void aTreeGivesTheScoreOfItsLeaf(double income, long age, String home, double leaf)
      throws Exception {
    try (Model model = load(document("tree"), P)) {
      Score score = score(model, new double[] {income}, new long[] {age}, home);

      assertThat(((Score.Answered) score).output("p").number(0)).isEqualTo(leaf);
    }
  }

  @Test
  void aValueThatTheDocumentDoesNotKnowIsAFailure() throws Exception {
    try (Model model = load(document("regression"), P)) {
      assertThat(score(model, new double[] {3}, new long[] {40}, "castle"))
          .isInstanceOfSatisfying(
              Score.Failed.class, failed -> assertThat(failed.errorClass()).isEqualTo("outputs"));
    }
  }

  @Test
  void runsAtTheSameTimeAnswerAsRunsAlone() throws Exception {
    try (Model model = load(document("regression"), P)) {
      List<CompletionStage<Score>> scores = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        scores.add(model.score(row(new double[] {i % 7}, new long[] {i % 90}, "rent"), LONG, room));
      }

      for (int i = 0; i < scores.size(); i++) {
        double expected = 1 / (1 + Math.exp(1.5 + 0.4 * (i % 7) - 0.03 * (i % 90) - 0.7));
        Score score = scores.get(i).toCompletableFuture().join();
        assertThat(((Score.Answered) score).output("p").number(0))
            .isCloseTo(expected, within(1e-12));
      }
    }
  }

  @Test
  void aTreeMayBeAsDeepAsALimitSays() throws Exception {
    String node = "<Node><SimplePredicate field=\"income\" operator=\"lessThan\" value=\"3\"/>";
    String deep =
        "<Node score=\"0.05\"><True/>"
            + node.repeat(400)
            + "<Node score=\"0.75\"><True/></Node>"
            + "</Node>".repeat(401);
    byte[] tree = replaced("tree", "(?s)<Node id=\"root\".*</Node>", deep);
    try (Model model = load(tree, P)) {
      assertThat(
              ((Score.Answered) score(model, new double[] {1}, new long[] {1}, "own"))
                  .output("p")
                  .number(0))
          .isEqualTo(0.75);
    }
  }

  @Test
  void escapedCharactersAreNoReasonToRefuse() throws Exception {
    byte[] tree =
        replaced("tree", "<Header ", "<Header copyright=\"" + "&lt;&amp;".repeat(100_000) + "\" ");
    try (Model model = load(tree, P)) {
      assertThat(score(model, new double[] {1}, new long[] {1}, "own"))
          .isInstanceOf(Score.Answered.class);
    }
  }

  @Test
  void aClosedModelScoresNothing() throws Exception {
    Model model = load(document("tree"), P);

    model.close();

    assertThat(score(model, new double[] {1}, new long[] {1}, "own"))
        .isEqualTo(new Score.Shed("closed"));
  }

  @Test
  void anotherEncodingIsReadAsTheDocumentSays() throws Exception {
    String text = new String(document("tree"), UTF_8).replace("UTF-8", "UTF-16");
    try (Model model = load(text.getBytes(UTF_16), P)) {
      assertThat(model.inputs()).extracting(TensorSpec::name).contains("income", "age", "home");
    }
  }

  @Test
  void aMissingOutputIsRefusedWithTheRemedy() throws Exception {
    byte[] tree = document("tree");
    TensorSpec other = new TensorSpec("probability", Datatype.FP64, List.of(-1L));

    ModelRefused refused = refused(tree, other);

    assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.AGAINST_CONTRACT);
    assertThat(refused)
        .hasMessageContaining("output probability")
        .hasMessageContaining("OutputField");
  }

  @Test
  void anActiveFieldThatIsNoColumnIsRefused() throws Exception {
    byte[] tree = replaced("tree", "\"home\"", "\"house\"");

    ModelRefused refused = refused(tree, P);

    assertThat(refused).hasMessageContaining("house").hasMessageContaining("income, age, home");
  }

  @Test
  void aFieldOfAnotherKindIsRefused() throws Exception {
    byte[] tree =
        replaced(
            "tree",
            "name=\"age\" optype=\"continuous\" dataType=\"integer\"",
            "name=\"age\" optype=\"categorical\" dataType=\"string\"");

    assertThat(refused(tree, P)).hasMessageContaining("active field age");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE PMML [<!ENTITY a \"aaaaaaaaaa\">]>",
        "<!DOCTYPE PMML SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE PMML [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/x\"> %p;]>"
      })
  void aDocumentTypeIsNeverRead(String doctype) throws Exception {
    byte[] hostile = replaced("tree", "<PMML", doctype + "<PMML");

    assertThat(refused(hostile, P).reason()).isEqualTo(ModelRefused.Reason.UNKNOWN_FORMAT);
  }

  @Test
  void elementsNestedWithoutEndAreRefused() throws Exception {
    byte[] hostile = replaced("tree", "<Header ", "<Extension>".repeat(100_000) + "<Header ");

    assertThat(refused(hostile, P).reason()).isEqualTo(ModelRefused.Reason.UNREADABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"</PMML>", "value=\"3\"", "TreeModel"})
  void aBrokenDocumentIsRefused(String broken) throws Exception {
    byte[] hostile = replaced("tree", broken, "value=\"3");

    assertThat(refused(hostile, P).reason()).isEqualTo(ModelRefused.Reason.UNREADABLE);
  }

  @Test
  void aRefusalHalfWayLeavesNoThreadBehind() throws Exception {
    String nodes = "<Node score=\"1\"><True/></Node>".repeat(10_000);
    byte[] hostile = replaced("tree", "value=\"3\"/>", "value=\"three\"/>" + nodes);

    assertThat(refused(hostile, P).reason()).isEqualTo(ModelRefused.Reason.UNREADABLE);
    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().equals("XMLEventReader")));
  }

  private Score score(Model model, double[] income, long[] age, String... home) {
    return model.score(row(income, age, home), LONG, room).toCompletableFuture().join();
  }

  private static Map<String, Tensor> row(double[] income, long[] age, String... home) {
    long[] shape = {income.length};
    return Map.of(
        "income", Tensor.ofDoubles("income", shape, income),
        "age", Tensor.ofIntegers("age", Datatype.INT64, shape, age),
        "home", Tensor.ofTexts("home", shape, home));
  }

  private static ModelRefused refused(byte[] content, TensorSpec... outputs) {
    return catchThrowableOfType(ModelRefused.class, () -> load(content, outputs));
  }

  private static Model load(byte[] content, TensorSpec... outputs) throws ModelRefused {
    InputContract inputs =
        new InputContract(
            List.of(
                column("income", Datatype.FP64, true, List.of()),
                column("age", Datatype.INT64, false, List.of()),
                column("home", Datatype.BYTES, true, List.of("own", "rent", "castle"))));
    return ModelLoader.load(
        content, ModelLoader.digest(content), new ModelContract(inputs, List.of(outputs)));
  }

  private static Column column(
      String name, Datatype datatype, boolean mayBeMissing, List<String> categories) {
    return new Column(
        name,
        datatype,
        List.of(-1L),
        mayBeMissing,
        false,
        categories,
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  private static byte[] replaced(String name, String part, String by) throws IOException {
    String text = new String(document(name), UTF_8);
    assertThat(text).containsPattern(part);
    return text.replaceAll(part, by).getBytes(UTF_8);
  }

  private static byte[] document(String name) throws IOException {
    try (InputStream in =
        PmmlModelTest.class.getResourceAsStream("/pmml/%s.pmml".formatted(name))) {
      return in.readAllBytes();
    }
  }
}
