package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.local.demo.Rehearsal;
import dev.understudy.local.replay.Difference;
import dev.understudy.local.replay.ReplayReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Whoever has the log can check the judge. */
class ReplayIT {
  private static final Set<String> ENDED = Set.of("PROMOTED", "ROLLED_BACK", "STOPPED");

  @Test
  void aRolloutRecomputedFromTheLogIsAsItWasRecordedAndATamperedOneIsNot() throws Exception {
    try (Loop loop = Loop.start("trees", 300)) {
      Rehearsal rehearsal = new Rehearsal("leaky", "worse", Rehearsal.ShadowKpi.ACCURACY, false);
      String rollout =
          loop.stage()
              .registry()
              .startRollout(
                  rehearsal.plan(loop.stage().version("leaky"), loop.stage().accuracy("trees")));
      await()
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> ENDED.contains(loop.state(rollout)));

      ReplayReport honest = loop.replay(rollout, Topic.EVALUATIONS.topicName());
      ReplayReport tampered = loop.replay(rollout, tamperedCopy(loop, rollout));

      assertThat(honest.passes())
          .extracting(ReplayReport.Pass::partitions)
          .containsExactly(Topic.PREDICTIONS.partitions(), 1, 3, 12);
      assertThat(honest.passes())
          .allSatisfy(pass -> assertThat(pass.differences()).isEmpty())
          .allSatisfy(pass -> assertThat(pass.compared()).isPositive());
      assertThat(honest.passes().getFirst().identical())
          .as("equal to the last bit")
          .isEqualTo(honest.passes().getFirst().compared());
      assertThat(honest.equal()).isTrue();
      assertThat(tampered.equal()).isFalse();
      assertThat(tampered.passes())
          .allSatisfy(
              pass ->
                  assertThat(pass.differences())
                      .extracting(Difference::field)
                      .containsExactly("evidence.units"));
    }
  }

  /** All evaluations as they are, but for one unit more in the last one of the rollout. */
  private static String tamperedCopy(Loop loop, String rollout) throws Exception {
    String topic = "understudy.evaluations-tampered";
    String servers = loop.stack().bootstrapServers();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", servers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (var test : Loop.evaluations(loop.stack()).byTest.values()) {
        for (RolloutEvaluated evaluation : test.values()) {
          RolloutEvaluated.Builder copy = evaluation.toBuilder();
          if (evaluation.getRolloutId().equals(rollout)
              && evaluation == test.lastEntry().getValue()) {
            copy.getEvidenceBuilder().setUnits(evaluation.getEvidence().getUnits() + 1);
          }
          producer.send(new ProducerRecord<>(topic, copy.build().toByteArray())).get();
        }
      }
    }
    return topic;
  }
}
