package dev.understudy.training.pipeline;

import dev.understudy.contracts.Digest;
import dev.understudy.scoring.Model;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.ModelLoader;
import dev.understudy.scoring.ModelRefused;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.ScoringRoom;
import dev.understudy.scoring.Tensor;
import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditData;
import dev.understudy.training.data.CreditRow;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Runs a graph just as the gateway will: same loader, same checks, same runtime. Thread-safe. */
final class GraphRunner implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private final Model model;
  private final ScoringRoom room;

  private GraphRunner(Model model) {
    this.model = model;
    this.room = new ScoringRoom("training", 1, 1);
  }

  static GraphRunner load(byte[] graph, ModelContract contract) throws TrainingFailed {
    try {
      return new GraphRunner(ModelLoader.load(graph, Digest.of(graph), contract));
    } catch (ModelRefused e) {
      throw new TrainingFailed("the graph just written is refused: " + e.getMessage(), e);
    }
  }

  /** The only output of the contract, for these rows in one run. */
  Tensor run(List<CreditRow> rows) throws TrainingFailed {
    Score score =
        model
            .score(CreditData.tensors(rows, Arrays.asList(CreditColumn.values())), DEADLINE, room)
            .toCompletableFuture()
            .join();
    return switch (score) {
      case Score.Answered answered -> answered.outputs().getFirst();
      case Score.Failed failed -> throw failed("failed: " + failed.reason(), rows);
      case Score.TimedOut late -> throw failed("took longer than " + DEADLINE, rows);
      case Score.Shed shed -> throw failed("was shed: " + shed.cause(), rows);
    };
  }

  private static TrainingFailed failed(String what, List<CreditRow> rows) {
    return new TrainingFailed("a run over %d rows %s".formatted(rows.size(), what));
  }

  @Override
  public void close() {
    room.close();
    model.close();
  }
}
