package dev.understudy.registry.rollout;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.catalog.ServingSpec;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.registry.fleet.Fleet;
import dev.understudy.registry.fleet.Progress;
import dev.understudy.registry.outbox.Outbox;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.IfMatch;
import dev.understudy.registry.problem.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
  private static final String REGISTRY = "registry";
  private static final int SALT_BYTES = 16;
  private static final int LONGEST_REASON = 1_000;

  /** A move was made and is committed now. */
  record Moved(String action) {}

  /** Whose rollout it is. */
  public record Subject(String project, String model) {}

  private final Catalog catalog;
  private final Fleet fleet;
  private final Routes routes;
  private final Rollouts rollouts;
  private final RolloutTests tests;
  private final AuditTrail audit;
  private final Outbox outbox;
  private final RouteRecords records;
  private final Event<Moved> moved;
  private final Clock clock;
  private final Duration prepareTimeout;
  private final Duration shadowGrace;
  private final Duration judgePatience;
  private final SecureRandom random = new SecureRandom();

  RolloutControl(
      Catalog catalog,
      Fleet fleet,
      Routes routes,
      Rollouts rollouts,
      RolloutTests tests,
      AuditTrail audit,
      Outbox outbox,
      RouteRecords records,
      Event<Moved> moved,
      Clock clock,
      RegistryConfig config) {
    this.catalog = catalog;
    this.fleet = fleet;
    this.routes = routes;
    this.rollouts = rollouts;
    this.tests = tests;
    this.audit = audit;
    this.outbox = outbox;
    this.records = records;
    this.moved = moved;
    this.clock = clock;
    this.prepareTimeout = config.prepareTimeout();
    this.shadowGrace = config.shadowGrace();
    this.judgePatience = config.judgePatience();
  }

  /** Serves the first version of a model. */
  @Transactional
  void deploy(CatalogModel model, String version) {
    VersionRef chosen = version(model, "version", version);
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
    requireNoFallback(model, "version", version);
    apply(model, row, null, RolloutMoves.deploy(route, chosen, clock.instant()), API);
  }

  /** Begins a rollout and returns its id. */
  @Transactional
  String start(CatalogModel model, RolloutRequest request) {
    VersionRef candidate =
        version(model, "candidate", Checks.present("candidate", request.candidate()));
    RouteEntity routeRow = routes.lock(model.id());
    ModelRoute route = routeRow.route();
    Route committed = route.committed();
    if (committed != null && rollouts.live(model.id()).isPresent()) {
      // What is wrong with the request is said first: it will not get better by waiting.
      plan(model, committed.getCurrent(), candidate, request);
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
      throw Refused.of(
          ProblemType.CONFLICT,
          "the model is not served yet; PUT its route and wait for the commit");
    }
    VersionRef current = committed.getCurrent();
    if (current.getVersion().equals(candidate.getVersion())) {
      throw Refused.field("candidate", "version %s is current".formatted(current.getVersion()));
    }
    requireNoFallback(model, "candidate", candidate.getVersion());
    Rollout rollout = plan(model, current, candidate, request);
    RolloutEntity row = new RolloutEntity();
    row.modelId = model.id();
    row.createdAt = clock.instant();
    row.take(rollout, row.createdAt);
    rollouts.persist(row);
    rollouts.flush();
    rollout.tests().forEach(test -> tests.persist(RolloutTestEntity.of(rollout.id(), test)));
    apply(model, routeRow, row, RolloutMoves.start(route, rollout, clock.instant()), API);
    return rollout.id();
  }

  /** Ends a live rollout because a person says so. */
  @Transactional
  void stop(CatalogModel model, String id, @Nullable String ifMatch, String reason) {
    RouteEntity routeRow = routes.lock(model.id());
    RolloutEntity row =
        rollouts
            .locked(id)
            .filter(one -> one.modelId == model.id())
            .orElseThrow(() -> Refused.missing("rollout", id));
    IfMatch.check(ifMatch, row.change);
    if (!row.state.isLive()) {
      throw Refused.of(ProblemType.CONFLICT, "the rollout is %s already".formatted(row.state));
    }
    Rollout rollout = row.rollout(tests.of(id));
    apply(model, routeRow, row, RolloutMoves.stop(routeRow.route(), rollout, reason), API);
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
      Step step =
          RolloutMoves.judged(
              route, rollout, said.getVerdict(), printable(said.getReason()), clock.instant());
      apply(model, routeRow, row, step, JUDGE);
    }
    return judged;
  }

  /** Whose rollout that is, when it is one. */
  @Transactional
  public Optional<Subject> subject(String rollout) {
    return rollouts
        .modelOf(rollout)
        .map(catalog::model)
        .map(model -> new Subject(model.project(), model.name()));
  }

  /** Compares a prepared route with what the gateways report, and commits it or gives it up. */
  @Transactional
  void followUp(long modelId) {
    RouteEntity routeRow = routes.lock(modelId);
    ModelRoute route = routeRow.route();
    Route prepared = route.prepared();
    Instant since = route.preparedAt();
    if (prepared == null || since == null) {
      return;
    }
    CatalogModel model = catalog.model(modelId);
    RolloutEntity row = rollouts.live(modelId).orElse(null);
    Rollout rollout = row == null ? null : row.rollout(tests.of(row.id));
    long revision = prepared.getRevision();
    Step step =
        switch (fleet.progress(model.project(), model.name(), revision, since)) {
          case Progress.Ready ready -> RolloutMoves.prepared(route, rollout, revision);
          case Progress.Failed failed ->
              RolloutMoves.givenUp(
                  route,
                  rollout,
                  revision,
                  "gateway %s could not load version %s: %s"
                      .formatted(failed.gateway(), failed.version(), failed.reason()));
          case Progress.NobodyLive nobody ->
              RolloutMoves.givenUp(route, rollout, revision, "no gateway is live");
          case Progress.Waiting waiting ->
              waiting.since().plus(prepareTimeout).isBefore(clock.instant())
                  ? RolloutMoves.givenUp(
                      route,
                      rollout,
                      revision,
                      "not prepared within %s by %s"
                          .formatted(prepareTimeout, String.join(", ", waiting.gateways())))
                  : Step.nothing(route, rollout);
          case Progress.NotKnown unknown -> Step.nothing(route, rollout);
        };
    apply(model, routeRow, row, step, REGISTRY);
  }

  /**
   * Stops a rollout whose judge has said nothing final although the time of its live test is long
   * over: it was refused, or is away, and the candidate must not keep its traffic for ever.
   */
  @Transactional
  void endIfForgotten(long modelId) {
    RouteEntity routeRow = routes.lock(modelId);
    RolloutEntity row = rollouts.live(modelId).orElse(null);
    if (row == null) {
      return;
    }
    Rollout rollout = row.rollout(tests.of(row.id));
    PlannedTest test = rollout.liveTest().orElse(null);
    if (test == null) {
      return;
    }
    Instant begun = tests.findById(test.id()).begunAt;
    if (begun == null || begun.plus(test.longest()).plus(judgePatience).isAfter(clock.instant())) {
      return;
    }
    String why =
        "no verdict within %s after the end of test %s; see whether the collector runs and accepts"
            + " its definition";
    Step step =
        RolloutMoves.stop(routeRow.route(), rollout, why.formatted(judgePatience, test.id()));
    apply(catalog.model(modelId), routeRow, row, step, REGISTRY);
  }

  /** The models that may have such a rollout. */
  List<Long> mayBeForgotten() {
    return rollouts.testedSinceBefore(clock.instant().minus(judgePatience));
  }

  private Rollout plan(
      CatalogModel model, VersionRef current, VersionRef candidate, RolloutRequest request) {
    String id = UUID.randomUUID().toString();
    TestPlan plan =
        new TestPlan(
            id,
            model.project(),
            model.name(),
            current.getVersion(),
            candidate.getVersion(),
            model.spec().predicted(),
            model.spec().kpis(),
            model.spec().guards(),
            shadowGrace);
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return Rollout.planned(
        id,
        current,
        candidate,
        HexFormat.of().formatHex(salt),
        request.eligibility(model.spec(), name -> catalog.version(model, name)),
        plan.tests(request));
  }

  /** As the model is served now: it may have changed before the lock. */
  private void requireNoFallback(CatalogModel model, String field, String version) {
    ServingSpec serving = catalog.model(model.id()).spec().servingOrNone();
    if (serving.fallbackVersion().filter(version::equals).isPresent()) {
      throw Refused.field(
          field,
          "version %s is the model's fallback; PUT another way of serving it first"
              .formatted(version));
    }
  }

  private VersionRef version(CatalogModel model, String field, String version) {
    return catalog
        .version(model, version)
        .orElseThrow(
            () ->
                Refused.field(field, "'%s' has no version '%s'".formatted(model.name(), version)));
  }

  /** Writes one step: state, announcements in their order, audit row. */
  private void apply(
      CatalogModel model,
      RouteEntity routeRow,
      @Nullable RolloutEntity rolloutRow,
      Step step,
      String actor) {
    if (step.changesNothing()) {
      return;
    }
    Map<String, Object> detail = new LinkedHashMap<>();
    detail.put("revision", step.route().revision());
    if (step.reason() != null) {
      detail.put("reason", step.reason());
    }
    routeRow.take(step.route());
    if (rolloutRow != null && step.rollout() != null) {
      detail.put("from", rolloutRow.state);
      detail.put("to", step.rollout().state());
      rolloutRow.take(step.rollout(), clock.instant());
    }
    for (Step.Announcement announcement : step.announcements()) {
      switch (announcement) {
        case Step.Announcement.TestBegins(PlannedTest test) -> {
          tests.findById(test.id()).begunAt = clock.instant();
          outbox.append(Topic.TESTS, test.id(), test.announcement());
          detail.put("test", test.id());
          detail.put("definition_sha256", test.sha256());
        }
        case Step.Announcement.RouteChanges() -> records.announce(model.id(), step.route());
      }
    }
    String entity = rolloutRow == null ? "route/" + model.name() : "rollout/" + rolloutRow.id;
    audit.record(model.project(), model.name(), actor, step.action(), entity, detail);
    moved.fire(new Moved(step.action()));
  }

  private static String printable(String reason) {
    String flat = reason.replaceAll("\\p{Cntrl}", " ");
    return flat.length() <= LONGEST_REASON ? flat : flat.substring(0, LONGEST_REASON);
  }
}
