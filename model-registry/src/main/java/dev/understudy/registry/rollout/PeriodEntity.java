package dev.understudy.registry.rollout;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a version did for its model, and how long. The database lets it be closed, once. */
@Entity
@Table(name = "deployment_period")
class PeriodEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Nullable Long id;

  @Column(name = "model_id", updatable = false)
  long modelId;

  @Column(updatable = false)
  int version;

  @Column(updatable = false)
  String sha256;

  @Column(updatable = false)
  @Enumerated(EnumType.STRING)
  Serving.Role role;

  @Column(updatable = false)
  @Nullable Double share;

  @Column(name = "rollout_id", updatable = false)
  @Nullable String rolloutId;

  @Column(updatable = false)
  long revision;

  @Column(name = "valid_from", updatable = false)
  Instant validFrom;

  @Column(name = "valid_to")
  @Nullable Instant validTo;

  Serving serving() {
    return new Serving(String.valueOf(version), sha256, role, share);
  }
}
