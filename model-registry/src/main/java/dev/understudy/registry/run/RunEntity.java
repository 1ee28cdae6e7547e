package dev.understudy.registry.run;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A run's row. */
@Entity
@Table(name = "run")
class RunEntity {
  @Id String id;

  @Column(name = "experiment_id")
  long experimentId;

  @Column String name;

  @Column(name = "user_name")
  String userName;

  @Column
  @Enumerated(EnumType.STRING)
  RunStatus status;

  @Column(name = "started_ms")
  long startedMs;

  @Column(name = "ended_ms")
  @Nullable Long endedMs;
}
