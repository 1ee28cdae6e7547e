package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.contracts.Signature;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.local.demo.CreditStage;
import dev.understudy.local.demo.Rehearsal;
import dev.understudy.local.demo.TopicFollower;
import dev.understudy.local.stack.ServiceProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * The registry on bad days: killed while a verdict comes, lied to, and with an artefact that rots.
 */
class RegistryHurtIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void killedWhileAVerdictArrivesItLosesNoTransitionAndMakesNoneTwice() throws Exception {
    try (Loop loop = Loop.start("scorecard", 300)) {
      ServiceProcess registry = loop.stack().part("registry");
      CountDownLatch verdict = new CountDownLatch(1);
      String rollout;
      try (TopicFollower follower =
          new TopicFollower(
              loop.stack().bootstrapServers(),
              Topic.EVALUATIONS.topicName(),
              record -> {
                if (Loop.parse(record).getVerdict() == Verdict.PROMOTE) {
                  verdict.countDown();
                }
              })) {
        rollout = loop.stage().registry().startRollout(plan(loop, "logistic"));
        assertThat(verdict.await(2, TimeUnit.MINUTES)).isTrue();
        registry.kill();
      }
      registry.start();
      registry.awaitReady(LIMIT);

      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> loop.state(rollout).equals("PROMOTED"));
      List<String> states = new ArrayList<>();
      loop.stage()
          .registry()
          .rollout(rollout)
          .required("history")
          .forEach(step -> states.add(step.required("detail").required("to").asText()));
      assertThat(states)
          .containsExactly(
              "PREPARING_SHADOW",
              "SHADOW",
              "PREPARING_SPLIT",
              "SPLIT",
              "PREPARING_PROMOTION",
              "PROMOTED");
      assertThat(definitions(loop)).doesNotHaveDuplicates().hasSize(2);
      assertThat(loop.stage().callers().failures()).isEmpty();
    }
  }

  @Test
  void neitherForgeriesNorStaleVerdictsNorRottenArtefactsChangeTheRoute() throws Exception {
    try (Loop loop = Loop.start("trees", 50)) {
      // Given a rollout that cannot be decided by itself
      ObjectNode undecided = plan(loop, "logistic");
      ((ObjectNode) undecided.required("shadow").required("policy"))
          .put("minimum_units", 1_000_000)
          .put("maximum_duration", "PT1H");
      String rollout = loop.stage().registry().startRollout(undecided);
      await().atMost(LIMIT).until(() -> !Loop.evaluations(loop.stack()).byTest.isEmpty());
      RolloutEvaluated genuine =
          Loop.evaluations(loop.stack()).byTest.values().iterator().next().lastEntry().getValue();
      RolloutEvaluated promote =
          genuine.toBuilder()
              .setVerdict(Verdict.PROMOTE)
              .setNumber(genuine.getNumber() + 100_000)
              .build();
      Signature judge = new Signature(loop.stack().evaluationKey());
      Signature forger = new Signature("not the key of this stack");

      long refusedBefore = refused(loop);
      send(loop, promote, forger.of(promote.toByteArray()));
      RolloutEvaluated wrongHash = promote.toBuilder().setDefinitionSha256("0".repeat(64)).build();
      send(loop, wrongHash, judge.of(wrongHash.toByteArray()));
      RolloutEvaluated otherTest = promote.toBuilder().setTestId("another-shadow").build();
      send(loop, otherTest, judge.of(otherTest.toByteArray()));
      send(loop, promote, judge.of(promote.toByteArray())); // its evidence does not carry it

      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(refused(loop)).isGreaterThanOrEqualTo(refusedBefore + 4));
      assertThat(loop.state(rollout)).isEqualTo("SHADOW");
      loop.stage().registry().stop(rollout, "seen enough");
      assertThat(loop.state(rollout)).isEqualTo("STOPPED");

      // And given an artefact that rots on the registry's disk before any gateway has fetched it
      rot(loop.stack().home().resolve("registry/artefacts"), loop, "broken");
      String rotten = loop.stage().registry().startRollout(plan(loop, "broken"));
      await().atMost(LIMIT).until(() -> loop.state(rotten).equals("STOPPED"));
      JsonNode route = loop.stage().registry().route();
      assertThat(route.at("/committed/current/version").asText())
          .isEqualTo(loop.stage().version("trees"));
      assertThat(route.path("prepared").isMissingNode() || route.path("prepared").isNull())
          .isTrue();
      assertThat(loop.stage().callers().failures()).isEmpty();
    }
  }

  private static ObjectNode plan(Loop loop, String recipe) {
    return new Rehearsal(recipe, "", Rehearsal.ShadowKpi.ACCURACY, true)
        .plan(loop.stage().version(recipe), loop.stage().accuracy("scorecard"));
  }

  private static long refused(Loop loop) {
    return CreditStage.counter(loop.stack().registryUrl(), "registry_evaluations_total", "")
        - CreditStage.counter(
            loop.stack().registryUrl(), "registry_evaluations_total", "result=\"accepted\"");
  }

  private static void send(Loop loop, RolloutEvaluated evaluation, byte[] signature)
      throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", loop.stack().bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      var record =
          new ProducerRecord<>(
              Topic.EVALUATIONS.topicName(),
              evaluation.getRolloutId().getBytes(StandardCharsets.UTF_8),
              evaluation.toByteArray());
      record.headers().add(Signature.HEADER, signature);
      producer.send(record).get();
    }
  }

  private static List<String> definitions(Loop loop) {
    List<String> tests = new ArrayList<>();
    TopicFollower.readAll(
        loop.stack().bootstrapServers(),
        Topic.TESTS.topicName(),
        record -> {
          try {
            tests.add(TestDefined.parseFrom(record.value()).getTestId());
          } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
          }
        });
    return tests;
  }

  private static void rot(Path artefacts, Loop loop, String recipe) throws Exception {
    String sha256 = loop.stage().sha256(recipe);
    try (Stream<Path> files = Files.walk(artefacts)) {
      Path file =
          files
              .filter(it -> it.getFileName().toString().contains(sha256))
              .findFirst()
              .orElseThrow();
      file.toFile().setWritable(true);
      byte[] content = Files.readAllBytes(file);
      content[content.length / 2] ^= 1;
      Files.write(file, content);
    }
  }
}
