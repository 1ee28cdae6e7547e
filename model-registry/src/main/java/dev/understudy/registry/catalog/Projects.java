package dev.understudy.registry.catalog;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The rows of projects. */
@ApplicationScoped
class Projects implements PanacheRepository<ProjectEntity> {
  Optional<ProjectEntity> named(String name) {
    return find("name", name).firstResultOptional();
  }

  List<ProjectEntity> after(String name, int limit) {
    return find("name > ?1", Sort.by("name"), name).page(0, limit).list();
  }

  /** Whether it is new. */
  boolean addIfNew(String name, Instant now) {
    return getEntityManager()
            .createNativeQuery(
                "insert into project (name, created_at) values (:name, :now) on conflict do nothing")
            .setParameter("name", name)
            .setParameter("now", now)
            .executeUpdate()
        > 0;
  }
}
