package dev.understudy.scoring;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A model that computes in this process, on whichever thread it is told to. Thread-safe. */
interface LocalModel extends Model {

  /** Whether a run may be done on any thread, however precious: it neither waits nor loads. */
  default boolean runsAnywhere() {
    return true;
  }

  /** Whether its runs take their memory from what the runs of others take theirs from. */
  default boolean sharesMemory() {
    return false;
  }

  /** A run to come, which must be ended even if it never begins; null when the model is closed. */
  ScoringRoom.@Nullable Work begin(Map<String, Tensor> inputs);

  @Override
  default CompletionStage<Score> score(
      Map<String, Tensor> inputs, Duration deadline, ScoringRoom room) {
    ScoringRoom.Work work = begin(inputs);
    return work == null
        ? CompletableFuture.completedStage(new Score.Shed("closed"))
        : room.submit(work, deadline);
  }
}
