package dev.understudy.registry.catalog;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** The rows of versions. */
@ApplicationScoped
class Versions implements PanacheRepository<VersionEntity> {
  Optional<VersionEntity> numbered(long model, int number) {
    return find("modelId = ?1 and number = ?2", model, number).firstResultOptional();
  }

  List<VersionEntity> after(long model, int number, int limit) {
    return find("modelId = ?1 and number > ?2", Sort.by("number"), model, number)
        .page(0, limit)
        .list();
  }
}
