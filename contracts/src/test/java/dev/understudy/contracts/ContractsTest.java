package dev.understudy.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.v1.PredictionEvent;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractsTest {
  @Test
  void theJoinedTopicsHaveTheSamePartitionsAndEveryTopicTheBrokersTime() {
    assertThat(Topic.PREDICTIONS.partitions()).isEqualTo(Topic.OUTCOMES.partitions());
    for (Topic topic : Topic.values()) {
      assertThat(topic.settings()).containsEntry("message.timestamp.type", "LogAppendTime");
      assertThat(Topic.of(topic.word())).contains(topic);
    }
    assertThat(Topic.PREDICTIONS.topicName()).isEqualTo("understudy.predictions");
    assertThat(Topic.ROUTES.settings()).containsEntry("cleanup.policy", "compact");
  }

  @Test
  void aSignatureHoldsForItsValueAndKeyOnly() {
    byte[] value = "evidence".getBytes(UTF_8);
    Signature judge = new Signature("a key of enough bytes");
    Signature forger = new Signature("another key, as long");

    assertThat(judge.matches(value, judge.of(value))).isTrue();
    assertThat(judge.matches(value, forger.of(value))).isFalse();
    assertThat(judge.matches("evidencf".getBytes(UTF_8), judge.of(value))).isFalse();
    assertThat(judge.matches(value, null)).isFalse();
  }

  @Test
  void aShortKeyIsRefused() {
    assertThatThrownBy(() -> new Signature("short"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 16");
  }

  @Test
  void theDigestIsThatOfTheStandard() {
    // NIST's vector for "abc".
    assertThat(Digest.of("abc".getBytes(UTF_8)))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(Digest.isOne("ba78")).isFalse();
  }

  @Test
  void headersAreThoseOfCloudEventsInBinaryMode() {
    var headers =
        EventHeaders.of(
            PredictionEvent.getDefaultInstance(), "id-1", "understudy/test", Instant.EPOCH);

    assertThat(headers.get("ce_specversion")).asString(UTF_8).isEqualTo("1.0");
    assertThat(headers.get("ce_type")).asString(UTF_8).isEqualTo("understudy.v1.PredictionEvent");
    assertThat(headers.get("ce_time")).asString(UTF_8).isEqualTo("1970-01-01T00:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".hidden", "a/b", "../up", "a b", "ä", "a\u0000"})
  void namesThatCouldBeSomethingElseAreRefused(String name) {
    assertThat(Names.allowed(name)).isFalse();
  }

  @Test
  void ordinaryNamesAreAllowed() {
    assertThat(Names.allowed("credit-risk")).isTrue();
    assertThat(Names.allowed("v1.2_3")).isTrue();
    assertThat(Names.allowed("x".repeat(129))).isFalse();
  }

  @Test
  void aProblemTypeHasAnAddressOfItsOwn() {
    assertThat(ProblemType.LIVE_ROLLOUT.uri()).hasToString("urn:understudy:problem:live-rollout");
    assertThat(ProblemType.LIVE_ROLLOUT.status()).isEqualTo(409);
  }
}
