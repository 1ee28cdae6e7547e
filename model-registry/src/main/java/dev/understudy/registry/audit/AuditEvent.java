package dev.understudy.registry.audit;

import dev.understudy.registry.chain.ChainEvent;
import dev.understudy.registry.chain.ChainVerifier;
import dev.understudy.registry.chain.Envelope;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One row of the trail. The database refuses to change or remove it. */
@Entity
@Table(name = "audit_event")
class AuditEvent {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Nullable Long id;

  @Column String project;
  @Column long seq;
  @Column Instant at;
  @Column String actor;
  @Column String action;
  @Column @Nullable String model;
  @Column String entity;
  @Column String payload;
  @Column String envelope;

  @Column(name = "prev_hash")
  byte[] previousHash;

  @Column byte[] hash;

  ChainEvent link() {
    return new ChainEvent(seq, previousHash, hash, envelope);
  }

  /** Shows itself to a walk: what was hashed, and whether the columns say the same. */
  boolean isAcceptedBy(ChainVerifier walk) {
    if (seq == walk.seq() + 1
        && !new Envelope(project, seq, at, actor, action, model, entity, payload)
            .isSaidBy(envelope)) {
      return walk.refuse("event %d was changed: it is not what was hashed".formatted(seq));
    }
    return walk.accept(link());
  }

  AuditEntry entry() {
    return new AuditEntry(
        id == null ? 0 : id, project, seq, at, actor, action, model, entity, payload);
  }
}
