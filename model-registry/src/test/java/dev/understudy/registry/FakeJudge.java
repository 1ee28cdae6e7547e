package dev.understudy.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.Signature;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.GuardEvidence;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Health;
import dev.understudy.contracts.v1.KpiEvidence;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.LogE;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.testkit.TestKafka;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes evaluations as a collector would, or as somebody would who is none. */
final class FakeJudge implements AutoCloseable {
  private final Signature key = new Signature(RegistrySettings.EVALUATION_KEY);
  private final KafkaProducer<byte[], byte[]> producer =
      new KafkaProducer<>(
          Map.<String, Object>of("bootstrap.servers", TestKafka.bootstrapServers()),
          new ByteArraySerializer(),
          new ByteArraySerializer());

  /** An evaluation of the test that fits it in every respect, with evidence for a promotion. */
  static RolloutEvaluated.Builder about(Api api, String rollout, String stage) {
    Map<String, Object> test =
        api.rollout(rollout).jsonPath().getMap("tests.find { it.stage == '%s' }".formatted(stage));
    LogE enough = LogE.newBuilder().setValue(3.1).setNeeded(2.9957).build();
    return RolloutEvaluated.newBuilder()
        .setRolloutId(rollout)
        .setTestId((String) test.get("test_id"))
        .setEpoch(0)
        .setDefinitionSha256((String) test.get("definition_sha256"))
        .setNumber(10)
        .setLogTimeMs(1_700_000_000_000L)
        .setProject(api.project)
        .setModel("credit-risk")
        .setCandidate("2")
        .setVerdict(Verdict.PROMOTE)
        .setReason("better")
        .setEvidence(
            Evidence.newBuilder()
                .setUnits(1_000)
                .setUnitsCandidate(500)
                .setElapsedMs(6_000)
                .setPrimary(KpiEvidence.newBuilder().setKind(KpiKind.ACCURACY).setBetter(enough))
                .addAllGuards(List.of(safe(GuardKind.ERRORS, enough), safe(GuardKind.SLOW, enough)))
                .setHealth(Health.newBuilder().setHealthy(true)));
  }

  /** The same about one of several candidates, with as much evidence as each of two needs. */
  static RolloutEvaluated.Builder about(Api api, String rollout, String stage, String candidate) {
    Map<String, Object> test =
        api.rollout(rollout)
            .jsonPath()
            .getMap(
                "tests.find { it.stage == '%s' && it.candidate == '%s' }"
                    .formatted(stage, candidate));
    LogE enough = LogE.newBuilder().setValue(3.7).setNeeded(Math.log(40)).build();
    RolloutEvaluated.Builder said =
        about(api, rollout, stage)
            .setTestId((String) test.get("test_id"))
            .setDefinitionSha256((String) test.get("definition_sha256"))
            .setCandidate(candidate);
    said.getEvidenceBuilder().getPrimaryBuilder().setBetter(enough);
    said.getEvidenceBuilder().getGuardsBuilderList().forEach(guard -> guard.setSafe(enough));
    return said;
  }

  /** An evaluation of now that decides nothing: healthy, and no guard is harmed. */
  static RolloutEvaluated.Builder goesOn(Api api, String rollout, int epoch, long number) {
    return about(api, rollout, "SPLIT")
        .setEpoch(epoch)
        .setNumber(number)
        .setLogTimeMs(System.currentTimeMillis())
        .setVerdict(Verdict.CONTINUE);
  }

  private static GuardEvidence safe(GuardKind kind, LogE enough) {
    return GuardEvidence.newBuilder()
        .setKind(kind)
        .setSafe(enough)
        .setHarm(LogE.getDefaultInstance())
        .build();
  }

  void says(RolloutEvaluated evaluation) {
    byte[] value = evaluation.toByteArray();
    send(evaluation.getRolloutId(), value, key.of(value));
  }

  void forges(RolloutEvaluated evaluation) {
    byte[] value = evaluation.toByteArray();
    send(evaluation.getRolloutId(), value, new Signature("another key, long enough").of(value));
  }

  void send(String rollout, byte[] value, byte[] signature) {
    var record =
        new ProducerRecord<>(Topic.EVALUATIONS.topicName(), rollout.getBytes(UTF_8), value);
    if (signature != null) {
      record.headers().add(Signature.HEADER, signature);
    }
    try {
      producer.send(record).get();
    } catch (Exception e) {
      throw new AssertionError("the judge of the test could not speak", e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
