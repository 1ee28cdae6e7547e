package dev.understudy.gateway.journal;

import dev.understudy.contracts.EventHeaders;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ShadowScored;
import dev.understudy.contracts.v1.TensorValues;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.ServedModel;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The log of what was predicted, on <em>predictions</em>. An answer never waits for it: a record is
 * taken into the bounded buffer or counted as dropped, so what was answered is always what was
 * logged plus what was dropped. Thread-safe.
 */
public final class PredictionJournal implements AutoCloseable {
  private final String gatewayId;
  private final String source;
  private final UnitHash unitHash;
  private final boolean enabled;
  private final JournalBuffer buffer;

  /**
   * A journal that sends at once.
   *
   * @param unitKey the secret of the keyed hash of units
   * @param enabled false: every prediction is dropped, and counted as {@code disabled}
   * @param producerSettings Kafka's own, at least the servers
   */
  public PredictionJournal(
      String gatewayId,
      byte[] unitKey,
      boolean enabled,
      Bounds bounds,
      Map<String, Object> producerSettings,
      MeterRegistry meters) {
    this.gatewayId = gatewayId;
    this.source = "understudy/gateway/" + gatewayId;
    this.unitHash = new UnitHash(unitKey);
    this.enabled = enabled;
    this.buffer = new JournalBuffer(bounds, producerSettings, meters);
  }

  /**
   * How much may wait to be acknowledged by Kafka.
   *
   * @param flush how long a stop waits for what is still to be sent
   */
  public record Bounds(int records, long bytes, Duration flush) {
    public Bounds {
      if (records < 1 || bytes < 1) {
        throw new IllegalArgumentException("a journal needs room for at least one record");
      }
    }
  }

  /** Logs a prediction; false: it was dropped, and counted. */
  public boolean predicted(Prediction prediction) {
    if (!enabled) {
      buffer.drop(JournalBuffer.Kind.PREDICTION, "disabled");
      return false;
    }
    ServedModel model = prediction.model();
    PredictionLogged.Builder logged =
        PredictionLogged.newBuilder()
            .setPredictionId(prediction.id().value())
            .setClientId(prediction.clientId())
            .setProject(model.project())
            .setModel(model.name())
            .setRouteRevision(model.route().revision())
            .setUnitHash(unitHash.of(prediction.id().value()))
            .setArm(prediction.plan().arm())
            .setAnsweredBy(prediction.answeredBy().orElse(""))
            .setEventTimeMs(prediction.arrivedAt().toEpochMilli())
            .addAllScores(prediction.scores())
            .setInputs(inputs(prediction).toByteString())
            .setRows(prediction.rows())
            .setGatewayId(gatewayId)
            .setPinned(prediction.plan().pinned());
    prediction
        .plan()
        .probabilities()
        .forEach(
            (version, probability) ->
                logged.addProbabilities(
                    ArmProbability.newBuilder().setVersion(version).setProbability(probability)));
    if (prediction.plan().pinned()) {
      logged.setMode(RouteMode.SINGLE);
    } else {
      logged.setMode(mode(model.route()));
      test(model.route()).ifPresent(test -> logged.setTestId(test.id()).setEpoch(test.epoch()));
    }
    return offer(
        JournalBuffer.Kind.PREDICTION,
        prediction.id(),
        prediction.id().value(),
        PredictionEvent.newBuilder().setLogged(logged).build());
  }

  /** Logs the score of a shadow that {@link #predicted} called expected. */
  public void shadowScored(PredictionId id, ServedModel model, VersionScore score) {
    ShadowScored.Builder scored =
        ShadowScored.newBuilder()
            .setPredictionId(id.value())
            .setProject(model.project())
            .setModel(model.name())
            .setScore(score)
            .setGatewayId(gatewayId);
    test(model.route()).ifPresent(test -> scored.setTestId(test.id()).setEpoch(test.epoch()));
    offer(
        JournalBuffer.Kind.SHADOW,
        id,
        id.value() + "/" + score.getVersion(),
        PredictionEvent.newBuilder().setShadow(scored).build());
  }

  /** Counts a shadow whose prediction was dropped: alone it would tell the collector nothing. */
  public void shadowWithoutPrediction() {
    buffer.drop(JournalBuffer.Kind.SHADOW, "prediction_dropped");
  }

  /** Counts a prediction that could not even be written down. */
  public void lost() {
    buffer.drop(JournalBuffer.Kind.PREDICTION, "error");
  }

  private boolean offer(
      JournalBuffer.Kind kind, PredictionId key, String eventId, PredictionEvent event) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topic.PREDICTIONS.topicName(), key.value(), event.toByteArray());
    EventHeaders.of(event, eventId, source, Instant.now())
        .forEach((name, value) -> record.headers().add(name, value));
    return buffer.offer(kind, record);
  }

  private static TensorValues inputs(Prediction prediction) {
    TensorValues.Builder inputs = TensorValues.newBuilder();
    prediction.inputs().forEach(tensor -> inputs.addTensors(VersionScores.tensor(tensor)));
    return inputs.build();
  }

  private static RouteMode mode(Route route) {
    return switch (route) {
      case Route.Single single -> RouteMode.SINGLE;
      case Route.Shadow shadow -> RouteMode.SHADOW;
      case Route.Split split -> RouteMode.SPLIT;
    };
  }

  private static Optional<Route.Test> test(Route route) {
    return switch (route) {
      case Route.Single single -> Optional.empty();
      case Route.Shadow shadow -> Optional.of(shadow.test());
      case Route.Split split -> Optional.of(split.test());
    };
  }

  /** Sends what it can in the time that the bounds give, and counts the rest as dropped. */
  @Override
  public void close() {
    buffer.close();
  }
}
