package dev.understudy.registry.alias;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** One move of an alias. The database refuses to change or remove it. */
@Entity
@Immutable
@Table(name = "alias_move")
class AliasEntity {
  /** Which alias, and the number of the move: the entity tag. */
  @Embeddable
  record Key(
      @Column(name = "model_id") long modelId,
      @Column(name = "name") String name,
      @Column(name = "change") long change)
      implements Serializable {}

  @EmbeddedId Key key;

  /** Null when the alias was removed. */
  @Column @Nullable Integer version;

  @Column Instant at;
}
