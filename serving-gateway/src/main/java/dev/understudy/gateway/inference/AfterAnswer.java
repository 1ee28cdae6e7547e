package dev.understudy.gateway.inference;

import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.gateway.journal.Prediction;
import dev.understudy.gateway.journal.PredictionJournal;
import dev.understudy.gateway.journal.VersionScores;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.gateway.tracing.RequestTrace;
import dev.understudy.gateway.tracing.TraceContext;
import dev.understudy.scoring.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/**
 * What follows an answer that a caller already has, or that waits for its log: the shadows are
 * started, and the prediction is logged with what became of them. Thread-safe.
 */
final class AfterAnswer {
  private static final Logger LOG = Logger.getLogger(AfterAnswer.class);

  private final ShadowRunner shadows;
  private final PredictionJournal journal;

  AfterAnswer(ShadowRunner shadows, PredictionJournal journal) {
    this.shadows = shadows;
    this.journal = journal;
  }

  /**
   * Starts the shadows and logs the request.
   *
   * @param over called once, when nothing is left to be done
   * @return whether the prediction is logged as the model's policy demands, once that is known
   */
  CompletableFuture<Boolean> follow(Assigned assigned, Scored scored, Runnable over) {
    ServedModel model = assigned.model();
    RoutePlan plan = assigned.plan();
    InferenceRequest request = assigned.request();
    RequestTrace trace = assigned.trace();
    List<CompletableFuture<?>> running = List.of();
    CompletableFuture<Boolean> safe = CompletableFuture.completedFuture(false);
    try {
      plan.notSampled().forEach(version -> shadows.notSampled(model.name(), version));
      List<Rehearsal> rehearsals = start(assigned);

      CompletableFuture<Boolean> logged =
          journal.predicted(
              new Prediction(
                  assigned.id(),
                  request.clientId(),
                  model,
                  plan,
                  request.arrivedAt(),
                  request.inputs().values(),
                  request.rows(),
                  scored.answeredBy(),
                  scored.fallback().isPresent(),
                  () -> scores(scored, plan, rehearsals),
                  request.traits().attributes(),
                  trace.isOn() ? trace.context() : TraceContext.NONE));
      safe = logged;

      // Only now, so that a shadow's record always follows the prediction's.
      running = log(assigned, rehearsals, logged);
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "prediction %s was answered and could not be logged", assigned.id().value());
      journal.lost();
    }
    if (running.isEmpty() && safe.isDone()) {
      over.run();
      return safe;
    }
    CompletableFuture.allOf(
            CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)), safe)
        .whenComplete(
            (done, unexpected) -> {
              if (unexpected != null) {
                LOG.errorf(unexpected, "a shadow of %s could not be logged", assigned.id().value());
              }
              over.run();
            });
    return safe;
  }

  /**
   * A shadow.
   *
   * @param refused why it was not taken on; empty: its score follows
   */
  private record Rehearsal(
      String version,
      Optional<Score.Shed> refused,
      CompletionStage<Score> score,
      TraceContext trace) {}

  private static List<VersionScore> scores(
      Scored scored, RoutePlan plan, List<Rehearsal> rehearsals) {
    List<VersionScore> scores = new ArrayList<>();
    scored.byVersion().forEach((version, score) -> scores.add(VersionScores.of(version, score)));
    plan.notSampled().forEach(version -> scores.add(VersionScores.notSampled(version)));
    for (Rehearsal shadow : rehearsals) {
      scores.add(
          shadow.refused().isPresent()
              ? VersionScores.of(shadow.version(), shadow.refused().get())
              : VersionScores.expected(shadow.version()));
    }
    return scores;
  }

  private List<CompletableFuture<?>> log(
      Assigned assigned, List<Rehearsal> rehearsals, CompletableFuture<Boolean> logged) {
    List<CompletableFuture<?>> running = new ArrayList<>(rehearsals.size());
    for (Rehearsal shadow : rehearsals) {
      if (shadow.refused().isPresent()) {
        continue;
      }
      running.add(
          shadow
              .score()
              .thenAccept(
                  score -> {
                    if (logged.getNow(true)) {
                      journal.shadowScored(
                          assigned.id(),
                          assigned.model(),
                          VersionScores.of(shadow.version(), score),
                          shadow.trace());
                    } else {
                      journal.shadowWithoutPrediction();
                    }
                  })
              .toCompletableFuture());
    }
    return running;
  }

  private List<Rehearsal> start(Assigned assigned) {
    ServedModel model = assigned.model();
    RoutePlan plan = assigned.plan();
    RequestTrace trace = assigned.trace();
    if (!(model.route() instanceof Route.Shadow route) || plan.shadows().isEmpty()) {
      return List.of();
    }
    List<Rehearsal> rehearsals = new ArrayList<>(plan.shadows().size());
    for (String version : plan.shadows()) {
      RequestTrace part = trace.isOn() ? trace.part("shadow", version) : RequestTrace.NONE;
      CompletableFuture<Score> score =
          part.carry(
                  () ->
                      shadows.offer(
                          model.name(),
                          version,
                          assigned.lease(version),
                          assigned.request().inputs(),
                          route.deadline()))
              .toCompletableFuture();
      if (part.isOn()) {
        score.whenComplete((known, none) -> Scored.end(part, known));
      }
      rehearsals.add(
          new Rehearsal(
              version,
              score.isDone() && score.resultNow() instanceof Score.Shed refused
                  ? Optional.of(refused)
                  : Optional.empty(),
              score,
              part.isOn() ? part.context() : TraceContext.NONE));
    }
    return rehearsals;
  }
}
