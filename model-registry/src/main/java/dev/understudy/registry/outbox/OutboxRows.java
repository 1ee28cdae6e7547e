package dev.understudy.registry.outbox;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** The rows of the outbox. */
@ApplicationScoped
class OutboxRows implements PanacheRepository<OutboxRow> {
  /** Any number that no other advisory lock of this database uses. */
  private static final long RELAY_LOCK = 0x556e6465727374L;

  /** Whether this transaction is the one relay now; the lock goes with the transaction. */
  boolean lockForRelay() {
    return (Boolean)
        getEntityManager()
            .createNativeQuery("select pg_try_advisory_xact_lock(:lock)")
            .setParameter("lock", RELAY_LOCK)
            .getSingleResult();
  }

  List<OutboxRow> oldestUnsent(int most) {
    return find("sentAt is null", Sort.by("id")).page(0, most).list();
  }

  /** Removes what was sent before that moment; the announcements themselves are on the topics. */
  long forgetSentBefore(Instant moment) {
    return delete("sentAt < ?1", moment);
  }

  long pending() {
    return count("sentAt is null");
  }
}
