package dev.understudy.registry.audit;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of the trail. */
@ApplicationScoped
class AuditEvents implements PanacheRepository<AuditEvent> {
  /** The next number of the project's log; holds its lock until the transaction ends. */
  long nextSeq(String project) {
    return ((Number)
            getEntityManager()
                .createNativeQuery(
                    """
                    insert into audit_head (project, last_seq) values (:project, 1)
                    on conflict (project) do update set last_seq = audit_head.last_seq + 1
                    returning last_seq
                    """)
                .setParameter("project", project)
                .getSingleResult())
        .longValue();
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
