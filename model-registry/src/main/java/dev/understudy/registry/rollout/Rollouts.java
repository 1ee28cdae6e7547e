package dev.understudy.registry.rollout;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The rows of rollouts. */
@ApplicationScoped
class Rollouts implements PanacheRepositoryBase<RolloutEntity, String> {
  private static final List<RolloutState> LIVE =
      Arrays.stream(RolloutState.values()).filter(RolloutState::isLive).toList();
  private static final List<RolloutState> UNDER_TEST =
      Arrays.stream(RolloutState.values()).filter(state -> state.liveTest().isPresent()).toList();

  /** The model of a rollout, without loading it: the model's route is locked first. */
  Optional<Long> modelOf(String id) {
    return getEntityManager()
        .createQuery("select r.modelId from RolloutEntity r where r.id = :id", Long.class)
        .setParameter("id", id)
        .getResultStream()
        .findFirst();
  }

  Optional<RolloutEntity> locked(String id) {
    return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE);
  }

  Optional<RolloutEntity> live(long model) {
    return find("modelId = ?1 and state in ?2", model, LIVE)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .firstResultOptional();
  }

  /** The promotion of the model that is watched now. */
  Optional<RolloutEntity> watched(long model) {
    return find("modelId = ?1 and state = ?2", model, RolloutState.WATCHING)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .firstResultOptional();
  }

  /** How many rollouts of that artefact against the model have come as far as a comparison. */
  int tested(long model, String sha256) {
    return getEntityManager()
        .createQuery(
            "select count(distinct r.id) from RolloutEntity r join r.candidates c,"
                + " RolloutTestEntity t where r.modelId = ?1 and c.sha256 = ?2"
                + " and t.rolloutId = r.id and t.begunAt is not null and t.stage <> ?3",
            Long.class)
        .setParameter(1, model)
        .setParameter(2, sha256)
        .setParameter(3, Stage.CALIBRATION)
        .getSingleResult()
        .intValue();
  }

  /** The models whose live test has begun before that moment. */
  List<Long> testedSinceBefore(Instant moment) {
    return getEntityManager()
        .createQuery(
            "select distinct r.modelId from RolloutEntity r, RolloutTestEntity t"
                + " where t.rolloutId = r.id and r.state in ?1 and t.begunAt < ?2",
            Long.class)
        .setParameter(1, UNDER_TEST)
        .setParameter(2, moment)
        .getResultList();
  }

  Optional<RolloutEntity> of(long model, String id) {
    return find("modelId = ?1 and id = ?2", model, id).firstResultOptional();
  }

  List<RolloutEntity> newest(long model, int limit) {
    return find("modelId", Sort.descending("createdAt"), model).page(0, limit).list();
  }
}
