package dev.understudy.registry.outbox;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.Nullable;

/** One record that is to be sent, or was. */
@Entity
@Table(name = "outbox")
class OutboxRow {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Nullable Long id;

  @Column String topic;
  @Column String key;

  @Column
  @ColumnTransformer(write = "?::jsonb")
  String headers;

  @Column byte[] value;

  @Column(name = "created_at")
  Instant createdAt;

  @Column(name = "sent_at")
  @Nullable Instant sentAt;
}
