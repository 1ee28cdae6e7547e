package dev.understudy.bench.collector;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.Digest;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.OutcomeEvent;
import dev.understudy.contracts.v1.OutcomeObserved;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.ShadowScored;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Tick;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.local.stack.StackException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes predictions and their outcomes, as the gateway and the collector's own edge would: ids of
 * 36 characters, 200 bytes of inputs that the join skips, each outcome so many predictions later.
 */
final class Traffic implements AutoCloseable {
  /** H of every test, milliseconds. */
  static final long HORIZON_MS = 10_000;

  private static final byte[] INPUTS = new byte[200];

  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<@Nullable Exception> lost = new AtomicReference<>();
  private final RouteMode mode;
  private final int lag;
  private final List<String> tests = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(7);

  Traffic(String servers, RouteMode mode, int lag) {
    this.mode = mode;
    this.lag = lag;
    this.producer =
        new KafkaProducer<>(
            Map.<String, Object>of(
                "bootstrap.servers", servers, "linger.ms", 20, "batch.size", 128 << 10),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Defines one more test, of a model of its own; answers its number. */
  int define(long horizonMs) {
    String testId = UUID.randomUUID().toString();
    TestDefinition definition =
        TestDefinition.newBuilder()
            .setTestId(testId)
            .setRolloutId(UUID.randomUUID().toString())
            .setProject("bench")
            .setModel(model(tests.size()))
            .setMode(mode)
            .setCurrent("1")
            .addCandidates("2")
            .setHorizonMs(horizonMs)
            .setShadowDeadlineMs(2_000)
            .setMeaning(
                OutputMeaning.newBuilder()
                    .setOutput("probability")
                    .setOutcome("status")
                    .setPositive("bad")
                    .setNegative("good")
                    .setThreshold(0.5))
            .setPrimary(
                Kpi.newBuilder()
                    .setKind(KpiKind.ACCURACY)
                    .setLine(KpiLine.NON_INFERIORITY)
                    .setMargin(0.03)
                    .setCap(1)
                    .setCentre(0.7))
            .addGuards(
                Guard.newBuilder()
                    .setKind(GuardKind.ERRORS)
                    .setRelativeMargin(0.5)
                    .setAbsoluteMargin(0.02)
                    .setRequired(true))
            .setPolicy(
                // It is never decided, so that every round has the same work.
                DecisionPolicy.newBuilder()
                    .setAlphaPromote(1e-300)
                    .setAlphaRollback(1e-300)
                    .setAlphaFutility(1e-300)
                    .setAlphaHealth(1e-300)
                    .setMinimumUnits(Long.MAX_VALUE / 2)
                    .setMinimumDurationMs(1_000)
                    .setMinimumCoverage(0.5)
                    .setMinimumCompleteness(0.5)
                    .setStaleAfterMs(31_536_000_000L))
            .addEpochs(Epoch.newBuilder().setNumber(0).setShare(mode == RouteMode.SPLIT ? 0.5 : 1))
            .build();
    TestDefined defined =
        TestDefined.newBuilder()
            .setTestId(testId)
            .setDefinition(definition.toByteString())
            .setDefinitionSha256(Digest.of(definition.toByteArray()))
            .build();
    send(Topic.TESTS, testId, defined.toByteArray());
    flush();
    tests.add(testId);
    return tests.size() - 1;
  }

  /** So many predictions of one test, whose truth does not come. */
  void predict(int predictions, int test) {
    for (int i = 0; i < predictions; i++) {
      predict(UUID.randomUUID().toString(), test);
    }
    flush();
  }

  /** So many predictions over the first tests, each with its outcome. */
  void write(int pairs, int over) {
    Deque<String> waiting = new ArrayDeque<>();
    for (int i = 0; i < pairs; i++) {
      String id = UUID.randomUUID().toString();
      predict(id, i % over);
      waiting.add(id);
      if (waiting.size() > lag) {
        tell(waiting.remove());
      }
    }
    waiting.forEach(this::tell);
    flush();
  }

  /** One tick into every partition of both inputs. */
  void tick() {
    Tick tick = Tick.newBuilder().setSource("bench").build();
    for (int partition = 0; partition < Topic.PREDICTIONS.partitions(); partition++) {
      tick(
          Topic.PREDICTIONS,
          partition,
          PredictionEvent.newBuilder().setTick(tick).build().toByteArray());
      tick(
          Topic.OUTCOMES, partition, OutcomeEvent.newBuilder().setTick(tick).build().toByteArray());
    }
    flush();
  }

  private void tick(Topic topic, int partition, byte[] value) {
    send(new ProducerRecord<>(topic.topicName(), partition, null, value));
  }

  private static String model(int number) {
    return "model-" + number;
  }

  private void predict(String id, int test) {
    PredictionLogged.Builder logged =
        PredictionLogged.newBuilder()
            .setPredictionId(id)
            .setProject("bench")
            .setModel(model(test))
            .setRouteRevision(3)
            .setTestId(tests.get(test))
            .setMode(mode)
            .setRows(1)
            .setEventTimeMs(System.currentTimeMillis())
            .setInputs(ByteString.copyFrom(INPUTS))
            .setGatewayId("gateway");
    boolean shadow = mode == RouteMode.SHADOW;
    String arm = shadow || random.nextBoolean() ? "1" : "2";
    logged.setArm(arm).setAnsweredBy(arm).addScores(answered(arm));
    if (shadow) {
      logged
          .addProbabilities(ArmProbability.newBuilder().setVersion("1").setProbability(1))
          .addScores(VersionScore.newBuilder().setVersion("2").setStatus(ScoreStatus.EXPECTED));
    } else {
      for (String version : List.of("1", "2")) {
        logged.addProbabilities(
            ArmProbability.newBuilder().setVersion(version).setProbability(0.5));
      }
    }
    send(
        Topic.PREDICTIONS,
        id,
        PredictionEvent.newBuilder().setLogged(logged).build().toByteArray());
    if (shadow) {
      ShadowScored scored =
          ShadowScored.newBuilder()
              .setPredictionId(id)
              .setProject("bench")
              .setModel(model(test))
              .setTestId(tests.get(test))
              .setScore(answered("2"))
              .setGatewayId("gateway")
              .build();
      send(
          Topic.PREDICTIONS,
          id,
          PredictionEvent.newBuilder().setShadow(scored).build().toByteArray());
    }
  }

  private VersionScore answered(String version) {
    return VersionScore.newBuilder()
        .setVersion(version)
        .setStatus(ScoreStatus.ANSWERED)
        .setLatencyUs(700 + random.nextInt(200))
        .addOutputs(
            TensorValue.newBuilder()
                .setName("probability")
                .setDatatype("FP32")
                .addShape(1)
                .addNumbers(random.nextDouble()))
        .build();
  }

  private void tell(String id) {
    OutcomeObserved observed =
        OutcomeObserved.newBuilder()
            .setPredictionId(id)
            .setProject("bench")
            .setName("status")
            .setValue(OutcomeValue.newBuilder().setText(random.nextBoolean() ? "bad" : "good"))
            .setSource("bench")
            .build();
    send(Topic.OUTCOMES, id, OutcomeEvent.newBuilder().setObserved(observed).build().toByteArray());
  }

  private void send(Topic topic, String key, byte[] value) {
    send(new ProducerRecord<>(topic.topicName(), key.getBytes(UTF_8), value));
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    var unused =
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure != null) {
                lost.compareAndSet(null, failure);
              }
            });
  }

  /** What was lost would be waited for until the limit, and nobody would know why. */
  private void flush() {
    producer.flush();
    Exception failure = lost.get();
    if (failure != null) {
      throw new StackException("the benchmark's records are not in Kafka: " + failure, failure);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
