package dev.understudy.registry.rollout;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;

/** The rows of routes. */
@ApplicationScoped
class Routes implements PanacheRepositoryBase<RouteEntity, Long> {
  /** The model's route, made when it is new; nobody else changes the model's traffic meanwhile. */
  RouteEntity lock(long model) {
    getEntityManager()
        .createNativeQuery(
            "insert into model_route (model_id, revision, change) values (:model, 0, 0)"
                + " on conflict do nothing")
        .setParameter("model", model)
        .executeUpdate();
    return findById(model, LockModeType.PESSIMISTIC_WRITE);
  }

  /** The models that are served, and of which no period was ever written down. */
  List<Long> withoutHistory() {
    return getEntityManager()
        .createQuery(
            "select r.modelId from RouteEntity r where r.committed is not null and not exists"
                + " (select p.id from PeriodEntity p where p.modelId = r.modelId)"
                + " order by r.modelId",
            Long.class)
        .getResultList();
  }

  /** The models whose next route is being prepared. */
  List<Long> preparing() {
    return getEntityManager()
        .createQuery(
            "select r.modelId from RouteEntity r where r.prepared is not null order by r.modelId",
            Long.class)
        .getResultList();
  }
}
