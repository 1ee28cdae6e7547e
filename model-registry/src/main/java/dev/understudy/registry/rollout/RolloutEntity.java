package dev.understudy.registry.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.VersionRef;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rollout's row. */
@Entity
@Table(name = "rollout")
class RolloutEntity {
  @Id @Column String id;

  @Column(name = "model_id")
  long modelId;

  @Column
  @Enumerated(EnumType.STRING)
  RolloutState state;

  @Column(name = "current_version")
  byte[] currentVersion;

  @Column(name = "candidate_version")
  byte[] candidateVersion;

  /** The artefact's, by which attempts of the same candidate are counted. */
  @Column(name = "candidate_sha256", updatable = false)
  String candidateSha256;

  @Column String salt;

  /** A route with nothing but segments, hold-out and unit key. */
  @Column(updatable = false)
  byte[] eligibility;

  /** Of the split: number of the epoch that is live. */
  @Column int epoch;

  @Column(name = "widen_not_before")
  @Nullable Instant widenNotBefore;

  @Column @Nullable String reason;

  /** Rises with every change: the entity tag. */
  @Column long change;

  @Column(name = "created_at")
  Instant createdAt;

  @Column(name = "changed_at")
  Instant changedAt;

  Rollout rollout(List<RolloutTestEntity> tests) {
    return new Rollout(
        id,
        state,
        version(currentVersion),
        version(candidateVersion),
        salt,
        eligibility(),
        tests.stream().map(RolloutTestEntity::planned).toList(),
        new Ramp(epoch, widenNotBefore),
        reason);
  }

  void take(Rollout rollout, Instant now) {
    id = rollout.id();
    state = rollout.state();
    currentVersion = rollout.current().toByteArray();
    candidateVersion = rollout.candidate().toByteArray();
    candidateSha256 = rollout.candidate().getSha256();
    salt = rollout.salt();
    epoch = rollout.ramp().epoch();
    widenNotBefore = rollout.ramp().notBefore();
    eligibility = rollout.eligibility().toByteArray();
    reason = rollout.reason();
    change++;
    changedAt = now;
  }

  private Route eligibility() {
    try {
      return Route.parseFrom(eligibility);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept eligibility is not readable", e);
    }
  }

  private static VersionRef version(byte[] bytes) {
    try {
      return VersionRef.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept version is not readable", e);
    }
  }
}
