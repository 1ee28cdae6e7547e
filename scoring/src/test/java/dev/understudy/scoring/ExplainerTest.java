package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.scoring.Explanation.Contribution;
import dev.understudy.scoring.Explanation.Explained;
import dev.understudy.scoring.Explanation.Unanswered;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExplainerTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final TensorSpec P = new TensorSpec("p", Datatype.FP64, List.of(-1L));
  private static final InputContract INPUTS =
      new InputContract(
          List.of(
              column("income", Datatype.FP64, true),
              column("age", Datatype.INT64, false),
              column("home", Datatype.BYTES, true)));
  private final ScoringRoom room = new ScoringRoom("test", 1, 8);

  @AfterEach
  void closeRoom() {
    room.close();
  }

  @Test
  void aLinearModelIsExplainedByItsWeights() throws Exception {
    String linear =
        document("regression")
            .replace(" normalizationMethod=\"logit\"", "")
            .replace("functionName=\"classification\"", "functionName=\"regression\"")
            .replace(
                "name=\"default\" optype=\"categorical\" dataType=\"string\"",
                "name=\"default\" optype=\"continuous\" dataType=\"double\"")
            .replaceAll("<Value value=\"[01]\"/>", "")
            .replaceAll("feature=\"probability\" value=\"1\"", "feature=\"predictedValue\"")
            .replaceAll("<OutputField name=\"label\".*/>", "")
            .replace("<RegressionTable intercept=\"0\" targetCategory=\"0\"/>", "")
            .replace(" targetCategory=\"1\"", "");
    try (Model model = load(linear)) {
      Explained explained = explained(model, row(5, 40, "rent"), row(2, 30, "own"));

      assertThat(explained.base()).isCloseTo(-1.5 - 0.8 + 0.9, within(1e-12));
      assertThat(explained.score()).isCloseTo(-1.5 - 2 + 1.2 + 0.7, within(1e-12));
      assertContributions(explained, Map.of("income", -1.2, "age", 0.3, "home", 0.7), 1e-12);
    }
  }

  /** The figures are the marginal contributions averaged by hand over the six orders. */
  @Test
  void aTreeIsExplainedByTheAverageOverAllOrders() throws Exception {
    try (Model model = load(document("tree"))) {
      Explained explained = explained(model, row(1, 70, "rent"), row(5, 30, "own"));

      // v: {} .05, income .40, age .30, home .05, income+age .40, income+home .75, age+home .30
      assertThat(explained.base()).isEqualTo(0.05);
      assertThat(explained.score()).isEqualTo(0.75);
      assertThat(explained.exact()).isTrue();
      assertContributions(
          explained,
          Map.of(
              "income", (2 * 0.35 + 0.1 + 0.7 + 2 * 0.45) / 6,
              "age", (2 * 0.25 + 0.0 + 0.25 + 2 * 0.0) / 6,
              "home", (2 * 0.0 + 0.35 + 0.0 + 2 * 0.35) / 6),
          1e-12);
    }
  }

  @Test
  void anInputThatIsAsInTheReferenceContributesNothing() throws Exception {
    try (Model model = load(document("tree"))) {
      Explained explained = explained(model, row(1, 70, ""), row(Double.NaN, 70, ""));

      assertThat(explained.contributions())
          .extracting(Contribution::input)
          .containsExactly("income", "age", "home");
      assertContributions(explained, Map.of("income", 0.0, "age", 0.0, "home", 0.0), 0);
    }
  }

  @Test
  void manyInputsAreSampledAndStillAddUp() {
    Map<String, Tensor> row = new HashMap<>();
    Map<String, Tensor> reference = new HashMap<>();
    List<TensorSpec> inputs = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String name = "x" + i;
      inputs.add(new TensorSpec(name, Datatype.FP32, List.of(-1L)));
      row.put(name, Tensor.ofFloats(name, new long[] {1}, i));
      reference.put(name, Tensor.ofFloats(name, new long[] {1}, -1));
    }

    Explained explained =
        (Explained)
            Explainer.explain(
                    (rows, deadline) -> CompletableFuture.completedStage(product(rows)),
                    inputs,
                    "p",
                    row,
                    reference,
                    LONG)
                .toCompletableFuture()
                .join();

    assertThat(explained.exact()).isFalse();
    assertThat(explained.base() + sum(explained)).isCloseTo(explained.score(), within(1e-9));
    assertThat(explained.contributions()).hasSize(30);
  }

  @Test
  void aModelThatDoesNotAnswerIsNotExplained() {
    Score.Failed failed = new Score.Failed("runtime", "no", 1);

    Explanation explanation =
        Explainer.explain(
                (rows, deadline) -> CompletableFuture.completedStage(failed),
                List.of(INPUTS.columns().getFirst().spec()),
                "p",
                row(1, 1, "own"),
                row(2, 1, "own"),
                LONG)
            .toCompletableFuture()
            .join();

    assertThat(explanation).isEqualTo(new Unanswered(failed));
  }

  @Test
  void theDefaultReferenceIsMissingWhereThatIsAllowed() {
    Map<String, Tensor> reference = Explainer.defaultReference(INPUTS);

    assertThat(reference.get("income").isMissing(0)).isTrue();
    assertThat(reference.get("home").isMissing(0)).isTrue();
    assertThat(reference.get("age").integer(0)).isZero();
  }

  @Test
  void onlyOneRowIsExplainedAtATime() {
    Map<String, Tensor> two = Map.of("income", Tensor.ofDoubles("income", new long[] {2}, 1, 2));

    assertThatThrownBy(
            () ->
                Explainer.explain(
                    (rows, deadline) -> CompletableFuture.completedStage(new Score.Shed("never")),
                    List.of(INPUTS.columns().getFirst().spec()),
                    "p",
                    two,
                    two,
                    LONG))
        .hasMessageContaining("one row");
  }

  private Explained explained(Model model, Map<String, Tensor> row, Map<String, Tensor> reference) {
    Explainer.Scorer scorer = (rows, deadline) -> model.score(rows, deadline, room);
    Explained explained =
        (Explained)
            Explainer.explain(scorer, model.inputs(), "p", row, reference, LONG)
                .toCompletableFuture()
                .join();
    assertThat(explained.base() + sum(explained)).isCloseTo(explained.score(), within(1e-12));
    return explained;
  }

  private static void assertContributions(
      Explained explained, Map<String, Double> expected, double tolerance) {
    for (Contribution contribution : explained.contributions()) {
      assertThat(contribution.value())
          .as(contribution.input())
          .isCloseTo(expected.get(contribution.input()), within(tolerance));
    }
  }

  private static double sum(Explained explained) {
    return explained.contributions().stream().mapToDouble(Contribution::value).sum();
  }

  private static Score product(Map<String, Tensor> rows) {
    int count = (int) rows.get("x0").rows();
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      int row = i;
      ToDoubleFunction<String> x = name -> rows.get(name).number(row);
      values[i] =
          Math.tanh(
              x.applyAsDouble("x1") * x.applyAsDouble("x2") * x.applyAsDouble("x3")
                  - x.applyAsDouble("x20"));
    }
    return new Score.Answered(List.of(Tensor.ofDoubles("p", new long[] {count}, values)), 1);
  }

  private static Map<String, Tensor> row(double income, long age, String home) {
    long[] one = {1};
    return Map.of(
        "income", Tensor.ofDoubles("income", one, income),
        "age", Tensor.ofIntegers("age", Datatype.INT64, one, age),
        "home", Tensor.ofTexts("home", one, home));
  }

  private static Column column(String name, Datatype datatype, boolean mayBeMissing) {
    return new Column(
        name,
        datatype,
        List.of(-1L),
        mayBeMissing,
        false,
        datatype == Datatype.BYTES ? List.of("own", "rent") : List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  private static Model load(String document) throws ModelRefused {
    byte[] content = document.getBytes(UTF_8);
    return ModelLoader.load(
        content, ModelLoader.digest(content), new ModelContract(INPUTS, List.of(P)));
  }

  private static String document(String name) throws Exception {
    try (InputStream in =
        ExplainerTest.class.getResourceAsStream("/pmml/%s.pmml".formatted(name))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
