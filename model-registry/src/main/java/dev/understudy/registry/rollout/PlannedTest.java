package dev.understudy.registry.rollout;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Digest;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import java.time.Duration;
import java.util.Optional;

/**
 * One test of a rollout: its frozen definition with the bytes that were hashed, and how long the
 * gateway waits for a shadow. Immutable.
 */
record PlannedTest(
    Stage stage, TestDefinition definition, TestDefined announcement, Duration shadowDeadline) {
  PlannedTest {
    if (!announcement.getTestId().equals(definition.getTestId())
        || !announcement
            .getDefinitionSha256()
            .equals(Digest.of(announcement.getDefinition().toByteArray()))) {
      throw new IllegalArgumentException(
          "the announcement of test %s does not fit its definition"
              .formatted(definition.getTestId()));
    }
    for (int i = 0; i < definition.getEpochsCount(); i++) {
      if (definition.getEpochs(i).getNumber() != i) {
        throw new IllegalArgumentException("epochs are numbered from 0, in order");
      }
    }
  }

  /** Freezes a definition. */
  static PlannedTest of(Stage stage, TestDefinition definition, Duration shadowDeadline) {
    byte[] bytes = definition.toByteArray();
    TestDefined announcement =
        TestDefined.newBuilder()
            .setTestId(definition.getTestId())
            .setDefinition(ByteString.copyFrom(bytes))
            .setDefinitionSha256(Digest.of(bytes))
            .build();
    return new PlannedTest(stage, definition, announcement, shadowDeadline);
  }

  /** A definition as it was kept. */
  static PlannedTest kept(Stage stage, byte[] bytes, String sha256, Duration shadowDeadline) {
    try {
      TestDefinition definition = TestDefinition.parseFrom(bytes);
      TestDefined announcement =
          TestDefined.newBuilder()
              .setTestId(definition.getTestId())
              .setDefinition(ByteString.copyFrom(bytes))
              .setDefinitionSha256(sha256)
              .build();
      return new PlannedTest(stage, definition, announcement, shadowDeadline);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept definition is not readable", e);
    }
  }

  /** How long it may run in log time; a test without a limit of its own has the longest. */
  Duration longest() {
    long most = definition.getPolicy().getMaximumDurationMs();
    return Duration.ofMillis(definition.getHorizonMs())
        .plus(most == 0 ? Duration.ofDays(365) : Duration.ofMillis(most));
  }

  /** Whose test it is. */
  String candidate() {
    return definition.getCandidates(0);
  }

  String id() {
    return definition.getTestId();
  }

  String sha256() {
    return announcement.getDefinitionSha256();
  }

  /** The epoch of that number. */
  Epoch epoch(int number) {
    return definition.getEpochs(number);
  }

  /** The epoch that comes next; empty after the last. */
  Optional<Epoch> after(Epoch epoch) {
    int next = epoch.getNumber() + 1;
    return next < definition.getEpochsCount() ? Optional.of(epoch(next)) : Optional.empty();
  }
}
