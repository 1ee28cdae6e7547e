package dev.understudy.registry.rollout;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The rows of tests. */
@ApplicationScoped
class RolloutTests implements PanacheRepositoryBase<RolloutTestEntity, String> {
  /** The tests of a rollout: the shadow before the split. */
  List<RolloutTestEntity> of(String rollout) {
    return list("rolloutId", Sort.by("stage"), rollout);
  }
}
