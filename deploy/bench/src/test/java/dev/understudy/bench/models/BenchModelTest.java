package dev.understudy.bench.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.scoring.Model;
import dev.understudy.scoring.ModelLoader;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.ScoringRoom;
import dev.understudy.scoring.Tensor;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The models in ONNX Runtime, as the gateway would load them. */
class BenchModelTest {
  @ParameterizedTest
  @CsvSource({"trees,1", "trees,32", "dense,1", "dense,32", "credit,1", "credit,32", "slow,1"})
  void aModelLoadsAndAnswersEveryRowOfItsRequests(String name, int rows) throws Exception {
    BenchModel model = of(name);

    try (Model loaded = ModelLoader.load(model.artefact(), model.sha256(), model.contract());
        ScoringRoom room = new ScoringRoom("test", 1, 1)) {
      Score score =
          loaded
              .score(
                  model.rows(rows).stream().collect(Collectors.toMap(Tensor::name, it -> it)),
                  Duration.ofSeconds(30),
                  room)
              .toCompletableFuture()
              .join();

      assertThat(score).isInstanceOf(Score.Answered.class);
      assertThat(((Score.Answered) score).outputs().getFirst().rows()).isEqualTo(rows);
    }
  }

  @ParameterizedTest
  @CsvSource({"trees", "dense", "credit", "slow"})
  void theSameSeedGivesTheSameBytes(String name) {
    assertThat(of(name).sha256()).isEqualTo(of(name).sha256());
    assertThat(RequestBody.json(of(name).rows(3)).bytes())
        .isEqualTo(RequestBody.json(of(name).rows(3)).bytes());
  }

  private static BenchModel of(String name) {
    return switch (name) {
      case "trees" -> BenchModel.trees();
      case "dense" -> BenchModel.dense();
      case "credit" -> BenchModel.credit();
      case "slow" -> BenchModel.slowTrees();
      default -> throw new AssertionError(name);
    };
  }
}
