package dev.understudy.registry.rollout;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who served a model as what, and when. Each change of a route closes and opens periods in its own
 * transaction, so the history is never behind the route. Thread-safe, also between replicas.
 */
@ApplicationScoped
class ServingHistory implements PanacheRepository<PeriodEntity> {
  private final Routes routes;
  private final Clock clock;

  ServingHistory(Routes routes, Clock clock) {
    this.routes = routes;
    this.clock = clock;
  }

  /** What a version did before there was a history is not known; from here on it is. */
  @Transactional
  void begin(@Observes StartupEvent event) {
    for (long model : routes.withoutHistory()) {
      ModelRoute route = routes.lock(model).route();
      String rollout = route.committed() == null ? "" : route.committed().getRolloutId();
      follow(model, route, rollout.isEmpty() ? null : rollout);
    }
  }

  /**
   * Writes down what the route changed. The caller holds the route's lock.
   *
   * @param rollout that changed it; null for a first deployment
   */
  void follow(long model, ModelRoute route, @Nullable String rollout) {
    Set<Serving> beginning = new LinkedHashSet<>(Serving.of(route));
    List<PeriodEntity> ending =
        list("modelId = ?1 and validTo is null", model).stream()
            .filter(open -> !beginning.remove(open.serving()))
            .toList();
    if (beginning.isEmpty() && ending.isEmpty()) {
      return;
    }
    // The clocks of two registries differ, and time must not run backwards in a history.
    Instant now = latest(model, clock.instant().truncatedTo(ChronoUnit.MICROS));
    ending.forEach(period -> period.validTo = now);
    // The database would take the new ones first and find two current versions.
    flush();
    for (Serving serving : beginning) {
      PeriodEntity period = new PeriodEntity();
      period.modelId = model;
      period.version = Integer.parseInt(serving.version());
      period.sha256 = serving.sha256();
      period.role = serving.role();
      period.share = serving.share();
      period.rolloutId = rollout;
      period.revision = route.committed() == null ? 0 : route.committed().getRevision();
      period.validFrom = now;
      persist(period);
    }
  }

  private Instant latest(long model, Instant now) {
    Instant known =
        getEntityManager()
            .createQuery(
                "select max(coalesce(p.validTo, p.validFrom)) from PeriodEntity p"
                    + " where p.modelId = :model",
                Instant.class)
            .setParameter("model", model)
            .getSingleResult();
    return known != null && known.isAfter(now) ? known : now;
  }

  /** Who served then, the current version first. */
  List<PeriodEntity> at(long model, Instant at) {
    return list(
        "modelId = ?1 and validFrom <= ?2 and (validTo is null or validTo > ?2)",
        Sort.by("role").and("version"),
        model,
        at);
  }

  /** The newest first, of those before that one. */
  List<PeriodEntity> newest(long model, long before, int limit) {
    return find("modelId = ?1 and id < ?2", Sort.descending("id"), model, before)
        .page(0, limit)
        .list();
  }
}
