package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.decision.Judge;
import dev.understudy.contracts.Signature;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.testkit.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real broker and two collectors, one of which loses its process state and its disk while the
 * test runs: what Kafka keeps must be enough.
 */
class RestartTest {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int PARTITIONS = Topic.PREDICTIONS.partitions();

  @TempDir Path directory;
  private final String run = UUID.randomUUID().toString();
  private final String testId = "restart-" + run;
  private TestPlan plan;
  private boolean byUnit;
  private final List<Map.Entry<String, String>> ids = new ArrayList<>();

  private KafkaStreams collector(String name, String disk) {
    TopologySettings settings =
        new TopologySettings(
            name + run,
            PARTITIONS,
            name + run + "-evaluations",
            new Signature("a key for tests only"),
            Bench.KEEP);
    Properties properties = new Properties();
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, TestKafka.bootstrapServers());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId());
    properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.resolve(disk).toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    properties.put(StreamsConfig.mainConsumerPrefix("session.timeout.ms"), 6_000);
    KafkaStreams streams = new KafkaStreams(MatchTopology.of(settings, new Counted()), properties);
    streams.start();
    return streams;
  }

  @Test
  void aCollectorThatLostItsDiskEvaluatesEverySecondAsOneThatWasNeverDisturbed() throws Exception {
    evaluatesAlike(Plans.shadow(testId));
  }

  @Test
  void theUnitsOfATestSurviveTheLossOfADiskToo() throws Exception {
    byUnit = true;

    evaluatesAlike(StickyEvents.definition(testId));
  }

  private void evaluatesAlike(TestDefinition.Builder test) throws Exception {
    test.setHorizonMs(1_000);
    // Whatever chance does, it ends after 12 s: too many labels are missing for a decision.
    test.getPolicyBuilder().setMaximumDurationMs(12_000).setMinimumCoverage(0.999);
    test.getPolicyBuilder().setMinimumUnits(1_000_000);
    plan = Plans.plan(test);
    makeTopics();
    KafkaStreams undisturbed = collector("calm", "calm");
    KafkaStreams disturbed = collector("troubled", "one");
    try (var producer = producer()) {
      tick(producer);
      producer
          .send(
              new ProducerRecord<>(
                  Topic.TESTS.topicName(),
                  testId.getBytes(UTF_8),
                  Plans.defined(test).toByteArray()))
          .get();
      traffic(producer, "calm", 2);
      disturbed.close(Duration.ZERO);
      traffic(producer, "calm", 5);
      disturbed = collector("troubled", "two");
      List<RolloutEvaluated> calm = traffic(producer, "calm", Integer.MAX_VALUE);
      List<RolloutEvaluated> troubled = traffic(producer, "troubled", Integer.MAX_VALUE);

      assertThat(calm.size()).isGreaterThan(10);
      assertThat(calm.getLast().getEvidence().getUnits()).isPositive();
      assertThat(troubled).isEqualTo(calm);
    } finally {
      undisturbed.close(Duration.ofSeconds(20));
      disturbed.close(Duration.ofSeconds(20));
    }
  }

  /** Requests, outcomes and ticks until so many seconds were evaluated, or the test has ended. */
  private List<RolloutEvaluated> traffic(
      KafkaProducer<byte[], byte[]> producer, String name, int seconds) {
    TopicPartition topic = new TopicPartition(name + run + "-evaluations", 0);
    List<RolloutEvaluated> read = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(seconds);
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                "bootstrap.servers",
                TestKafka.bootstrapServers(),
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(topic));
      consumer.seekToBeginning(List.of(topic));
      Awaitility.await()
          .pollInSameThread()
          .pollInterval(Duration.ofMillis(50))
          .atMost(PATIENCE)
          .until(
              () -> {
                requests(producer, random);
                for (var record : consumer.poll(Duration.ofMillis(50)).records(topic)) {
                  RolloutEvaluated evaluation = RolloutEvaluated.parseFrom(record.value());
                  // The tests of this class share their inputs, and nobody orders two rollouts.
                  if (evaluation.getTestId().equals(testId)) {
                    read.add(evaluation);
                  }
                }
                return read.size() >= seconds
                    || (!read.isEmpty() && Judge.ends(plan, read.getLast()));
              });
    }
    return read;
  }

  private void requests(KafkaProducer<byte[], byte[]> producer, SplittableRandom random) {
    for (int i = 0; i < 5; i++) {
      String id = UUID.randomUUID().toString();
      double current = random.nextDouble();
      if (byUnit) {
        send(producer, StickyEvents.request(0, id, testId, random.nextInt(50), 0, random));
      } else {
        send(producer, Events.awaiting(0, id, testId, current));
      }
      if (!byUnit && random.nextInt(20) > 0) {
        send(producer, Events.shadow(0, id, testId, random.nextDouble()));
      }
      ids.add(Map.entry(id, random.nextBoolean() ? "bad" : "good"));
    }
    while (ids.size() > 60) {
      Map.Entry<String, String> known = ids.remove(random.nextInt(ids.size()));
      send(producer, Events.label(0, known.getKey(), known.getValue(), 0));
    }
    tick(producer);
  }

  private static void tick(KafkaProducer<byte[], byte[]> producer) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      for (boolean ofPredictions : List.of(true, false)) {
        producer.send(
            new ProducerRecord<>(
                topic(ofPredictions).topicName(),
                partition,
                null,
                Events.tick(ofPredictions, 0).value()));
      }
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, Events.Entry entry) {
    producer.send(
        new ProducerRecord<>(topic(entry.ofPredictions()).topicName(), entry.key(), entry.value()));
  }

  private static Topic topic(boolean ofPredictions) {
    return ofPredictions ? Topic.PREDICTIONS : Topic.OUTCOMES;
  }

  private void makeTopics() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", TestKafka.bootstrapServers()))) {
      for (String name : List.of("calm", "troubled")) {
        InputTopics.ensureCompacted(admin, name + run + "-ended-tests");
        InputTopics.ensureCompacted(admin, name + run + "-ended-tests");
        admin
            .createTopics(List.of(new NewTopic(name + run + "-evaluations", 1, (short) 1)))
            .all()
            .get();
        Awaitility.await()
            .atMost(PATIENCE)
            .ignoreException(ExecutionException.class)
            .until(() -> InputTopics.partitions(admin, name + run + "-evaluations") == PARTITIONS);
      }
    }
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", TestKafka.bootstrapServers()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
