package dev.understudy.gateway.inference;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.scoring.Explainer;
import dev.understudy.scoring.Explanation;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.Tensor;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Explains scores. An explanation asks the version for thousands of rows, so only a few go on at
 * once; it is no prediction: nothing is assigned, shadowed or logged. Thread-safe.
 */
public final class ExplainDesk {
  private static final Logger LOG = Logger.getLogger(ExplainDesk.class);
  private static final int AT_ONCE = 2;

  private final Supplier<RoutingTable> liveTable;
  private final Duration deadline;
  private final Semaphore places = new Semaphore(AT_ONCE);

  /** A desk for the live models, with so much time for each explanation. */
  public ExplainDesk(Supplier<RoutingTable> liveTable, Duration deadline) {
    this.liveTable = liveTable;
    this.deadline = deadline;
  }

  /**
   * What is to be explained.
   *
   * @param version empty: the current one
   * @param output of the contract, with one number per row
   * @param row every column of the contract, one row each
   * @param reference likewise
   * @param arrivedAt when its time began
   * @param budget from then to the answer; empty: the desk's own limit alone
   */
  public record Request(
      String model,
      Optional<String> version,
      String output,
      Map<String, Tensor> row,
      Map<String, Tensor> reference,
      Instant arrivedAt,
      Optional<Duration> budget) {}

  /** What comes of it. */
  public sealed interface Reply {
    record Explained(String model, String version, Explanation.Explained explanation)
        implements Reply {}

    record Failed(ProblemType problem, String reason) implements Reply {}
  }

  /** Explains; the stage never completes exceptionally. */
  public CompletionStage<Reply> explain(Request request) {
    if (!places.tryAcquire()) {
      return failed(
          ProblemType.UNAVAILABLE, "%d explanations are under way; try again".formatted(AT_ONCE));
    }
    Optional<ServedModel> entered = enter(request.model());
    if (entered.isEmpty()) {
      places.release();
      return failed(
          ProblemType.NOT_FOUND, "there is no model '%s' here".formatted(request.model()));
    }
    ServedModel model = entered.get();
    return start(model, request)
        .handle(
            (reply, unexpected) -> {
              model.leave();
              places.release();
              if (reply == null) {
                LOG.errorf(unexpected, "an explanation of %s failed unexpectedly", model.name());
                return new Reply.Failed(ProblemType.INTERNAL, "the gateway failed");
              }
              return reply;
            });
  }

  private CompletionStage<Reply> start(ServedModel model, Request request) {
    String version = request.version().orElseGet(() -> model.route().current());
    Optional<ModelPool.Lease> lease = model.version(version);
    if (lease.isEmpty()) {
      return failed(
          ProblemType.NOT_FOUND,
          "no route of model '%s' names version '%s'; there are %s"
              .formatted(model.name(), version, model.versionNames()));
    }
    TimeBudget time = TimeBudget.of(request.budget(), request.arrivedAt(), deadline, Instant.now());
    if (time.isOver()) {
      return failed(ProblemType.TIMED_OUT, late(time));
    }
    try {
      return Explainer.explain(
              lease.get()::score,
              lease.get().model().inputs(),
              request.output(),
              request.row(),
              request.reference(),
              time.left())
          .thenApply(explanation -> reply(model, version, time, explanation));
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static String late(TimeBudget time) {
    return time.isCallers()
        ? "the time that the request gives was over before every row of the explanation was scored"
        : "the model did not answer all rows of the explanation in time";
  }

  private static Reply reply(
      ServedModel model, String version, TimeBudget time, Explanation explanation) {
    return switch (explanation) {
      case Explanation.Explained explained -> new Reply.Explained(model.name(), version, explained);
      case Explanation.Unanswered unanswered ->
          switch (unanswered.score()) {
            case Score.TimedOut late -> new Reply.Failed(ProblemType.TIMED_OUT, late(time));
            case Score.Shed shed when time.judged(shed) != shed ->
                new Reply.Failed(ProblemType.TIMED_OUT, late(time));
            case Score.Shed shed ->
                new Reply.Failed(
                    ProblemType.UNAVAILABLE,
                    "too many requests for this model now (%s); try again".formatted(shed.cause()));
            case Score.Failed failed ->
                new Reply.Failed(
                    ProblemType.MODEL_FAILED,
                    "the model fails on a row that is partly the reference; give another one as"
                        + " second row");
            case Score.Answered answered ->
                throw new IllegalStateException("an answered row was taken for unanswered");
          };
    };
  }

  private Optional<ServedModel> enter(String name) {
    while (true) {
      Optional<ServedModel> model = liveTable.get().find(name);
      // A model that cannot be entered was just replaced, and the new table is already live.
      if (model.isEmpty() || model.get().enter()) {
        return model;
      }
      Thread.onSpinWait();
    }
  }

  private static CompletionStage<Reply> failed(ProblemType problem, String reason) {
    return CompletableFuture.completedStage(new Reply.Failed(problem, reason));
  }
}
