package dev.understudy.registry.catalog;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** The rows of what people say of models and versions. */
@ApplicationScoped
class LabelRows implements PanacheRepository<ModelEntity> {
  /** Of a model or a version: the tables are alike. */
  enum Of {
    MODEL("model_tag", "model_id"),
    VERSION("version_tag", "version_id");

    private final String table;
    private final String link;

    Of(String table, String link) {
      this.table = table;
      this.link = link;
    }
  }

  void tag(Of of, long id, String key, String value) {
    getEntityManager()
        .createNativeQuery(
            """
            insert into %s (%s, key, value) values (:id, :key, :value)
            on conflict (%s, key) do update set value = excluded.value
            """
                .formatted(of.table, of.link, of.link))
        .setParameter("id", id)
        .setParameter("key", key)
        .setParameter("value", value)
        .executeUpdate();
  }

  void untag(Of of, long id, String key) {
    getEntityManager()
        .createNativeQuery(
            "delete from %s where %s = :id and key = :key".formatted(of.table, of.link))
        .setParameter("id", id)
        .setParameter("key", key)
        .executeUpdate();
  }

  long tags(Of of, long id) {
    return ((Number)
            getEntityManager()
                .createNativeQuery(
                    "select count(*) from %s where %s = :id".formatted(of.table, of.link))
                .setParameter("id", id)
                .getSingleResult())
        .longValue();
  }

  void describe(long model, String description, Instant now) {
    getEntityManager()
        .createNativeQuery("update model set description = :said, changed_at = :now where id = :id")
        .setParameter("id", model)
        .setParameter("said", description)
        .setParameter("now", now)
        .executeUpdate();
  }

  void touch(long model, Instant now) {
    getEntityManager()
        .createNativeQuery("update model set changed_at = :now where id = :id")
        .setParameter("id", model)
        .setParameter("now", now)
        .executeUpdate();
  }

  void describeVersion(long version, String description, Instant now) {
    getEntityManager()
        .createNativeQuery(
            """
            insert into version_note (version_id, description, changed_at)
            values (:id, :said, :now)
            on conflict (version_id) do update
            set description = excluded.description, changed_at = excluded.changed_at
            """)
        .setParameter("id", version)
        .setParameter("said", description)
        .setParameter("now", now)
        .executeUpdate();
  }
}
