package dev.understudy.gateway.inference;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.gateway.journal.Prediction;
import dev.understudy.gateway.journal.PredictionJournal;
import dev.understudy.gateway.journal.VersionScores;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.Score;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The way of a request: route, score, answer, shadow, log. Nothing here blocks: the caller's thread
 * only hands over, and the rest happens on the thread that has scored. Thread-safe.
 */
public final class InferencePipeline {
  private static final Logger LOG = Logger.getLogger(InferencePipeline.class);

  private final Supplier<RoutingTable> liveTable;
  private final ShadowRunner shadows;
  private final PredictionJournal journal;
  private final InferenceMeters meters;
  private final Duration deadline;
  private final AtomicInteger inFlight = new AtomicInteger();

  /**
   * A pipeline.
   *
   * @param deadline of one version's answer; a stand-in gets the same again
   */
  public InferencePipeline(
      Supplier<RoutingTable> liveTable,
      ShadowRunner shadows,
      PredictionJournal journal,
      InferenceMeters meters,
      Duration deadline) {
    this.liveTable = liveTable;
    this.shadows = shadows;
    this.journal = journal;
    this.meters = meters;
    this.deadline = deadline;
  }

  /** Answers a request; the stage never completes exceptionally. */
  public CompletionStage<Answer> infer(InferenceRequest request) {
    Optional<ServedModel> entered = enter(request.model());
    if (entered.isEmpty()) {
      return CompletableFuture.completedStage(
          new Answer.Unknown("there is no model '%s' here".formatted(request.model())));
    }
    ServedModel model = entered.get();
    Optional<String> unserved = request.version().filter(name -> model.version(name).isEmpty());
    if (unserved.isPresent()) {
      model.leave();
      return CompletableFuture.completedStage(
          new Answer.Unknown(
              "no route of model '%s' names version '%s'"
                  .formatted(request.model(), unserved.get())));
    }

    PredictionId id = PredictionId.next();
    RoutePlan plan = model.plan(id, request.version());
    inFlight.incrementAndGet();
    meters.assigned(model, plan.arm());

    CompletableFuture<Answer> answer = new CompletableFuture<>();
    score(model, plan, request)
        .whenComplete(
            (scored, unexpected) -> {
              if (scored == null) {
                LOG.errorf(unexpected, "prediction %s failed unexpectedly", id.value());
                journal.lost();
                meters.answered(model, plan.arm(), "error", request.arrivedAt());
                answer.complete(new Answer.Failed(id, ProblemType.INTERNAL, "the gateway failed"));
                over(model);
                return;
              }
              meters.answered(model, plan.arm(), scored.outcome(), request.arrivedAt());
              answer.complete(scored.toAnswer(id, model, plan));
              shadowAndLog(id, model, plan, request, scored);
            });
    return answer;
  }

  /** How many requests, with their shadows, are not over yet. */
  public int inFlight() {
    return inFlight.get();
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

  private void over(ServedModel model) {
    model.leave();
    inFlight.decrementAndGet();
  }

  /** The versions that were to answer, in the order they were asked. */
  private record Scored(Map<String, Score> byVersion) {
    Score last() {
      return byVersion.values().stream().reduce((first, second) -> second).orElseThrow();
    }

    Optional<String> answeredBy() {
      return byVersion.entrySet().stream()
          .filter(entry -> entry.getValue() instanceof Score.Answered)
          .map(Map.Entry::getKey)
          .findFirst();
    }

    /** One of few words, for the meters. */
    String outcome() {
      return switch (last()) {
        case Score.Answered answered -> byVersion.size() > 1 ? "replaced" : "answered";
        case Score.Failed failed -> "failed";
        case Score.TimedOut late -> "timed_out";
        case Score.Shed shed -> "shed";
      };
    }

    Answer toAnswer(PredictionId id, ServedModel model, RoutePlan plan) {
      return switch (last()) {
        case Score.Answered answered ->
            new Answer.Predicted(
                id, model.name(), plan.arm(), answeredBy().orElse(plan.arm()), answered.outputs());
        case Score.Failed failed ->
            new Answer.Failed(id, ProblemType.MODEL_FAILED, "the model failed on this input");
        case Score.TimedOut late ->
            new Answer.Failed(
                id,
                ProblemType.TIMED_OUT,
                "the model did not answer in %d ms".formatted(late.afterNanos() / 1_000_000));
        case Score.Shed shed ->
            new Answer.Failed(
                id,
                ProblemType.UNAVAILABLE,
                "too many requests for this model now (%s); try again".formatted(shed.cause()));
      };
    }
  }

  private CompletionStage<Scored> score(
      ServedModel model, RoutePlan plan, InferenceRequest request) {
    Map<String, Score> byVersion = new LinkedHashMap<>();
    return score(model, plan.arm(), request)
        .thenCompose(
            first -> {
              byVersion.put(plan.arm(), first);
              if (first instanceof Score.Answered || plan.standIn().isEmpty()) {
                return CompletableFuture.completedStage(new Scored(byVersion));
              }
              String standIn = plan.standIn().get();
              return score(model, standIn, request)
                  .thenApply(
                      second -> {
                        byVersion.put(standIn, second);
                        return new Scored(byVersion);
                      });
            });
  }

  private CompletionStage<Score> score(
      ServedModel model, String version, InferenceRequest request) {
    return lease(model, version).score(request.inputs(), deadline);
  }

  private void shadowAndLog(
      PredictionId id, ServedModel model, RoutePlan plan, InferenceRequest request, Scored scored) {
    CompletableFuture<?>[] running = new CompletableFuture<?>[0];
    try {
      List<VersionScore> scores = new ArrayList<>();
      scored.byVersion().forEach((version, score) -> scores.add(VersionScores.of(version, score)));
      plan.notSampled().forEach(version -> scores.add(VersionScores.notSampled(version)));
      Map<String, CompletionStage<Score>> expected = startShadows(model, plan, request, scores);

      boolean logged =
          journal.predicted(
              new Prediction(
                  id,
                  request.clientId(),
                  model,
                  plan,
                  request.arrivedAt(),
                  request.inputs().values(),
                  request.rows(),
                  scored.answeredBy(),
                  scores));

      // Only now, so that a shadow's record always follows the prediction's.
      running =
          expected.entrySet().stream()
              .map(
                  shadow ->
                      shadow
                          .getValue()
                          .thenAccept(
                              score -> {
                                if (logged) {
                                  journal.shadowScored(
                                      id, model, VersionScores.of(shadow.getKey(), score));
                                } else {
                                  journal.shadowWithoutPrediction();
                                }
                              })
                          .toCompletableFuture())
              .toArray(CompletableFuture<?>[]::new);
    } catch (RuntimeException e) {
      LOG.errorf(e, "prediction %s was answered and could not be logged", id.value());
      journal.lost();
    }
    CompletableFuture.allOf(running)
        .whenComplete(
            (done, unexpected) -> {
              if (unexpected != null) {
                LOG.errorf(unexpected, "a shadow of %s could not be logged", id.value());
              }
              over(model);
            });
  }

  private Map<String, CompletionStage<Score>> startShadows(
      ServedModel model, RoutePlan plan, InferenceRequest request, List<VersionScore> scores) {
    Map<String, CompletionStage<Score>> expected = new LinkedHashMap<>();
    if (!(model.route() instanceof Route.Shadow route)) {
      return expected;
    }
    for (String version : plan.shadows()) {
      CompletableFuture<Score> score =
          shadows
              .offer(lease(model, version), request.inputs(), route.deadline())
              .toCompletableFuture();
      if (score.isDone() && score.resultNow() instanceof Score.Shed refused) {
        scores.add(VersionScores.of(version, refused));
      } else {
        scores.add(VersionScores.expected(version));
        expected.put(version, score);
      }
    }
    return expected;
  }

  private static ModelPool.Lease lease(ServedModel model, String version) {
    return model
        .version(version)
        .orElseThrow(
            () -> new IllegalStateException("version %s is not loaded".formatted(version)));
  }
}
