package dev.understudy.registry.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.VersionRef;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.annotations.Fetch;
import org.hibernate.annotations.FetchMode;
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

  @ElementCollection(fetch = FetchType.EAGER)
  @Fetch(FetchMode.SELECT)
  @CollectionTable(name = "rollout_candidate", joinColumns = @JoinColumn(name = "rollout_id"))
  @OrderColumn(name = "number")
  List<CandidateRow> candidates = new ArrayList<>();

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
        candidates.stream().map(CandidateRow::contender).toList(),
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
    for (int i = 0; i < rollout.contenders().size(); i++) {
      Contender one = rollout.contenders().get(i);
      if (i == candidates.size()) {
        candidates.add(CandidateRow.of(one));
      } else if (!candidates.get(i).contender().equals(one)) {
        candidates.set(i, CandidateRow.of(one));
      }
    }
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
