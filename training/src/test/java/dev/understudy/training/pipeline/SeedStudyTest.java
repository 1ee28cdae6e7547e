package dev.understudy.training.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The story of the demo is in the data, whatever the seed. */
class SeedStudyTest {
  @TempDir private Path out;

  @ParameterizedTest
  @ValueSource(longs = {1, 5, 7, 11, 42})
  void eachGoodCandidateIsBetterThanItsPredecessorAndTheLeakyOneIsWorse(long seed)
      throws TrainingFailed, IOException {
    SeedStudy study = SeedStudy.of(seed, out);

    assertThat(accuracy(study, Recipe.LOGISTIC))
        .isGreaterThan(accuracy(study, Recipe.SCORECARD) + 0.03);
    assertThat(study.gain()).isGreaterThan(0.004);
    assertThat(accuracy(study, Recipe.TREES)).isGreaterThan(accuracy(study, Recipe.LEAKY) + 0.04);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 42})
  void theLeakyModelLooksExcellentUntilItServes(long seed) throws TrainingFailed, IOException {
    SeedStudy study = SeedStudy.of(seed, out);

    assertThat(study.heldOut().get(Recipe.LEAKY).accuracy()).isGreaterThan(0.93);
    assertThat(study.serving().get(Recipe.LEAKY).logLoss())
        .isGreaterThan(study.serving().get(Recipe.SCORECARD).logLoss());
  }

  private static double accuracy(SeedStudy study, Recipe recipe) {
    return study.serving().get(recipe).accuracy();
  }
}
