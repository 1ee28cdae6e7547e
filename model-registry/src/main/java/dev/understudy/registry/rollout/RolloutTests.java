package dev.understudy.registry.rollout;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The rows of tests. */
@ApplicationScoped
class RolloutTests implements PanacheRepositoryBase<RolloutTestEntity, String> {
  /** Writes those tests of a rollout that are new. */
  void keep(Rollout rollout) {
    for (PlannedTest test : rollout.tests()) {
      if (findById(test.id()) == null) {
        persist(RolloutTestEntity.of(rollout.id(), test));
      }
    }
  }

  /** The tests of a rollout: the calibration, the shadows, the splits, the watches. */
  List<RolloutTestEntity> of(String rollout) {
    return list("rolloutId", Sort.by("stage", "testId"), rollout);
  }
}
