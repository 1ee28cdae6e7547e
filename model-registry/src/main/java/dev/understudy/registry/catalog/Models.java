package dev.understudy.registry.catalog;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** The rows of models. */
@ApplicationScoped
class Models implements PanacheRepository<ModelEntity> {
  Optional<ModelEntity> named(long project, String name) {
    return find("projectId = ?1 and name = ?2", project, name).firstResultOptional();
  }

  List<ModelEntity> after(long project, String name, int limit) {
    return find("projectId = ?1 and name > ?2", Sort.by("name"), project, name)
        .page(0, limit)
        .list();
  }

  /** The next version's number; the model's row is locked until the transaction ends. */
  int nextVersion(long model) {
    return ((Number)
            getEntityManager()
                .createNativeQuery(
                    "update model set last_version = last_version + 1 where id = :id"
                        + " returning last_version")
                .setParameter("id", model)
                .getSingleResult())
        .intValue();
  }
}
