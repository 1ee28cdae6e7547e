package dev.understudy.registry.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A version's row. The database refuses to change or remove it. */
@Entity
@Immutable
@Table(name = "model_version")
class VersionEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Nullable Long id;

  @Column(name = "model_id")
  long modelId;

  @Column int number;
  @Column String sha256;
  @Column long bytes;
  @Column String format;
  @Column String description;

  @Column
  @ColumnTransformer(write = "?::jsonb")
  String metrics;

  @Column
  @ColumnTransformer(write = "?::jsonb")
  String parameters;

  @Column
  @ColumnTransformer(write = "?::jsonb")
  String run;

  @Column(name = "created_at")
  Instant createdAt;
}
