package dev.understudy.registry.alias;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The rows of aliases and their moves. */
@ApplicationScoped
class Aliases implements PanacheRepositoryBase<AliasEntity, AliasEntity.Key> {
  private static final String SELECT = "select model_id, name, version, change from model_alias";

  /** Nobody else moves an alias of the model until the transaction ends. */
  void lock(long model) {
    getEntityManager()
        .createNativeQuery("select id from model where id = :id for update")
        .setParameter("id", model)
        .getSingleResult();
  }

  Optional<Alias> named(long model, String name) {
    return aliases(
            getEntityManager()
                .createNativeQuery(SELECT + " where model_id = :model and name = :name")
                .setParameter("model", model)
                .setParameter("name", name)
                .getResultList())
        .stream()
        .findFirst();
  }

  List<Alias> of(Collection<Long> models) {
    return aliases(
        getEntityManager()
            .createNativeQuery(SELECT + " where model_id in (:models) order by model_id, name")
            .setParameter("models", models)
            .getResultList());
  }

  private static List<Alias> aliases(List<?> rows) {
    List<Alias> aliases = new ArrayList<>();
    for (Object row : rows) {
      Object[] columns = (Object[]) row;
      aliases.add(
          new Alias(
              ((Number) columns[0]).longValue(),
              (String) columns[1],
              ((Number) columns[2]).intValue(),
              ((Number) columns[3]).longValue()));
    }
    return aliases;
  }

  void put(Alias alias, Instant now) {
    getEntityManager()
        .createNativeQuery(
            """
            insert into model_alias (model_id, name, version, change, changed_at)
            values (:model, :name, :version, :change, :now)
            on conflict (model_id, name) do update set version = excluded.version,
              change = excluded.change, changed_at = excluded.changed_at
            """)
        .setParameter("model", alias.model())
        .setParameter("name", alias.name())
        .setParameter("version", alias.version())
        .setParameter("change", alias.change())
        .setParameter("now", now)
        .executeUpdate();
  }

  void remove(Alias alias) {
    getEntityManager()
        .createNativeQuery("delete from model_alias where model_id = :model and name = :name")
        .setParameter("model", alias.model())
        .setParameter("name", alias.name())
        .executeUpdate();
  }

  /** The number of the last move; 0 when there was none. */
  long lastChange(long model, String name) {
    return find("key.modelId = ?1 and key.name = ?2 order by key.change desc", model, name)
        .firstResultOptional()
        .map(move -> move.key.change())
        .orElse(0L);
  }

  List<AliasEntity> moves(long model, String name, long after, int limit) {
    return find(
            "key.modelId = ?1 and key.name = ?2 and key.change > ?3 order by key.change",
            model,
            name,
            after)
        .page(0, limit)
        .list();
  }
}
