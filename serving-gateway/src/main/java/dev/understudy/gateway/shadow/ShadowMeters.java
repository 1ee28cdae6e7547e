package dev.understudy.gateway.shadow;

import dev.understudy.gateway.meters.GatewayMetric;
import dev.understudy.gateway.meters.Histogram;
import dev.understudy.scoring.Score;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;

/**
 * What operators see of shadows, by model and version. A version's series end when it is not loaded
 * any more; one that is still under way may begin them again, which ends with the next change.
 * Thread-safe.
 */
final class ShadowMeters {
  private final MeterRegistry registry;
  private final Map<String, Map<String, OfVersion>> byModel = new ConcurrentHashMap<>();

  ShadowMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Those of one version. */
  OfVersion of(String model, String version) {
    Map<String, OfVersion> versions = byModel.get(model);
    OfVersion present = versions == null ? null : versions.get(version);
    return present != null
        ? present
        : byModel
            .computeIfAbsent(model, name -> new ConcurrentHashMap<>())
            .computeIfAbsent(version, name -> new OfVersion(model, name));
  }

  /** Ends the series of every version that this does not hold for. */
  void keepOnly(BiPredicate<String, String> loaded) {
    byModel.forEach(
        (model, versions) ->
            versions.forEach(
                (version, meters) -> {
                  if (!loaded.test(model, version) && versions.remove(version, meters)) {
                    meters.close();
                  }
                }));
    byModel.values().removeIf(Map::isEmpty);
  }

  List<ShadowRunner.Lag> lags() {
    List<ShadowRunner.Lag> lags = new ArrayList<>();
    byModel.forEach(
        (model, versions) ->
            versions.forEach(
                (version, meters) -> lags.add(new ShadowRunner.Lag(model, version, meters.lag))));
    return lags;
  }

  /** The meters of one version. */
  final class OfVersion {
    private final String model;
    private final String version;
    private final Counter answered;
    private final Counter failed;
    private final Counter timedOut;
    private final Counter droppedByQueue;
    private final Counter droppedByBudget;
    private final Counter dropped;
    private final Counter notSampled;
    private final Map<String, Counter> byReason = new ConcurrentHashMap<>();
    private final Histogram lag = Histogram.ofStage();

    private OfVersion(String model, String version) {
      this.model = model;
      this.version = version;
      this.answered = counter("answered");
      this.failed = counter("failed");
      this.timedOut = counter("timed_out");
      this.droppedByQueue = counter("dropped_by_queue");
      this.droppedByBudget = counter("dropped_by_budget");
      this.dropped = counter("dropped");
      this.notSampled = counter("not_sampled");
      // There from the start, so that the first one that is dropped is seen as a rise.
      reason("queue_full");
      reason("budget");
    }

    private Counter counter(String code) {
      return GatewayMetric.SHADOW.counter(registry, model, version, code);
    }

    private Counter reason(String reason) {
      return byReason.computeIfAbsent(
          reason, one -> GatewayMetric.SHADOW_DROPPED.counter(registry, model, version, one));
    }

    String model() {
      return model;
    }

    String version() {
      return version;
    }

    void notSampled() {
      notSampled.increment();
    }

    /** It ended so, this long after it was handed over. */
    void ended(Score score, long lagNanos) {
      switch (score) {
        case Score.Answered known -> answered.increment();
        case Score.Failed known -> failed.increment();
        case Score.TimedOut known -> timedOut.increment();
        case Score.Shed shed -> {
          drop(shed.cause());
          return;
        }
      }
      lag.record(lagNanos);
    }

    private void drop(String cause) {
      reason(cause).increment();
      switch (cause) {
        case "queue_full", "queue_timeout", "deadline" -> droppedByQueue.increment();
        case "budget" -> droppedByBudget.increment();
        default -> dropped.increment();
      }
    }

    private void close() {
      List.of(answered, failed, timedOut, droppedByQueue, droppedByBudget, dropped, notSampled)
          .forEach(registry::remove);
      byReason.values().forEach(registry::remove);
    }
  }
}
