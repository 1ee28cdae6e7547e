package dev.understudy.registry.audit;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Query;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of the checkpoints. */
@ApplicationScoped
class Checkpoints implements PanacheRepository<CheckpointEntity> {
  /** Any number that no other advisory lock of this database uses. */
  private static final long CHECKPOINT_LOCK = 0x6175646974L;

  /**
   * How far a project's log and its checkpoints are.
   *
   * @param vouched the size of the last checkpoint, 0 without any
   * @param due whether the next one should be made
   */
  record Standing(String project, long vouched, boolean due) {}

  /** Whether this transaction is the one that makes checkpoints now; ends with the transaction. */
  boolean lock() {
    return (Boolean)
        getEntityManager()
            .createNativeQuery("select pg_try_advisory_xact_lock(:lock)")
            .setParameter("lock", CHECKPOINT_LOCK)
            .getSingleResult();
  }

  /**
   * Every log.
   *
   * @param events so many without a checkpoint make one due
   * @param before so does one that is as old
   */
  List<Standing> standings(long events, Instant before) {
    Query query =
        getEntityManager()
            .createNativeQuery(
                """
                select h.project, coalesce(c.size, 0),
                  h.last_seq > coalesce(c.size, 0)
                  and (h.last_seq - coalesce(c.size, 0) >= :events
                    or coalesce((select e.at from audit_event e where e.project = h.project
                      and e.seq = coalesce(c.size, 0) + 1), :before) <= :before)
                from audit_head h
                left join lateral (select size from audit_checkpoint where project = h.project
                  order by size desc limit 1) c on true
                order by h.project
                """,
                Object[].class)
            .setParameter("events", events)
            .setParameter("before", before);
    List<Standing> all = new ArrayList<>();
    for (Object found : query.getResultList()) {
      Object[] row = (Object[]) found;
      all.add(new Standing((String) row[0], ((Number) row[1]).longValue(), (Boolean) row[2]));
    }
    return all;
  }

  Optional<CheckpointEntity> last(String project) {
    return find("project = ?1", Sort.descending("size"), project).firstResultOptional();
  }

  /** The largest that is smaller than that. */
  Optional<CheckpointEntity> lastBefore(String project, long size) {
    return find("project = ?1 and size < ?2", Sort.descending("size"), project, size)
        .firstResultOptional();
  }

  Optional<CheckpointEntity> of(String project, long size) {
    return find("project = ?1 and size = ?2", project, size).firstResultOptional();
  }

  List<CheckpointEntity> after(String project, long size, int limit) {
    return find("project = ?1 and size > ?2", Sort.by("size"), project, size).page(0, limit).list();
  }
}
