package dev.understudy.gateway.inference;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.gateway.journal.Prediction;
import dev.understudy.gateway.journal.PredictionJournal;
import dev.understudy.gateway.journal.VersionScores;
import dev.understudy.gateway.routing.Planned;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.ServingPolicy.Fallback;
import dev.understudy.gateway.routing.ServingPolicy.LogPolicy;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.gateway.tracing.RequestTrace;
import dev.understudy.gateway.tracing.TraceContext;
import dev.understudy.gateway.tracing.Tracing;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.Score;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The way of a request: route, score, answer, shadow, log. Nothing here blocks: the caller's thread
 * only hands over, and the rest happens on the thread that has scored. Thread-safe.
 */
public final class InferencePipeline {
  private static final Logger LOG = Logger.getLogger(InferencePipeline.class);

  /** Of the requests that may take the last places of a queue. */
  private static final int HIGHEST = 1;

  /** The journal has a limit of its own, which is shorter. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Supplier<RoutingTable> liveTable;
  private final ShadowRunner shadows;
  private final PredictionJournal journal;
  private final InferenceMeters meters;
  private final Tracing tracing;
  private final Duration deadline;
  private final AtomicInteger inFlight = new AtomicInteger();

  /**
   * A pipeline.
   *
   * @param deadline of one version's answer; a stand-in and a fallback get the same again, within
   *     what the caller gives
   */
  public InferencePipeline(
      Supplier<RoutingTable> liveTable,
      ShadowRunner shadows,
      PredictionJournal journal,
      InferenceMeters meters,
      Tracing tracing,
      Duration deadline) {
    this.liveTable = liveTable;
    this.shadows = shadows;
    this.journal = journal;
    this.meters = meters;
    this.tracing = tracing;
    this.deadline = deadline;
  }

  /** Answers a request; the stage never completes exceptionally. */
  public CompletionStage<Answer> infer(InferenceRequest request) {
    Optional<ServedModel> entered = enter(request.model());
    if (entered.isEmpty()) {
      return refused(
          ProblemType.NOT_FOUND, "there is no model '%s' here".formatted(request.model()));
    }
    ServedModel model = entered.get();
    Optional<String> unserved = request.version().filter(name -> model.version(name).isEmpty());
    if (unserved.isPresent()) {
      model.leave();
      return refused(
          ProblemType.NOT_FOUND,
          "no route of model '%s' names version '%s'".formatted(request.model(), unserved.get()));
    }

    Optional<String> unlisted = unlistedAttribute(model, request);
    if (unlisted.isPresent()) {
      model.leave();
      return refused(
          ProblemType.INVALID_REQUEST,
          "attribute '%s' is not among those that the policy of model '%s' lists; leave it out"
              .formatted(unlisted.get(), model.name()));
    }

    PredictionId id = PredictionId.next();
    Planned planned;
    try {
      planned = model.plan(id, request.version(), request);
    } catch (RuntimeException e) {
      model.leave();
      LOG.error("a request could not be assigned", e);
      return refused(ProblemType.INTERNAL, "the gateway failed");
    }
    return switch (planned) {
      case RoutePlan plan -> answer(id, model, plan, request);
      case Planned.Refused torn -> {
        model.leave();
        yield refused(ProblemType.INVALID_REQUEST, torn.reason());
      }
    };
  }

  private static CompletionStage<Answer> refused(ProblemType problem, String reason) {
    return CompletableFuture.completedStage(new Answer.Refused(problem, reason));
  }

  private CompletionStage<Answer> answer(
      PredictionId id, ServedModel model, RoutePlan plan, InferenceRequest request) {
    inFlight.incrementAndGet();
    meters.assigned(model, plan, request);
    if (!plan.counts()) {
      meters.untested(model, plan.standing());
    }

    RequestTrace trace = begin(id, model, plan, request);
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    scoreOrFail(model, plan, request, trace)
        .whenComplete(
            (scored, unexpected) -> {
              Answer told;
              try {
                told = scored == null ? null : scored.toAnswer(id, model, plan, request.rows());
              } catch (RuntimeException e) {
                LOG.errorf(e, "the answer to %s could not be made", id.value());
                told = null;
              }
              if (scored == null || told == null) {
                LOG.errorf(unexpected, "prediction %s failed unexpectedly", id.value());
                journal.lost();
                answered(model, plan, request, "error", trace);
                answer.complete(new Answer.Failed(id, ProblemType.INTERNAL, "the gateway failed"));
                over(model);
              } else if (model.policy().log().mode() == LogPolicy.Mode.ASYNC) {
                answered(model, plan, request, scored.outcome(), trace);
                answer.complete(told);
                shadowAndLog(id, model, plan, request, scored, trace);
              } else {
                answerWhenSafe(id, model, plan, request, scored, told, answer, trace);
              }
            });
    return answer;
  }

  // Not on the thread that tells that it is safe: that is Kafka's or the journal's.
  private void answerWhenSafe(
      PredictionId id,
      ServedModel model,
      RoutePlan plan,
      InferenceRequest request,
      Scored scored,
      Answer told,
      CompletableFuture<Answer> answer,
      RequestTrace trace) {
    TimeBudget time = TimeBudget.of(request, LONGEST_WAIT, Instant.now());
    shadowAndLog(id, model, plan, request, scored, trace)
        .copy()
        .orTimeout(Math.max(0, time.left().toMillis()), TimeUnit.MILLISECONDS)
        .whenCompleteAsync(
            (safe, late) -> {
              boolean logged = Boolean.TRUE.equals(safe);
              answered(model, plan, request, logged ? scored.outcome() : "not_logged", trace);
              answer.complete(logged ? told : notLogged(id, late != null));
            });
  }

  private RequestTrace begin(
      PredictionId id, ServedModel model, RoutePlan plan, InferenceRequest request) {
    return tracing.isOn()
        ? tracing.begin(
            new Tracing.Assigned(
                model.name(),
                plan.arm(),
                id.value(),
                InferenceMeters.word(request.traits().protocol())),
            request.arrivedAt(),
            request.traits().header())
        : RequestTrace.NONE;
  }

  private void answered(
      ServedModel model,
      RoutePlan plan,
      InferenceRequest request,
      String code,
      RequestTrace trace) {
    meters.answered(model, plan, request, code);
    if (trace.isOn()) {
      trace.end(code, Scored.isGood(code));
    }
  }

  // Whoever is asked first may fail before there is a stage that could say so.
  private CompletionStage<Scored> scoreOrFail(
      ServedModel model, RoutePlan plan, InferenceRequest request, RequestTrace trace) {
    try {
      return score(model, plan, request, trace);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static Optional<String> unlistedAttribute(ServedModel model, InferenceRequest request) {
    if (request.traits().attributes().isEmpty()) {
      return Optional.empty();
    }
    return request.traits().attributes().keySet().stream()
        .filter(name -> !model.policy().attributes().contains(name))
        .map(name -> name.length() > 64 ? name.substring(0, 64) + "…" : name)
        .sorted()
        .findFirst();
  }

  private static Answer notLogged(PredictionId id, boolean callerIsGone) {
    return new Answer.Failed(
        id,
        callerIsGone ? ProblemType.TIMED_OUT : ProblemType.UNAVAILABLE,
        "the prediction could not be logged safely in time, as this model demands; it may be in the"
            + " log nonetheless, so send it again with the same id");
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

  private CompletionStage<Scored> score(
      ServedModel model, RoutePlan plan, InferenceRequest request, RequestTrace trace) {
    Map<String, Score> byVersion = new LinkedHashMap<>();
    return ask(plan.arm(), model, request, byVersion, trace)
        .thenCompose(
            answered ->
                answered || plan.standIn().isEmpty()
                    ? CompletableFuture.completedStage(answered)
                    : ask(plan.standIn().get(), model, request, byVersion, trace))
        .thenCompose(
            answered ->
                answered
                    ? CompletableFuture.completedStage(new Scored(byVersion, Optional.empty()))
                    : fallBack(model, plan, request, byVersion, trace));
  }

  private CompletionStage<Scored> fallBack(
      ServedModel model,
      RoutePlan plan,
      InferenceRequest request,
      Map<String, Score> byVersion,
      RequestTrace trace) {
    Optional<Fallback> fallback = model.fallback(plan);
    if (fallback.orElse(null) instanceof Fallback.Version(String version)
        && !byVersion.containsKey(version)) {
      return ask(version, model, request, byVersion, trace)
          .thenApply(answered -> new Scored(byVersion, answered ? fallback : Optional.empty()));
    }
    return CompletableFuture.completedStage(
        new Scored(byVersion, fallback.filter(Fallback.Stated.class::isInstance)));
  }

  /** Asks one version, keeps its score, and says whether it answered. */
  private CompletionStage<Boolean> ask(
      String version,
      ServedModel model,
      InferenceRequest request,
      Map<String, Score> byVersion,
      RequestTrace trace) {
    return traced(model, version, request, trace)
        .thenApply(
            score -> {
              byVersion.put(version, score);
              if (!(score instanceof Score.Answered)) {
                return false;
              }
              if (trace.isOn()) {
                trace.answeredBy(version);
              }
              return true;
            });
  }

  private CompletionStage<Score> traced(
      ServedModel model, String version, InferenceRequest request, RequestTrace trace) {
    if (!trace.isOn()) {
      return score(model, version, request);
    }
    RequestTrace part = trace.part("compute", version);
    try {
      return part.carry(() -> score(model, version, request))
          .whenComplete((score, none) -> end(part, score));
    } catch (RuntimeException e) {
      part.end("error", false);
      throw e;
    }
  }

  private static void end(RequestTrace part, Score score) {
    String code = Scored.code(score);
    part.end(code, Scored.isGood(code));
  }

  private CompletionStage<Score> score(
      ServedModel model, String version, InferenceRequest request) {
    ModelPool.Lease lease = lease(model, version);
    boolean waits = !lease.isCheap(request.inputs());
    if (waits && request.traits().priority() != HIGHEST && lease.isNearlyFull()) {
      Score shed = new Score.Shed("queue_full");
      meters.counted(model, version).scored(shed, request.rows(), 0, 0);
      return CompletableFuture.completedStage(shed);
    }
    Instant now = Instant.now();
    TimeBudget time = TimeBudget.of(request, deadline, now);
    long readNanos = InferenceMeters.nanosBetween(request.arrivedAt(), now);
    long askedAt = System.nanoTime();
    CompletionStage<Score> score =
        time.isOver()
            ? CompletableFuture.completedStage(new Score.Shed(TimeBudget.CAUSE))
            : lease.score(request.inputs(), time.left());
    return score.thenApply(
        late -> {
          Score judged = time.judged(late);
          meters
              .counted(model, version)
              .scored(judged, request.rows(), readNanos, System.nanoTime() - askedAt);
          return judged;
        });
  }

  /** Answers whether the prediction is logged as the model's policy demands. */
  private CompletableFuture<Boolean> shadowAndLog(
      PredictionId id,
      ServedModel model,
      RoutePlan plan,
      InferenceRequest request,
      Scored scored,
      RequestTrace trace) {
    List<CompletableFuture<?>> running = List.of();
    CompletableFuture<Boolean> safe = CompletableFuture.completedFuture(false);
    try {
      plan.notSampled().forEach(version -> shadows.notSampled(model.name(), version));
      List<Rehearsal> rehearsals = startShadows(model, plan, request, trace);

      CompletableFuture<Boolean> logged =
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
                  scored.fallback().isPresent(),
                  () -> scores(scored, plan, rehearsals),
                  request.traits().attributes(),
                  trace.isOn() ? trace.context() : TraceContext.NONE));
      safe = logged;

      // Only now, so that a shadow's record always follows the prediction's.
      running = log(id, model, rehearsals, logged);
    } catch (RuntimeException e) {
      LOG.errorf(e, "prediction %s was answered and could not be logged", id.value());
      journal.lost();
    }
    if (running.isEmpty() && safe.isDone()) {
      over(model);
      return safe;
    }
    CompletableFuture.allOf(
            CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)), safe)
        .whenComplete(
            (done, unexpected) -> {
              if (unexpected != null) {
                LOG.errorf(unexpected, "a shadow of %s could not be logged", id.value());
              }
              over(model);
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
      PredictionId id,
      ServedModel model,
      List<Rehearsal> rehearsals,
      CompletableFuture<Boolean> logged) {
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
                          id, model, VersionScores.of(shadow.version(), score), shadow.trace());
                    } else {
                      journal.shadowWithoutPrediction();
                    }
                  })
              .toCompletableFuture());
    }
    return running;
  }

  private List<Rehearsal> startShadows(
      ServedModel model, RoutePlan plan, InferenceRequest request, RequestTrace trace) {
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
                          lease(model, version),
                          request.inputs(),
                          route.deadline()))
              .toCompletableFuture();
      if (part.isOn()) {
        score.whenComplete((known, none) -> end(part, known));
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

  private static ModelPool.Lease lease(ServedModel model, String version) {
    return model
        .version(version)
        .orElseThrow(
            () -> new IllegalStateException("version %s is not loaded".formatted(version)));
  }
}
