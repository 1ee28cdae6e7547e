package dev.understudy.registry.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.RolloutEvaluated;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A test's row. The database refuses to change its definition. */
@Entity
@Table(name = "rollout_test")
class RolloutTestEntity {
  @Id
  @Column(name = "test_id")
  String testId;

  @Column(name = "rollout_id", updatable = false)
  String rolloutId;

  @Column(updatable = false)
  @Enumerated(EnumType.STRING)
  Stage stage;

  @Column(updatable = false)
  byte[] definition;

  @Column(name = "definition_sha256", updatable = false)
  String definitionSha256;

  @Column(name = "shadow_deadline_ms", updatable = false)
  long shadowDeadlineMs;

  @Column(name = "begun_at")
  @Nullable Instant begunAt;

  /** Of the last evaluation that was accepted. */
  @Column(name = "last_number")
  long lastNumber;

  /** The last evaluation that was accepted. */
  @Column byte @Nullable [] latest;

  static RolloutTestEntity of(String rollout, PlannedTest test) {
    RolloutTestEntity row = new RolloutTestEntity();
    row.testId = test.id();
    row.rolloutId = rollout;
    row.stage = test.stage();
    row.definition = test.announcement().getDefinition().toByteArray();
    row.definitionSha256 = test.sha256();
    row.shadowDeadlineMs = test.shadowDeadline().toMillis();
    row.lastNumber = -1;
    return row;
  }

  /** The last evaluation that was accepted, if any was. */
  Optional<RolloutEvaluated> evaluation() {
    if (latest == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(RolloutEvaluated.parseFrom(latest));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept evaluation is not readable", e);
    }
  }

  PlannedTest planned() {
    return PlannedTest.kept(
        stage, definition, definitionSha256, Duration.ofMillis(shadowDeadlineMs));
  }
}
