package dev.understudy.registry.evaluation;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** The rows of evaluations, and the counts of those that were refused. */
@ApplicationScoped
class Evaluations implements PanacheRepository<EvaluationEntity> {
  List<EvaluationEntity> after(String rollout, long id, int limit) {
    return find("rolloutId = ?1 and id > ?2", Sort.by("id"), rollout, id).page(0, limit).list();
  }

  /** Counts a refusal, and says whether it is the first of its kind for this rollout. */
  boolean countRefusal(String rollout, String result, Instant now) {
    long times =
        ((Number)
                getEntityManager()
                    .createNativeQuery(
                        """
                        insert into evaluation_refusal (rollout_id, result, times, first_at, last_at)
                        values (:rollout, :result, 1, :now, :now)
                        on conflict (rollout_id, result) do update
                          set times = evaluation_refusal.times + 1, last_at = :now
                        returning times
                        """)
                    .setParameter("rollout", rollout)
                    .setParameter("result", result)
                    .setParameter("now", now)
                    .getSingleResult())
            .longValue();
    return times == 1;
  }
}
