package dev.understudy.registry.audit;

import dev.understudy.registry.chain.ChainHash;
import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Query;
import java.util.ArrayList;
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
