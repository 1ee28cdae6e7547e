package dev.understudy.scoring;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.EventHeaders;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.TensorValues;
import dev.understudy.contracts.v1.VersionScore;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The sample of docs/embedding.md: an application that scores in process and logs to the topic that
 * gateways log to, so that outcomes are joined and versions watched as if it had called one.
 *
 * <p>Start it with a registry, a project, a model, a version, and Kafka's servers.
 */
final class EmbeddingSample {
  private static final Duration KAFKA_IS_REACHED_WITHIN = Duration.ofSeconds(30);

  private EmbeddingSample() {}

  public static void main(String[] args) throws Exception {
    try (Producer<String, byte[]> kafka = producer(args[4]);
        EmbeddedModel loaded =
            EmbeddedModel.fromRegistry(URI.create(args[0]), args[1], args[2], args[3])) {
      EmbeddedModel model =
          loaded.logging(
              prediction ->
                  kafka.send(
                      record(prediction),
                      (sent, lost) -> {
                        if (lost != null) {
                          // An application counts these.
                          System.err.println(prediction.id() + " is not logged: " + lost);
                        }
                      }));
      Tensor x = Tensor.ofFloats("x", new long[] {2}, 0f, 1f);

      Score score = model.score(Map.of("x", x), Duration.ofMillis(50)).toCompletableFuture().join();

      System.out.println(
          switch (score) {
            case Score.Answered answered ->
                "p of the second row: " + answered.output("p").number(1);
            case Score.Failed failed -> "failed: " + failed.reason();
            case Score.TimedOut late -> "too late";
            case Score.Shed shed -> "too much to do: " + shed.cause();
          });
    }
  }

  /**
   * A producer for which no score ever waits: its buffer takes a record or, when it is full, loses
   * it. So it must know where the topic's partitions are before the first record, and not forget it
   * while nothing is scored.
   *
   * @throws TimeoutException if Kafka cannot be reached
   */
  private static Producer<String, byte[]> producer(String servers) throws InterruptedException {
    Producer<String, byte[]> kafka =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                servers,
                "max.block.ms",
                0,
                "metadata.max.idle.ms",
                Duration.ofDays(365).toMillis()),
            new StringSerializer(),
            new ByteArraySerializer());
    long end = System.nanoTime() + KAFKA_IS_REACHED_WITHIN.toNanos();
    while (true) {
      try {
        kafka.partitionsFor(Topic.PREDICTIONS.topicName());
        return kafka;
      } catch (TimeoutException notYet) {
        if (System.nanoTime() > end) {
          kafka.close(Duration.ZERO);
          throw notYet;
        }
        Thread.sleep(50);
      }
    }
  }

  /** What goes to Kafka for a prediction. */
  static ProducerRecord<String, byte[]> record(PredictionRecord prediction) {
    PredictionEvent event = event(prediction);
    String id = prediction.id().toString();
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topic.PREDICTIONS.topicName(), id, event.toByteArray());
    EventHeaders.of(event, id, "understudy/embedded/sample", prediction.at())
        .forEach((name, value) -> record.headers().add(name, value));
    return record;
  }

  private static PredictionEvent event(PredictionRecord prediction) {
    VersionScore.Builder score = VersionScore.newBuilder().setVersion(prediction.version());
    switch (prediction.score()) {
      case Score.Answered answered -> {
        score.setStatus(ScoreStatus.ANSWERED).setLatencyUs(answered.latencyNanos() / 1_000);
        answered.outputs().forEach(output -> score.addOutputs(value(output)));
      }
      case Score.Failed failed ->
          score.setStatus(ScoreStatus.FAILED).setErrorClass(failed.errorClass());
      case Score.TimedOut late -> score.setStatus(ScoreStatus.TIMED_OUT).setErrorClass("deadline");
      case Score.Shed shed -> score.setStatus(ScoreStatus.SHED).setErrorClass(shed.cause());
    }
    TensorValues.Builder inputs = TensorValues.newBuilder();
    prediction.inputs().values().forEach(input -> inputs.addTensors(value(input)));
    boolean answered = prediction.score() instanceof Score.Answered;
    return PredictionEvent.newBuilder()
        .setLogged(
            PredictionLogged.newBuilder()
                .setPredictionId(prediction.id().toString())
                .setProject(prediction.project())
                .setModel(prediction.model())
                .setMode(RouteMode.SINGLE)
                .setArm(prediction.version())
                .setAnsweredBy(answered ? prediction.version() : "")
                .addProbabilities(
                    ArmProbability.newBuilder().setVersion(prediction.version()).setProbability(1))
                .setEventTimeMs(prediction.at().toEpochMilli())
                .addScores(score)
                .setInputs(inputs.build().toByteString())
                .setRows(
                    prediction.inputs().values().stream()
                        .mapToInt(input -> (int) input.rows())
                        .max()
                        .orElse(1))
                // No gateway assigned it, so it counts for no test.
                .setPinned(true))
        .build();
  }

  private static TensorValue value(Tensor tensor) {
    TensorValue.Builder value =
        TensorValue.newBuilder().setName(tensor.name()).setDatatype(tensor.datatype().name());
    for (long dimension : tensor.shape()) {
      value.addShape(dimension);
    }
    for (int i = 0; i < tensor.size(); i++) {
      switch (tensor.datatype()) {
        case FP16, BF16, FP32, FP64 -> value.addNumbers(tensor.number(i));
        case BYTES -> value.addTexts(ByteString.copyFrom(tensor.bytes(i)));
        default -> value.addIntegers(tensor.integer(i));
      }
    }
    return value.build();
  }
}
