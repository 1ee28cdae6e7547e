package dev.understudy.registry.audit;

import dev.understudy.registry.chain.ChainHash;
import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Query;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of the trail. */
@ApplicationScoped
class AuditEvents implements PanacheRepository<AuditEvent> {
  /** Where a project's log ends. */
  record Head(long seq, byte[] hash) {}

  /** The end of the project's log; holds its lock until the transaction ends. */
  Head lockedHead(String project) {
    return headForUpdate(project)
        .orElseGet(
            () -> {
              getEntityManager()
                  .createNativeQuery(
                      """
                      insert into audit_head (project, last_seq, last_hash)
                      values (:project, 0, :genesis) on conflict (project) do nothing
                      """)
                  .setParameter("project", project)
                  .setParameter("genesis", ChainHash.genesis())
                  .executeUpdate();
              return headForUpdate(project).orElseThrow();
            });
  }

  /**
   * How a log ends, in one look.
   *
   * @param head what its head counts
   * @param lastEvent the number of the last event, 0 without any
   */
  record End(long head, byte[] hash, long lastEvent) {
    boolean endsWith(long seq, byte[] lastHash) {
      return head == seq
          && lastEvent == seq
          && (lastHash.length == 0 || Arrays.equals(hash, lastHash));
    }
  }

  End end(String project) {
    Object[] row =
        rows(
                """
                select coalesce((select last_seq from audit_head where project = :project), 0),
                  coalesce((select last_hash from audit_head where project = :project), ''),
                  coalesce((select max(seq) from audit_event where project = :project), 0)
                """,
                Map.of("project", project))
            .getFirst();
    return new End(((Number) row[0]).longValue(), (byte[]) row[1], ((Number) row[2]).longValue());
  }

  /**
   * The next events of a log; they are forgotten by the session, so that a long walk stays small.
   */
  List<AuditEvent> chain(String project, long after, long last, int limit) {
    List<AuditEvent> page =
        find("project = ?1 and seq > ?2 and seq <= ?3", Sort.by("seq"), project, after, last)
            .page(0, limit)
            .list();
    getEntityManager().clear();
    return page;
  }

  /** Every project that has a log or a checkpoint. */
  List<String> projects() {
    return getEntityManager()
        .createNativeQuery(
            "select project from audit_head union select distinct project from audit_checkpoint",
            String.class)
        .getResultList();
  }

  private Optional<Head> headForUpdate(String project) {
    return rows(
            "select last_seq, last_hash from audit_head where project = :project for update",
            Map.of("project", project))
        .stream()
        .map(row -> new Head(((Number) row[0]).longValue(), (byte[]) row[1]))
        .findFirst();
  }

  private List<Object[]> rows(String sql, Map<String, ?> parameters) {
    Query query = getEntityManager().createNativeQuery(sql, Object[].class);
    parameters.forEach(query::setParameter);
    List<Object[]> rows = new ArrayList<>();
    for (Object row : query.getResultList()) {
      rows.add((Object[]) row);
    }
    return rows;
  }

  List<AuditEvent> page(@Nullable String project, @Nullable String model, long after, int limit) {
    List<String> conditions = new ArrayList<>(List.of("id > :after"));
    Map<String, Object> parameters = new HashMap<>(Map.of("after", after));
    if (project != null) {
      conditions.add("project = :project");
      parameters.put("project", project);
    }
    if (model != null) {
      conditions.add("model = :model");
      parameters.put("model", model);
    }
    return find(String.join(" and ", conditions), Sort.by("id"), parameters).page(0, limit).list();
  }

  List<AuditEvent> of(String entity) {
    return list("entity", Sort.by("id"), entity);
  }
}
