package dev.understudy.registry.rollout;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An artefact that was rolled back after its promotion, until a person clears it. */
@Entity
@Table(name = "artefact_block")
class BlockEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Column
  @Nullable Long id;

  @Column(name = "model_id", updatable = false)
  long modelId;

  @Column(updatable = false)
  String sha256;

  @Column(name = "rollout_id", updatable = false)
  String rolloutId;

  @Column(updatable = false)
  String version;

  @Column(updatable = false)
  String reason;

  @Column(name = "blocked_at", updatable = false)
  Instant blockedAt;

  @Column(name = "cleared_at")
  @Nullable Instant clearedAt;

  @Column(name = "cleared_reason")
  @Nullable String clearedReason;
}
