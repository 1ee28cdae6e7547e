package dev.understudy.gateway.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.AttributesGiven;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ShadowScored;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.ServingPolicy.LogPolicy;
import dev.understudy.gateway.routing.Standing;
import dev.understudy.gateway.tracing.TraceContext;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The log of what was predicted, on <em>predictions</em>, and of what callers said about people
 * beside it, on <em>attributes</em>. A record is taken into the bounded buffer or counted as
 * dropped, and nobody waits for it but the answers of models whose policy says so. What was
 * answered is always what was logged, plus what was dropped, plus what was not sampled, plus what
 * still waits in memory or on disk. Thread-safe.
 */
public final class PredictionJournal implements AutoCloseable {
  private static final Announcement NOTHING = () -> {};

  private final String gatewayId;
  private final KeyedHash unitHash;
  private final LoggedInputs inputs;
  private final LogMeters meters;
  private final Duration durableDeadline;
  private final boolean enabled;
  private final JournalBuffer buffer;
  private final Announcement announced;

  /**
   * A journal that sends at once, first what an earlier one left on disk.
   *
   * @param unitKey the secret of the keyed hashes of units and of inputs
   * @param enabled false: every prediction is dropped, and counted as {@code disabled}
   * @param producerSettings Kafka's own, at least the servers
   * @throws IOException if the directory of the spool cannot be used, or is used by another gateway
   */
  public PredictionJournal(
      String gatewayId,
      byte[] unitKey,
      boolean enabled,
      Bounds bounds,
      Spooling spooling,
      Map<String, Object> producerSettings,
      MeterRegistry registry)
      throws IOException {
    this.gatewayId = gatewayId;
    this.unitHash = new KeyedHash(unitKey);
    this.enabled = enabled;
    this.inputs = new LoggedInputs(unitHash.derived("inputs"));
    this.meters = new LogMeters(registry);
    this.durableDeadline = spooling.durableDeadline();
    this.buffer =
        new JournalBuffer(
            "understudy/gateway/" + gatewayId, bounds, spooling, producerSettings, meters);
    this.announced = () -> buffer.withdraw(LogRecord.Kind.PREDICTION);
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

  /**
   * What happens while Kafka is away.
   *
   * @param directory where records wait on disk; nobody else's
   * @param bytes the most that may wait there
   * @param after how long Kafka may owe an acknowledgement before the disk is used
   * @param durableDeadline how long the answer of a durable model waits for its log
   */
  public record Spooling(Path directory, long bytes, Duration after, Duration durableDeadline) {
    private static final long LEAST_BYTES = 1 << 16;

    public Spooling {
      if (bytes < LEAST_BYTES) {
        throw new IllegalArgumentException(
            "spool-bytes is %d, and at least %d are needed".formatted(bytes, LEAST_BYTES));
      }
      if (!after.isPositive()) {
        throw new IllegalArgumentException("spool-after must be above zero");
      }
      if (durableDeadline.compareTo(after) <= 0) {
        throw new IllegalArgumentException(
            ("durable-deadline (%s) must be longer than spool-after (%s): a durable answer would"
                    + " be refused before the disk is used")
                .formatted(durableDeadline, after));
      }
    }
  }

  /** What is told before an answer goes out whose log follows it. */
  @FunctionalInterface
  public interface Announcement extends AutoCloseable {
    /** The prediction is in the journal's hands, or counted as dropped. */
    @Override
    void close();
  }

  /**
   * Says that an answer is about to go out whose prediction is logged right afterwards: if the
   * process is killed between the two, the next start counts it as lost. To be closed once the
   * prediction was offered.
   */
  public Announcement answering() {
    return enabled && buffer.announce(LogRecord.Kind.PREDICTION) ? announced : NOTHING;
  }

  /**
   * Logs a prediction, with what was said beside its inputs.
   *
   * @return of a durable model, whether it is logged or safely on disk, once that is known or the
   *     time for it is over; of another, at once, whether it was taken. One that is not sampled is
   *     as good as logged. Not to be completed by others; who waits must not work on its thread,
   *     which is the log's
   */
  public CompletableFuture<Boolean> predicted(Prediction prediction) {
    if (!enabled) {
      meters.dropped(LogRecord.Kind.PREDICTION, "disabled");
      // Whoever switched it off wants answers all the same, of durable models too.
      return prediction.model().policy().log().mode() == LogPolicy.Mode.DURABLE
          ? JournalBuffer.TAKEN
          : JournalBuffer.DROPPED;
    }
    ServedModel model = prediction.model();
    boolean inTest = prediction.plan().counts() && model.route().liveTest().isPresent();
    LogPolicy policy = model.policy().log();
    if (!inTest && !Sample.has(prediction.id(), policy.sample())) {
      meters.notSampled(LogRecord.Kind.PREDICTION);
      if (!prediction.attributes().isEmpty()) {
        meters.notSampled(LogRecord.Kind.ATTRIBUTES);
      }
      return JournalBuffer.TAKEN;
    }
    boolean durable = policy.mode() == LogPolicy.Mode.DURABLE;
    CompletableFuture<Boolean> logged = offer(prediction, durable);
    if (!prediction.attributes().isEmpty()) {
      if (logged.getNow(true)) {
        offerAttributes(prediction, durable);
      } else {
        meters.dropped(LogRecord.Kind.ATTRIBUTES, "prediction_dropped");
      }
    }
    return durable && !logged.isDone()
        ? logged.completeOnTimeout(false, durableDeadline.toNanos(), TimeUnit.NANOSECONDS)
        : logged;
  }

  private CompletableFuture<Boolean> offer(Prediction prediction, boolean durable) {
    ServedModel model = prediction.model();
    RoutePlan plan = prediction.plan();
    PredictionLogged.Builder logged =
        PredictionLogged.newBuilder()
            .setPredictionId(prediction.id().value())
            .setClientId(prediction.clientId())
            .setProject(model.project())
            .setModel(model.name())
            .setRouteRevision(model.route().revision())
            .setArm(plan.arm())
            .setAnsweredBy(prediction.answeredBy().orElse(""))
            .setEventTimeMs(prediction.arrivedAt().toEpochMilli())
            .addAllScores(prediction.scores().get())
            .setRows(prediction.rows())
            .setGatewayId(gatewayId)
            .setPinned(plan.standing() == Standing.PINNED)
            .setSegment(plan.segment())
            .setHeldOut(plan.standing() == Standing.HELD_OUT)
            .setFallback(prediction.fallback());
    if (!plan.unit().isEmpty()) {
      logged.setUnitHash(unitHash.of(plan.unit()));
    }
    plan.probabilities()
        .forEach(
            (version, probability) ->
                logged.addProbabilities(
                    ArmProbability.newBuilder().setVersion(version).setProbability(probability)));
    if (plan.counts()) {
      logged.setMode(mode(model.route()));
      model.route().liveTest().ifPresent(test -> logged.setEpoch(test.epoch()));
      List<String> tests = model.route().testsOf(plan.arm());
      if (!tests.isEmpty()) {
        logged.setTestId(tests.getFirst()).addAllFurtherTests(tests.subList(1, tests.size()));
      }
    } else {
      logged.setMode(RouteMode.SINGLE);
    }
    byte[] id = bytes(prediction.id());
    return buffer.offer(
        new LogRecord(
            LogRecord.Kind.PREDICTION,
            System.currentTimeMillis(),
            id,
            id,
            PredictionWire.event(
                logged.build(), inputs.of(prediction.inputs(), model.policy().log().fields())),
            prediction.trace().toBytes()),
        durable);
  }

  private void offerAttributes(Prediction prediction, boolean durable) {
    AttributesGiven given =
        AttributesGiven.newBuilder()
            .setPredictionId(prediction.id().value())
            .setProject(prediction.model().project())
            .setModel(prediction.model().name())
            .putAllAttributes(prediction.attributes())
            .build();
    byte[] id = bytes(prediction.id());
    buffer.offer(
        new LogRecord(
            LogRecord.Kind.ATTRIBUTES, System.currentTimeMillis(), id, id, given.toByteArray()),
        durable);
  }

  /** Logs the score of a shadow that {@link #predicted} called expected. */
  public void shadowScored(
      PredictionId id, ServedModel model, VersionScore score, TraceContext trace) {
    if (!enabled) {
      meters.dropped(LogRecord.Kind.SHADOW, "disabled");
      return;
    }
    ShadowScored.Builder scored =
        ShadowScored.newBuilder()
            .setPredictionId(id.value())
            .setProject(model.project())
            .setModel(model.name())
            .setScore(score)
            .setGatewayId(gatewayId);
    model.route().liveTest().ifPresent(test -> scored.setEpoch(test.epoch()));
    model.route().testsOf(score.getVersion()).stream().findFirst().ifPresent(scored::setTestId);
    buffer.offer(
        new LogRecord(
            LogRecord.Kind.SHADOW,
            System.currentTimeMillis(),
            bytes(id),
            (id.value() + "/" + score.getVersion()).getBytes(UTF_8),
            PredictionEvent.newBuilder().setShadow(scored).build().toByteArray(),
            trace.toBytes()),
        model.policy().log().mode() == LogPolicy.Mode.DURABLE);
  }

  /** Counts a shadow whose prediction was dropped: alone it would tell the collector nothing. */
  public void shadowWithoutPrediction() {
    meters.dropped(LogRecord.Kind.SHADOW, "prediction_dropped");
  }

  /** Counts a prediction that could not even be written down. */
  public void lost() {
    meters.dropped(LogRecord.Kind.PREDICTION, "error");
  }

  private static byte[] bytes(PredictionId id) {
    return id.value().getBytes(US_ASCII);
  }

  private static RouteMode mode(Route route) {
    return switch (route) {
      case Route.Single single -> RouteMode.SINGLE;
      case Route.Shadow shadow -> RouteMode.SHADOW;
      case Route.Split split -> RouteMode.SPLIT;
    };
  }

  /** Sends what it can in the time that the bounds give; the rest waits on disk. */
  @Override
  public void close() {
    buffer.close();
  }
}
