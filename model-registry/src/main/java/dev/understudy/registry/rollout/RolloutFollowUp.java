package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Route;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.registry.fleet.Fleet;
import dev.understudy.registry.fleet.Progress;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Does what time and the gateways decide: commits or gives up what was prepared, and stops what its
 * judge forgot. Each is one transaction as in {@link RolloutControl}. Thread-safe, also between
 * replicas.
 */
@ApplicationScoped
class RolloutFollowUp {
  private static final String REGISTRY = "registry";

  private final Catalog catalog;
  private final Fleet fleet;
  private final Routes routes;
  private final Rollouts rollouts;
  private final RolloutTests tests;
  private final RolloutLedger ledger;
  private final Clock clock;
  private final Duration prepareTimeout;
  private final Duration judgePatience;

  RolloutFollowUp(
      Catalog catalog,
      Fleet fleet,
      Routes routes,
      Rollouts rollouts,
      RolloutTests tests,
      RolloutLedger ledger,
      Clock clock,
      RegistryConfig config) {
    this.catalog = catalog;
    this.fleet = fleet;
    this.routes = routes;
    this.rollouts = rollouts;
    this.tests = tests;
    this.ledger = ledger;
    this.clock = clock;
    this.prepareTimeout = config.prepareTimeout();
    this.judgePatience = config.judgePatience();
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
          case Progress.Ready ready ->
              RolloutMoves.prepared(route, rollout, revision, clock.instant());
          case Progress.Failed failed ->
              RolloutMoves.unloadable(
                  route,
                  rollout,
                  revision,
                  failed.version(),
                  "gateway %s could not load version %s: %s"
                      .formatted(failed.gateway(), failed.version(), failed.reason()),
                  clock.instant());
          case Progress.NobodyLive nobody ->
              RolloutMoves.givenUp(route, rollout, revision, "no gateway is live", clock.instant());
          case Progress.Waiting waiting ->
              waiting.since().plus(prepareTimeout).isBefore(clock.instant())
                  ? RolloutMoves.givenUp(
                      route,
                      rollout,
                      revision,
                      "not prepared within %s by %s"
                          .formatted(prepareTimeout, String.join(", ", waiting.gateways())),
                      clock.instant())
                  : Step.nothing(route, rollout);
          case Progress.NotKnown unknown -> Step.nothing(route, rollout);
        };
    ledger.write(model, routeRow, row, step, REGISTRY);
  }

  /**
   * Stops a rollout whose judge has said nothing final although the time of its live test is long
   * over: it was refused, or is away, and the candidate must not keep its traffic for ever. Of a
   * watch only the watch ends.
   */
  @Transactional
  void endIfForgotten(long modelId) {
    RouteEntity routeRow = routes.lock(modelId);
    RolloutEntity row = rollouts.live(modelId).or(() -> rollouts.watched(modelId)).orElse(null);
    if (row == null) {
      return;
    }
    Rollout rollout = row.rollout(tests.of(row.id));
    PlannedTest test =
        rollout.liveTests().stream().filter(this::isForgotten).findFirst().orElse(null);
    if (test == null) {
      return;
    }
    String why =
        "no verdict within %s after the end of test %s; see whether the collector runs and accepts"
            + " its definition";
    String said = why.formatted(judgePatience, test.id());
    Step step =
        rollout.state() == RolloutState.WATCHING
            ? RolloutMoves.watched(routeRow.route(), rollout, said)
            : test.stage() == Stage.CALIBRATION
                ? RolloutMoves.stop(routeRow.route(), rollout, said)
                : CandidateMoves.left(
                    routeRow.route(),
                    rollout,
                    test.candidate(),
                    Contender.Standing.STOPPED,
                    said,
                    clock.instant());
    ledger.write(catalog.model(modelId), routeRow, row, step, REGISTRY);
  }

  private boolean isForgotten(PlannedTest test) {
    Instant begun = tests.findById(test.id()).begunAt;
    return begun != null
        && !begun.plus(test.longest()).plus(judgePatience).isAfter(clock.instant());
  }

  /** The models that may have such a rollout. */
  List<Long> mayBeForgotten() {
    return rollouts.testedSinceBefore(clock.instant().minus(judgePatience));
  }
}
