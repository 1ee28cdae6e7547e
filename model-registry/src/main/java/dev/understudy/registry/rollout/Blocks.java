package dev.understudy.registry.rollout;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** The rows of blocked artefacts. */
@ApplicationScoped
class Blocks implements PanacheRepository<BlockEntity> {
  /** The block of an artefact against a model that nobody has cleared. */
  Optional<BlockEntity> standing(long model, String sha256) {
    return find("modelId = ?1 and sha256 = ?2 and clearedAt is null", model, sha256)
        .firstResultOptional();
  }

  List<BlockEntity> newest(long model, int limit) {
    return find("modelId", Sort.descending("id"), model).page(0, limit).list();
  }
}
