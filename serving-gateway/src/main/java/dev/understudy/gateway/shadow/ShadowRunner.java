package dev.understudy.gateway.shadow;

import dev.understudy.scoring.Model;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.ScoringRoom;
import dev.understudy.scoring.Tensor;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Whether a shadow may run now, and where: in few threads behind a short queue, so a candidate that
 * is slow or greedy takes nothing from those who answer. Thread-safe.
 */
public final class ShadowRunner implements AutoCloseable {
  private final ScoringRoom room;
  private final MeterRegistry meters;

  /** A runner with so many threads and places to wait. */
  public ShadowRunner(int threads, int places, MeterRegistry meters) {
    this.room = new ScoringRoom("shadow", threads, places);
    this.meters = meters;
    meters.gauge("gateway.shadow.waiting", room, ScoringRoom::waiting);
  }

  /**
   * Takes a shadow on, or refuses it at once when the queue is full.
   *
   * @param deadline from now, waiting included
   * @return its score to come; empty when it was refused
   */
  public Optional<CompletionStage<Score>> offer(
      Model candidate, Map<String, Tensor> inputs, Duration deadline) {
    CompletableFuture<Score> score = candidate.score(inputs, deadline, room).toCompletableFuture();
    if (score.isDone() && score.resultNow() instanceof Score.Shed shed) {
      count(shed);
      return Optional.empty();
    }
    return Optional.of(
        score.thenApply(
            done -> {
              count(done);
              return done;
            }));
  }

  private void count(Score score) {
    String outcome =
        switch (score) {
          case Score.Answered answered -> "answered";
          case Score.Failed failed -> "failed";
          case Score.TimedOut late -> "timed_out";
          case Score.Shed shed -> {
            meters.counter("gateway.shadow.dropped", "reason", shed.cause()).increment();
            yield "shed";
          }
        };
    meters.counter("gateway.shadow", "outcome", outcome).increment();
  }

  @Override
  public void close() {
    room.close();
  }
}
