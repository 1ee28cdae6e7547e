package dev.understudy.training.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.scoring.EmbeddedModel;
import dev.understudy.scoring.Explainer;
import dev.understudy.scoring.Explanation.Contribution;
import dev.understudy.scoring.Explanation.Explained;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.Tensor;
import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.data.CreditData;
import dev.understudy.training.data.CreditRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The linear and the tree models of the pipeline, explained; runs ONNX Runtime for real. */
class ExplainTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  @TempDir private Path out;

  @ParameterizedTest
  @EnumSource(names = {"SCORECARD", "LOGISTIC", "TREES"})
  void theContributionsOfTheColumnsAddUpToTheScore(Recipe recipe) throws Exception {
    TrainedModel trained = Training.run(recipe, 7, out);
    Map<String, Tensor> reference = Explainer.defaultReference(CreditContract.model().inputs());
    try (EmbeddedModel model =
        EmbeddedModel.open(trained.model(), trained.sha256(), CreditContract.model())) {
      for (CreditRow credit : CreditData.load().rows().subList(0, 5)) {
        Map<String, Tensor> row =
            CreditData.tensors(List.of(credit), Arrays.asList(CreditColumn.values()));

        Explained explained =
            (Explained)
                model
                    .explain(CreditContract.OUTPUT, row, reference, LONG)
                    .toCompletableFuture()
                    .join();

        double added = explained.contributions().stream().mapToDouble(Contribution::value).sum();
        assertThat(explained.base() + added).isCloseTo(explained.score(), within(1e-9));
        assertThat(explained.exact()).isTrue();
        assertThat(explained.score()).isCloseTo(score(model, row), within(1e-6));
        assertThat(explained.base()).isCloseTo(score(model, reference), within(1e-6));
        assertThat(explained.contributions())
            .extracting(Contribution::input)
            .containsExactlyInAnyOrderElementsOf(trained.run().columns());
      }
    }
  }

  private static double score(EmbeddedModel model, Map<String, Tensor> row) {
    Score score = model.score(row, LONG).toCompletableFuture().join();
    return ((Score.Answered) score).output(CreditContract.OUTPUT).number(0);
  }
}
