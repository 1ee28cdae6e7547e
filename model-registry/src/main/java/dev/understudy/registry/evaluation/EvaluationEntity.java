package dev.understudy.registry.evaluation;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** An accepted evaluation: the signed bytes, and what is searched for. */
@Entity
@Immutable
@Table(name = "evaluation")
class EvaluationEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Nullable Long id;

  @Column(name = "rollout_id")
  String rolloutId;

  @Column(name = "test_id")
  String testId;

  @Column long number;
  @Column String verdict;

  @Column(name = "log_time")
  Instant logTime;

  @Column(name = "received_at")
  Instant receivedAt;

  @Column(name = "record")
  byte[] signed;

  @Column byte[] signature;
}
