package dev.understudy.registry.rollout;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.problem.IfMatch;
import dev.understudy.registry.problem.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what traffic the versions of a model get. Every change is one transaction: the model's
 * route is locked, {@link RolloutMoves} decides, and the new state, its audit row and what is to be
 * announced are written together. Thread-safe, also between replicas.
 */
@ApplicationScoped
public class RolloutControl {
  static final String API = "api";
  private static final String JUDGE = "judge";
  private static final int LONGEST_REASON = 1_000;

  /** A move was made and is committed now. */
  record Moved(String action) {}

  /** Whose rollout it is. */
  public record Subject(String project, String model) {}

  private final Catalog catalog;
  private final Routes routes;
  private final Rollouts rollouts;
  private final RolloutTests tests;
  private final RolloutPlanner planner;
  private final RolloutLedger ledger;
  private final BlockDesk blocks;
  private final Clock clock;

  RolloutControl(
      Catalog catalog,
      Routes routes,
      Rollouts rollouts,
      RolloutTests tests,
      RolloutPlanner planner,
      RolloutLedger ledger,
      BlockDesk blocks,
      Clock clock) {
    this.catalog = catalog;
    this.routes = routes;
    this.rollouts = rollouts;
    this.tests = tests;
    this.planner = planner;
    this.ledger = ledger;
    this.blocks = blocks;
    this.clock = clock;
  }

  /** Serves the first version of a model. */
  @Transactional
  void deploy(CatalogModel model, String version) {
    VersionRef chosen = planner.version(model, "version", version);
    RouteEntity row = routes.lock(model.id());
    ModelRoute route = row.route();
    if (route.committed() != null) {
      throw Refused.of(
          ProblemType.CONFLICT, "the model is served already; another version needs a rollout");
    }
    if (route.prepared() != null) {
      if (route.prepared().getCurrent().equals(chosen)) {
        return;
      }
      throw Refused.of(ProblemType.CONFLICT, "the first version is being prepared; wait for it");
    }
    planner.requireNoFallback(model, "version", version);
    ledger.write(model, row, null, RolloutMoves.deploy(route, chosen, clock.instant()), API);
  }

  /** Begins a rollout and returns its id. */
  @Transactional
  String start(CatalogModel model, RolloutRequest request) {
    List<RolloutRequest.Named> named = request.named();
    List<VersionRef> candidates =
        named.stream().map(one -> planner.version(model, one.field(), one.version())).toList();
    RouteEntity routeRow = routes.lock(model.id());
    endWatch(model, routeRow);
    ModelRoute route = routeRow.route();
    Route committed = route.committed();
    if (committed != null) {
      refuseCurrent(committed.getCurrent(), named, candidates);
    }
    if (committed != null && rollouts.live(model.id()).isPresent()) {
      // What is wrong with the request is said first: it will not get better by waiting.
      planner.plan(model, committed.getCurrent(), candidates, request);
    }
    rollouts
        .live(model.id())
        .ifPresent(
            live -> {
              throw Refused.of(
                  ProblemType.LIVE_ROLLOUT,
                  "rollout %s is %s; wait for its end, or stop it".formatted(live.id, live.state));
            });
    if (committed == null || route.prepared() != null || committed.getMode() != RouteMode.SINGLE) {
      String failure = route.failure();
      throw Refused.of(
          ProblemType.CONFLICT,
          committed == null && route.prepared() == null && failure != null
              ? "the model is not served, for its first version did not load: %s; PUT its route with another one"
                  .formatted(failure)
              : "the model is not served yet; PUT its route and wait for the commit");
    }
    VersionRef current = committed.getCurrent();
    for (int i = 0; i < candidates.size(); i++) {
      String field = named.get(i).field();
      VersionRef candidate = candidates.get(i);
      planner.requireNoFallback(model, field, candidate.getVersion());
      blocks.refuse(model, field, candidate);
    }
    Rollout rollout = planner.plan(model, current, candidates, request);
    RolloutEntity row = new RolloutEntity();
    row.modelId = model.id();
    row.createdAt = clock.instant();
    row.take(rollout, row.createdAt);
    rollouts.persist(row);
    rollouts.flush();
    ledger.write(model, routeRow, row, RolloutMoves.start(route, rollout, clock.instant()), API);
    return rollout.id();
  }

  private static void refuseCurrent(
      VersionRef current, List<RolloutRequest.Named> named, List<VersionRef> candidates) {
    for (int i = 0; i < candidates.size(); i++) {
      if (current.getVersion().equals(candidates.get(i).getVersion())) {
        throw Refused.field(
            named.get(i).field(), "version %s is current".formatted(current.getVersion()));
      }
    }
  }

  /** What is watched is watched until the next rollout starts; a refusal of that undoes this. */
  private void endWatch(CatalogModel model, RouteEntity routeRow) {
    RolloutEntity row = rollouts.watched(model.id()).orElse(null);
    if (row != null) {
      Rollout watched = row.rollout(tests.of(row.id));
      String why = "the next rollout starts before the watch is over";
      ledger.write(model, routeRow, row, RolloutMoves.watched(routeRow.route(), watched, why), API);
    }
  }

  /** Goes back to the former version after a promotion, because a person says so. */
  @Transactional
  void rollBack(CatalogModel model, String id, @Nullable String ifMatch, String reason) {
    RouteEntity routeRow = routes.lock(model.id());
    RolloutEntity row = locked(model, id);
    IfMatch.check(ifMatch, row.change);
    Rollout rollout = row.rollout(tests.of(id));
    if (!row.state.isPromoted() || !RolloutMoves.candidateHasTraffic(routeRow.route(), rollout)) {
      throw Refused.of(
          ProblemType.CONFLICT,
          row.state.isLive()
              ? "the rollout is %s; stop it instead".formatted(row.state)
              : "the rollout is %s and nobody stands by for it; start a rollout of the version you"
                      .formatted(row.state)
                  + " want");
    }
    Step step = RolloutMoves.rollBack(routeRow.route(), rollout, reason);
    ledger.write(model, routeRow, row, step, API);
  }

  /** Ends a live rollout because a person says so. */
  @Transactional
  void stop(CatalogModel model, String id, @Nullable String ifMatch, String reason) {
    RouteEntity routeRow = routes.lock(model.id());
    RolloutEntity row = locked(model, id);
    IfMatch.check(ifMatch, row.change);
    if (!row.state.isLive()) {
      throw Refused.of(
          ProblemType.CONFLICT,
          row.state == RolloutState.WATCHING
              ? "the rollout is promoted and watched; roll it back, or start the next one"
              : "the rollout is %s already".formatted(row.state));
    }
    Rollout rollout = row.rollout(tests.of(id));
    ledger.write(model, routeRow, row, RolloutMoves.stop(routeRow.route(), rollout, reason), API);
  }

  /**
   * Goes on to the next share of a split because a person says so: before its minimum time if they
   * like, but no more than the judge may while a guard is harmed.
   */
  @Transactional
  void widen(CatalogModel model, String id, @Nullable String ifMatch, double share, String reason) {
    RouteEntity routeRow = routes.lock(model.id());
    RolloutEntity row = locked(model, id);
    IfMatch.check(ifMatch, row.change);
    Rollout rollout = row.rollout(tests.of(id));
    WideningCheck.refuseUnlessNext(rollout, share);
    Optional<String> blocked =
        WideningCheck.blocked(rollout, this::latest)
            .or(
                () ->
                    rollout.liveTests().stream()
                        .flatMap(test -> latest(test).stream())
                        .flatMap(said -> WideningCheck.old(said, clock.instant()).stream())
                        .findFirst());
    if (blocked.isPresent()) {
      throw Refused.of(ProblemType.CONFLICT, blocked.get());
    }
    Step step = RolloutMoves.widen(routeRow.route(), rollout, reason, clock.instant());
    ledger.write(model, routeRow, row, step, API);
  }

  /** Lets the tests of a rollout begin that waits after its calibration. */
  @Transactional
  void confirm(CatalogModel model, String id, @Nullable String ifMatch, String reason) {
    RouteEntity routeRow = routes.lock(model.id());
    RolloutEntity row = locked(model, id);
    IfMatch.check(ifMatch, row.change);
    if (row.state != RolloutState.CALIBRATED) {
      throw Refused.of(
          ProblemType.CONFLICT,
          "the rollout is %s; only one that is CALIBRATED waits for a person".formatted(row.state));
    }
    Rollout rollout = row.rollout(tests.of(id));
    for (Contender one : rollout.in()) {
      planner.requireNoFallback(model, "candidate", one.name());
    }
    Step step = RolloutMoves.confirmed(routeRow.route(), rollout, reason, clock.instant());
    ledger.write(model, routeRow, row, step, API);
  }

  /**
   * Lets an evaluation act whose signature is good, and says what became of it. In the caller's
   * transaction, where there is one.
   */
  @Transactional
  public Judged judged(RolloutEvaluated said) {
    String id = said.getRolloutId();
    Optional<Long> modelId = rollouts.modelOf(id);
    if (modelId.isEmpty()) {
      return Judged.UNKNOWN_ROLLOUT;
    }
    RouteEntity routeRow = routes.lock(modelId.get());
    RolloutEntity row = rollouts.locked(id).orElseThrow();
    CatalogModel model = catalog.model(modelId.get());
    ModelRoute route = routeRow.route();
    Rollout rollout = row.rollout(tests.of(id));
    RolloutTestEntity test = tests.findById(said.getTestId());
    Judged judged =
        EvaluationCheck.check(
            said,
            model.project(),
            model.name(),
            route,
            rollout,
            test != null && test.begunAt != null,
            test == null ? -1 : test.lastNumber);
    if (judged == Judged.ACCEPTED) {
      test.lastNumber = said.getNumber();
      test.latest = said.toByteArray();
      Step step = moved(route, rollout, said);
      ledger.write(model, routeRow, row, step, JUDGE);
      boolean undone = step.rollout() != null && !step.rollout().state().isPromoted();
      if (rollout.state().isPromoted() && undone) {
        blocks.block(model, rollout, printable(said.getReason()));
      }
    }
    return judged;
  }

  /** What an accepted evaluation makes of a model's traffic. */
  private Step moved(ModelRoute route, Rollout rollout, RolloutEvaluated said) {
    Instant now = clock.instant();
    if (said.hasCalibration()) {
      List<PlannedTest> frozen =
          Calibrated.tests(rollout.liveTest().orElseThrow(), said.getCalibration());
      String tooLong = Calibrated.tooLong(frozen, said.getCalibration());
      return RolloutMoves.measured(route, rollout, frozen, tooLong, now);
    }
    Step step =
        RolloutMoves.judged(
            route,
            rollout,
            said.getCandidate(),
            said.getVerdict(),
            printable(said.getReason()),
            now);
    boolean widens =
        step.changesNothing()
            && WideningCheck.blocked(rollout, this::latest).isEmpty()
            && rollout.liveTests().stream()
                .flatMap(test -> latest(test).stream())
                .map(latest -> Instant.ofEpochMilli(latest.getLogTimeMs()))
                .allMatch(logTime -> rollout.ramp().isDue(logTime, now));
    return widens
        ? RolloutMoves.widen(route, rollout, "its minimum time is over, no guard is harmed", now)
        : step;
  }

  /** The last evaluation of a test that was accepted. */
  private Optional<RolloutEvaluated> latest(PlannedTest test) {
    return tests.findById(test.id()).evaluation();
  }

  /** Whose rollout that is, when it is one. */
  @Transactional
  public Optional<Subject> subject(String rollout) {
    return rollouts
        .modelOf(rollout)
        .map(catalog::model)
        .map(model -> new Subject(model.project(), model.name()));
  }

  private RolloutEntity locked(CatalogModel model, String id) {
    return rollouts
        .locked(id)
        .filter(one -> one.modelId == model.id())
        .orElseThrow(() -> Refused.missing("rollout", id));
  }

  private static String printable(String reason) {
    String flat = reason.replaceAll("\\p{Cntrl}", " ");
    return flat.length() <= LONGEST_REASON ? flat : flat.substring(0, LONGEST_REASON);
  }
}
