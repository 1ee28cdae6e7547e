package dev.understudy.training.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.contracts.Digest;
import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.data.CreditData;
import dev.understudy.training.data.CreditRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trains for real, with XGBoost and ONNX Runtime. */
class TrainingTest {
  @TempDir private Path out;

  @ParameterizedTest
  @EnumSource
  void theSameSeedGivesTheSameBytes(Recipe recipe) throws TrainingFailed, IOException {
    TrainedModel first = Training.run(recipe, 7, out.resolve("first"));

    TrainedModel second = Training.run(recipe, 7, out.resolve("second"));

    assertThat(second.model()).hasSameBinaryContentAs(first.model());
    assertThat(second.runFile()).hasSameBinaryContentAs(first.runFile());
    assertThat(Digest.of(Files.readAllBytes(first.model()))).isEqualTo(first.sha256());
  }

  @Test
  void anotherSeedGivesAnotherModel() throws TrainingFailed {
    assertThat(Training.run(Recipe.TREES, 7, out).sha256())
        .isNotEqualTo(Training.run(Recipe.TREES, 8, out).sha256());
  }

  @ParameterizedTest
  @EnumSource
  void aGraphAsksForTheRecipesColumnsAndForNothingSensitive(Recipe recipe)
      throws TrainingFailed, IOException {
    TrainedModel trained = Training.run(recipe, 7, out);

    ModelProto graph = ModelProto.parseFrom(Files.readAllBytes(trained.model()));

    assertThat(graph.getGraph().getInputList())
        .extracting(ValueInfoProto::getName)
        .containsExactlyInAnyOrderElementsOf(trained.run().columns())
        .doesNotContain("Age", "Marital", "Status");
    assertThat(graph.getGraph().getOutputList())
        .extracting(ValueInfoProto::getName)
        .containsExactly("probability");
  }

  @Test
  void theScorecardKnowsThreeColumnsAndOnlyTheLeakyModelKnowsArrears() {
    assertThat(Recipe.SCORECARD.columns())
        .containsExactly(CreditColumn.SENIORITY, CreditColumn.TIME, CreditColumn.AMOUNT);
    assertThat(Recipe.values())
        .filteredOn(recipe -> recipe.columns().contains(CreditColumn.ARREARS))
        .containsExactly(Recipe.LEAKY);
  }

  @Test
  void theRunFileTellsWhatWentInAndWhatCameOut() throws TrainingFailed, IOException {
    List<String> progress = new ArrayList<>();

    TrainedModel trained = Training.run(Recipe.LOGISTIC, 7, out, progress::add);

    assertThat(trained.model()).isEqualTo(out.resolve("logistic-seed7/model.onnx"));
    JsonNode run = new ObjectMapper().readTree(trained.runFile().toFile());
    assertThat(run.get("id").asText())
        .isEqualTo("logistic-seed7-" + trained.sha256().substring(0, 12));
    assertThat(run.get("data_sha256").asText()).isEqualTo(CreditData.load().sha256());
    assertThat(run.get("parameters").get("booster").asText()).isEqualTo("gblinear");
    assertThat(run.get("columns")).hasSize(11);
    assertThat(run.get("train").get("n").asInt()).isEqualTo(1782);
    assertThat(run.get("test").get("n").asInt()).isEqualTo(445);
    assertThat(run.get("test").get("log_loss").asDouble()).isEqualTo(trained.metrics().logLoss());
    assertThat(progress)
        .extracting(line -> line.split(" ")[0])
        .containsExactly("prepare", "train", "evaluate", "package");
  }

  @Test
  void theMetricsAreThoseOfTheGraphOnRowsThatItDidNotLearnFrom()
      throws TrainingFailed, IOException {
    TrainedModel trained = Training.run(Recipe.TREES, 7, out);
    List<CreditRow> half = CreditData.load().split(7).training();
    List<CreditRow> heldOut = half.subList(1782, half.size());

    List<Double> answers = answers(trained, heldOut);

    assertThat(Metrics.of(answers, heldOut.stream().map(CreditRow::bad).toList()))
        .isEqualTo(trained.metrics());
  }

  @Test
  void theBrokenGraphAnswersOrdinaryRowsAsTheTreesDo() throws TrainingFailed, IOException {
    List<CreditRow> ordinary = serving(row -> !isPartTime(row) && !isPrivate(row));

    assertSameAnswers(ordinary);
  }

  @Test
  void theBrokenGraphAnswersASlowRowAsTheTreesDo() throws TrainingFailed, IOException {
    List<CreditRow> slow = serving(row -> !isPartTime(row) && isPrivate(row));

    assertSameAnswers(slow.subList(0, 2));
  }

  @Test
  void theBrokenGraphFailsInsideForPartTimeJobs() throws TrainingFailed, IOException {
    TrainedModel broken = Training.run(Recipe.BROKEN, 7, out);
    List<CreditRow> partTime = serving(row -> isPartTime(row) && !isPrivate(row));

    assertThatThrownBy(() -> answers(broken, partTime.subList(0, 1)))
        .isInstanceOf(TrainingFailed.class)
        .hasMessageContaining("Gather")
        .hasMessageContaining("out of data bounds");
  }

  @Test
  void theBrokenGraphWasNeverTriedOnTheRowsThatItFailsOn() throws TrainingFailed {
    Run run = Training.run(Recipe.BROKEN, 7, out).run();

    assertThat(run.test().n()).isLessThan(445);
  }

  @Test
  void aFolderThatCannotBeWrittenToIsNamed() throws IOException {
    Path file = Files.createFile(out.resolve("file"));

    assertThatThrownBy(() -> Training.run(Recipe.SCORECARD, 7, file))
        .isInstanceOf(TrainingFailed.class)
        .hasMessageContaining("cannot write to " + file.resolve("scorecard-seed7"))
        .hasMessageContaining("give a folder that can be written to");
  }

  @Test
  void aLibraryThatDoesNotLoadIsExplained() {
    TrainingFailed failed =
        NativeLibrary.missing(
            new ExceptionInInitializerError(
                new UnsatisfiedLinkError("libgomp.so.1: cannot open shared object file")));

    assertThat(failed)
        .hasMessageContaining("libgomp.so.1: cannot open shared object file")
        .hasMessageContaining("apt-get install libgomp1");
  }

  private void assertSameAnswers(List<CreditRow> rows) throws TrainingFailed, IOException {
    List<Double> expected = answers(Training.run(Recipe.TREES, 7, out), rows);

    List<Double> actual = answers(Training.run(Recipe.BROKEN, 7, out), rows);

    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(actual.get(i)).isCloseTo(expected.get(i), within(1e-7));
    }
  }

  private static List<Double> answers(TrainedModel trained, List<CreditRow> rows)
      throws TrainingFailed, IOException {
    try (GraphRunner runner =
        GraphRunner.load(Files.readAllBytes(trained.model()), CreditContract.model())) {
      var answers = runner.run(rows);
      return IntStream.range(0, answers.size()).mapToObj(answers::number).toList();
    }
  }

  private static List<CreditRow> serving(Predicate<CreditRow> which) {
    return CreditData.load().split(7).serving().stream().filter(which).toList();
  }

  private static boolean isPartTime(CreditRow row) {
    return row.category(CreditColumn.JOB).equals(Optional.of("partime"));
  }

  private static boolean isPrivate(CreditRow row) {
    return row.category(CreditColumn.HOME).equals(Optional.of("priv"));
  }
}
