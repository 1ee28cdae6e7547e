package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.CandidateShare;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.catalog.ServingSpec;
import dev.understudy.registry.problem.IfMatch;
import dev.understudy.registry.problem.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.transaction.Transactional;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes how a model is served. The route's lock is taken first, so every announcement carries the
 * policy that was decided last; the route keeps its revision, because nobody is assigned
 * differently. Thread-safe, also between replicas.
 */
@ApplicationScoped
class ServingDesk {
  private final Catalog catalog;
  private final Routes routes;
  private final Rollouts rollouts;
  private final RouteRecords records;
  private final AuditTrail audit;
  private final Event<RolloutControl.Moved> moved;

  ServingDesk(
      Catalog catalog,
      Routes routes,
      Rollouts rollouts,
      RouteRecords records,
      AuditTrail audit,
      Event<RolloutControl.Moved> moved) {
    this.catalog = catalog;
    this.routes = routes;
    this.rollouts = rollouts;
    this.records = records;
    this.audit = audit;
    this.moved = moved;
  }

  /** Serves the model like that from now on. */
  @Transactional
  void change(long modelId, @Nullable String ifMatch, ServingSpec wanted) {
    ModelRoute route = routes.lock(modelId).route();
    CatalogModel model = catalog.model(modelId);
    IfMatch.check(ifMatch, model.servingChange());
    catalog.serve(model, wanted);
    wanted.fallbackVersion().ifPresent(version -> requireFree(version, route, modelId));
    if (route.committed() != null || route.prepared() != null) {
      records.announce(modelId, route);
    }
    audit.record(
        model.project(),
        model.name(),
        RolloutControl.API,
        "serving.changed",
        "model/" + model.name(),
        Map.of("serving", wanted, "change", model.servingChange() + 1));
    moved.fire(new RolloutControl.Moved("serving.changed"));
  }

  /** Nor may it be one that waits, in no route, until its rollout goes on. */
  private void requireFree(String version, ModelRoute route, long modelId) {
    boolean waits =
        rollouts.live(modelId).stream()
            .flatMap(rollout -> rollout.candidates.stream())
            .map(CandidateRow::contender)
            .anyMatch(one -> one.isIn() && one.name().equals(version));
    boolean inUse =
        Stream.of(Optional.ofNullable(route.committed()), Optional.ofNullable(route.prepared()))
            .flatMap(Optional::stream)
            .flatMap(ServingDesk::assigned)
            .anyMatch(one -> one.getVersion().equals(version));
    if (inUse || waits) {
      throw Refused.field(
          "fallback.version",
          "version %s is current or a candidate; it cannot stand in for itself".formatted(version));
    }
  }

  private static Stream<VersionRef> assigned(Route route) {
    return Stream.concat(
        Stream.of(route.getCurrent()),
        route.getCandidatesList().stream().map(CandidateShare::getVersion));
  }
}
