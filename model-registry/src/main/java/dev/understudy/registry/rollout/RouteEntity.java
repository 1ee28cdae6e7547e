package dev.understudy.registry.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.VersionRef;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A model's route, and the lock over everything that changes it. */
@Entity
@Table(name = "model_route")
class RouteEntity {
  @Id
  @Column(name = "model_id")
  long modelId;

  @Column long revision;
  @Column byte @Nullable [] committed;
  @Column byte @Nullable [] prepared;

  @Column(name = "prepared_at")
  @Nullable Instant preparedAt;

  @Column byte @Nullable [] standby;
  @Column @Nullable String failure;

  /** Rises with every change: the entity tag. */
  @Column long change;

  ModelRoute route() {
    try {
      return new ModelRoute(
          revision,
          committed == null ? null : Route.parseFrom(committed),
          prepared == null ? null : Route.parseFrom(prepared),
          preparedAt,
          standby == null ? null : VersionRef.parseFrom(standby),
          failure);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept route is not readable", e);
    }
  }

  void take(ModelRoute route) {
    revision = route.revision();
    committed = route.committed() == null ? null : route.committed().toByteArray();
    prepared = route.prepared() == null ? null : route.prepared().toByteArray();
    preparedAt = route.preparedAt();
    standby = route.standby() == null ? null : route.standby().toByteArray();
    failure = route.failure();
    change++;
  }
}
