package dev.understudy.registry.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.Nullable;

/** A model's row, with the counter that names its versions. */
@Entity
@Table(name = "model")
class ModelEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Nullable Long id;

  @Column(name = "project_id")
  long projectId;

  @Column String name;

  /** The empty object of a model that was only named. */
  @Column(updatable = false)
  @ColumnTransformer(write = "?::jsonb")
  String definition;

  /** May change, unlike the rest of the definition. */
  @Column
  @ColumnTransformer(write = "?::jsonb")
  String serving;

  /** Rises with every change of how it is served: the entity tag. */
  @Column(name = "serving_change")
  long servingChange;

  /** Moves by a statement of its own, so that two uploads never get the same name. */
  @Column(name = "last_version", updatable = false)
  int lastVersion;

  /** What people say of it; may change. */
  @Column String description = "";

  @Column(name = "changed_at")
  @Nullable Instant changedAt;

  /** Up to this number versions came before the contract, and nobody compared them with it. */
  @Column(name = "defined_after", updatable = false)
  int definedAfter;

  @Column(name = "created_at")
  Instant createdAt;
}
