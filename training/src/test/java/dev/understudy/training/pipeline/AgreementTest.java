package dev.understudy.training.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.scoring.Tensor;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.data.CreditData;
import dev.understudy.training.data.CreditRow;
import dev.understudy.training.graph.Preparation;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The graph computes what the booster learnt; runs XGBoost and ONNX Runtime for real. */
class AgreementTest {
  private static final double TOLERANCE = 1e-5;

  private final CreditData data = CreditData.load();

  @ParameterizedTest
  @EnumSource(names = {"SCORECARD", "LOGISTIC", "TREES"})
  void graphAndBoosterAgreeOnAllRows(Recipe recipe) throws TrainingFailed {
    List<CreditRow> learnt = data.split(3).training();
    Preparation preparation = recipe.preparation(learnt);
    try (FittedBooster booster =
            FittedBooster.fit(
                Hyperparameters.of(recipe, learnt.size(), 3), Features.of(preparation, learnt));
        GraphRunner graph =
            GraphRunner.load(booster.graph(preparation, recipe.faults()), CreditContract.model())) {
      float[] expected = booster.predict(Features.of(preparation, data.rows()));

      Tensor actual = graph.run(data.rows());

      assertThat(actual.size()).isEqualTo(4454);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual.number(i)).as("row %d", i).isCloseTo(expected[i], within(TOLERANCE));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SCORECARD", "LOGISTIC", "TREES", "LEAKY"})
  void aRowGetsTheSameAnswerAloneAndAmongOthers(Recipe recipe) throws TrainingFailed {
    List<CreditRow> learnt = Arrears.filledIn(data.split(3).training(), 3);
    Preparation preparation = recipe.preparation(learnt);
    try (FittedBooster booster =
            FittedBooster.fit(
                Hyperparameters.of(recipe, learnt.size(), 3), Features.of(preparation, learnt));
        GraphRunner graph =
            GraphRunner.load(booster.graph(preparation, recipe.faults()), CreditContract.model())) {
      List<CreditRow> some = data.rows().subList(0, 50);

      Tensor together = graph.run(some);

      for (int i = 0; i < some.size(); i++) {
        assertThat(graph.run(some.subList(i, i + 1)).number(0))
            .isCloseTo(together.number(i), within(1e-6));
      }
    }
  }
}
