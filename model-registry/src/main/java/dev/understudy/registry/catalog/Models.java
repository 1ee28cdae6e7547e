package dev.understudy.registry.catalog;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
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

  /**
   * The next version's number; the model's row is locked until the transaction ends. Empty when the
   * model got its contract meanwhile.
   */
  Optional<Integer> nextVersion(long model, boolean defined) {
    List<?> numbers =
        getEntityManager()
            .createNativeQuery(
                "update model set last_version = last_version + 1"
                    + " where id = :id and (definition <> cast('{}' as jsonb)) = :defined"
                    + " returning last_version")
            .setParameter("id", model)
            .setParameter("defined", defined)
            .getResultList();
    return numbers.stream().map(number -> ((Number) number).intValue()).findFirst();
  }

  /** Gives a model that was only named its contract; false when it has one. */
  boolean define(long model, String definition, String serving) {
    return getEntityManager()
            .createNativeQuery(
                """
                update model set definition = cast(:definition as jsonb),
                  serving = cast(:serving as jsonb), defined_after = last_version
                where id = :id and definition = cast('{}' as jsonb)
                """)
            .setParameter("id", model)
            .setParameter("definition", definition)
            .setParameter("serving", serving)
            .executeUpdate()
        > 0;
  }

  /** Whether there was such a model, only named and without versions, and is none now. */
  boolean removeUnused(long model) {
    return getEntityManager()
            .createNativeQuery(
                "delete from model where id = :id and last_version = 0"
                    + " and definition = cast('{}' as jsonb)")
            .setParameter("id", model)
            .executeUpdate()
        > 0;
  }

  /** As {@link #removeUnused}, but only its name changes. */
  boolean renameUnused(long model, String name, Instant now) {
    return getEntityManager()
            .createNativeQuery(
                "update model set name = :name, changed_at = :now where id = :id"
                    + " and last_version = 0 and definition = cast('{}' as jsonb)")
            .setParameter("id", model)
            .setParameter("name", name)
            .setParameter("now", now)
            .executeUpdate()
        > 0;
  }

  /** The row as it is in the database now. */
  ModelEntity read(long model) {
    ModelEntity row = findById(model);
    getEntityManager().refresh(row);
    return row;
  }
}
