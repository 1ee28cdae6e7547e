package dev.understudy.gateway.inference;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.journal.PredictionJournal;
import dev.understudy.gateway.routing.Planned;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.ServingPolicy.Fallback;
import dev.understudy.gateway.routing.ServingPolicy.LogPolicy;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.gateway.tracing.RequestTrace;
import dev.understudy.gateway.tracing.Tracing;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.Score;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
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
  private final AfterAnswer afterAnswer;
  private final PredictionJournal journal;
  private final InferenceMeters meters;
  private final Tracing tracing;
  private final Refusals refusals;
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
    this.afterAnswer = new AfterAnswer(shadows, journal);
    this.journal = journal;
    this.meters = meters;
    this.tracing = tracing;
    this.refusals = new Refusals(liveTable, tracing);
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
    PredictionId id;
    RoutePlan plan;
    try {
      Optional<Answer.Refused> unfit = unfit(model, request);
      if (unfit.isPresent()) {
        model.leave();
        return CompletableFuture.completedStage(unfit.get());
      }
      id = PredictionId.next();
      Planned planned = model.plan(id, request.version(), request);
      if (planned instanceof Planned.Refused torn) {
        model.leave();
        return refused(ProblemType.INVALID_REQUEST, torn.reason());
      }
      plan = (RoutePlan) planned;
    } catch (RuntimeException | Error e) {
      model.leave();
      LOG.error("a request could not be assigned", e);
      return refused(ProblemType.INTERNAL, "the gateway failed");
    }
    return answer(id, model, plan, request);
  }

  private static Optional<Answer.Refused> unfit(ServedModel model, InferenceRequest request) {
    Optional<String> unserved = request.version().filter(name -> model.version(name).isEmpty());
    if (unserved.isPresent()) {
      return Optional.of(
          new Answer.Refused(
              ProblemType.NOT_FOUND,
              "no route of model '%s' names version '%s'; there are %s"
                  .formatted(request.model(), unserved.get(), model.versionNames())));
    }
    return unlistedAttribute(model, request)
        .map(
            unlisted ->
                new Answer.Refused(
                    ProblemType.INVALID_REQUEST,
                    ("attribute '%s' is not among those that the policy of model '%s' lists; leave"
                            + " it out")
                        .formatted(unlisted, model.name())));
  }

  private static CompletionStage<Answer> refused(ProblemType problem, String reason) {
    return CompletableFuture.completedStage(new Answer.Refused(problem, reason));
  }

  private CompletionStage<Answer> answer(
      PredictionId id, ServedModel model, RoutePlan plan, InferenceRequest request) {
    inFlight.incrementAndGet();
    Assigned assigned;
    try {
      meters.assigned(model, plan, request);
      if (!plan.counts()) {
        meters.untested(model, plan.standing());
      }
      assigned = new Assigned(id, model, plan, request, begin(id, model, plan, request));
    } catch (RuntimeException | Error e) {
      over(model);
      LOG.errorf(e, "prediction %s failed unexpectedly", id.value());
      journal.lost();
      return refused(ProblemType.INTERNAL, "the gateway failed");
    }

    CompletableFuture<Answer> answer = new CompletableFuture<>();
    scoreOrFail(assigned)
        .whenComplete(
            (scored, unexpected) -> {
              if (scored == null) {
                fail(assigned, unexpected, answer);
                return;
              }
              Answer told;
              try {
                told = scored.toAnswer(id, model, plan, request.rows());
              } catch (RuntimeException | Error e) {
                fail(assigned, e, answer);
                return;
              }
              if (model.policy().log().mode() == LogPolicy.Mode.ASYNC) {
                answered(assigned, scored.outcome());
                // A kill between the answer and its log is counted too.
                try (var _ = journal.answering()) {
                  answer.complete(told);
                  afterAnswer.follow(assigned, scored, () -> over(model));
                }
              } else {
                answerWhenSafe(assigned, scored, told, answer);
              }
            });
    return answer;
  }

  // Whatever else fails on the way: the caller hears of it, and the model is left.
  private void fail(Assigned assigned, Throwable why, CompletableFuture<Answer> answer) {
    try {
      LOG.errorf(why, "prediction %s failed unexpectedly", assigned.id().value());
      journal.lost();
      answered(assigned, "error");
    } finally {
      over(assigned.model());
      answer.complete(new Answer.Failed(assigned.id(), ProblemType.INTERNAL, "the gateway failed"));
    }
  }

  // Not on the thread that tells that it is safe: that is Kafka's or the journal's.
  private void answerWhenSafe(
      Assigned assigned, Scored scored, Answer told, CompletableFuture<Answer> answer) {
    CompletableFuture<Boolean> followed =
        afterAnswer.follow(assigned, scored, () -> over(assigned.model()));
    try {
      TimeBudget time = TimeBudget.of(assigned.request(), LONGEST_WAIT, Instant.now());
      followed
          .copy()
          .orTimeout(Math.max(0, time.left().toMillis()), TimeUnit.MILLISECONDS)
          .whenCompleteAsync(
              (safe, late) -> {
                boolean logged = Boolean.TRUE.equals(safe);
                answered(assigned, logged ? scored.outcome() : "not_logged");
                answer.complete(logged ? told : notLogged(assigned.id(), late != null));
              });
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "the answer to %s could not wait for its log", assigned.id().value());
      answer.complete(notLogged(assigned.id(), false));
    }
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

  private void answered(Assigned assigned, String code) {
    try {
      meters.answered(assigned.model(), assigned.plan(), assigned.request(), code);
      if (assigned.trace().isOn()) {
        assigned.trace().end(code, Scored.isGood(code));
      }
    } catch (RuntimeException | Error e) {
      // An answer goes out whether or not it could be counted.
      LOG.errorf(e, "the answer to %s could not be counted", assigned.id().value());
    }
  }

  // Whoever is asked first may fail before there is a stage that could say so.
  private CompletionStage<Scored> scoreOrFail(Assigned assigned) {
    try {
      return score(assigned);
    } catch (RuntimeException | Error e) {
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

  /** Whom those tell who refuse requests on the way here. */
  public Refusals refusals() {
    return refusals;
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

  private CompletionStage<Scored> score(Assigned assigned) {
    RoutePlan plan = assigned.plan();
    Map<String, Score> byVersion = new LinkedHashMap<>();
    return ask(plan.arm(), assigned, byVersion)
        .thenCompose(
            answered ->
                answered || plan.standIn().isEmpty()
                    ? CompletableFuture.completedStage(answered)
                    : ask(plan.standIn().get(), assigned, byVersion))
        .thenCompose(
            answered ->
                answered
                    ? CompletableFuture.completedStage(new Scored(byVersion, Optional.empty()))
                    : fallBack(assigned, byVersion));
  }

  private CompletionStage<Scored> fallBack(Assigned assigned, Map<String, Score> byVersion) {
    Optional<Fallback> fallback = assigned.model().fallback(assigned.plan());
    if (fallback.orElse(null) instanceof Fallback.Version(String version)
        && !byVersion.containsKey(version)) {
      return ask(version, assigned, byVersion)
          .thenApply(answered -> new Scored(byVersion, answered ? fallback : Optional.empty()));
    }
    return CompletableFuture.completedStage(
        new Scored(byVersion, fallback.filter(Fallback.Stated.class::isInstance)));
  }

  /** Asks one version, keeps its score, and says whether it answered. */
  private CompletionStage<Boolean> ask(
      String version, Assigned assigned, Map<String, Score> byVersion) {
    return traced(version, assigned)
        .thenApply(
            score -> {
              byVersion.put(version, score);
              if (!(score instanceof Score.Answered)) {
                return false;
              }
              if (assigned.trace().isOn()) {
                assigned.trace().answeredBy(version);
              }
              return true;
            });
  }

  private CompletionStage<Score> traced(String version, Assigned assigned) {
    if (!assigned.trace().isOn()) {
      return score(version, assigned);
    }
    RequestTrace part = assigned.trace().part("compute", version);
    try {
      return part.carry(() -> score(version, assigned))
          .whenComplete((score, none) -> Scored.end(part, score));
    } catch (RuntimeException | Error e) {
      part.end("error", false);
      throw e;
    }
  }

  private CompletionStage<Score> score(String version, Assigned assigned) {
    InferenceRequest request = assigned.request();
    VersionStatistics counted = meters.counted(assigned.model(), version);
    ModelPool.Lease lease = assigned.lease(version);
    boolean waits = !lease.isCheap(request.inputs());
    if (waits && request.traits().priority() != HIGHEST && lease.isNearlyFull()) {
      Score shed = new Score.Shed("queue_full");
      counted.scored(shed, request.rows(), 0, 0);
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
          counted.scored(judged, request.rows(), readNanos, System.nanoTime() - askedAt);
          return judged;
        });
  }
}
