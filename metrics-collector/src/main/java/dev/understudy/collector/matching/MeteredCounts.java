package dev.understudy.collector.matching;

import dev.understudy.contracts.v1.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * {@link MatchCounts} as metrics. They count work done by this process since its start: work that
 * is repeated after an aborted transaction is counted again. Thread-safe.
 */
final class MeteredCounts implements MatchCounts {
  private static final double MILLIS = 1_000;

  private final MeterRegistry registry;
  private final Map<OutcomeStatus, Counter> outcomes = new EnumMap<>(OutcomeStatus.class);
  private final Map<PredictionStatus, Counter> predictions = new EnumMap<>(PredictionStatus.class);
  private final Map<ShadowStatus, Counter> shadows = new EnumMap<>(ShadowStatus.class);
  private final Map<Verdict, Counter> evaluations = new EnumMap<>(Verdict.class);
  private final Map<Integer, AtomicLong> passed = new ConcurrentHashMap<>();
  private final Counter definitionsAccepted;
  private final Counter definitionsRefused;
  private final DistributionSummary labelLag;
  private final Counter labelQueueFull;
  private final Counter unitsKept;
  private final Counter unitsDeleted;

  MeteredCounts(MeterRegistry registry) {
    this.registry = registry;
    for (OutcomeStatus status : OutcomeStatus.values()) {
      outcomes.put(status, registry.counter("collector.outcomes", "status", status.word()));
    }
    for (PredictionStatus status : PredictionStatus.values()) {
      predictions.put(status, registry.counter("collector.predictions", "status", status.word()));
    }
    for (ShadowStatus status : ShadowStatus.values()) {
      shadows.put(status, registry.counter("collector.shadows", "status", status.word()));
    }
    for (Verdict verdict : Verdict.values()) {
      if (verdict != Verdict.VERDICT_UNSPECIFIED && verdict != Verdict.UNRECOGNIZED) {
        evaluations.put(
            verdict,
            registry.counter(
                "collector.evaluations", "verdict", verdict.name().toLowerCase(Locale.ROOT)));
      }
    }
    definitionsAccepted = registry.counter("collector.definitions", "status", "accepted");
    labelLag =
        DistributionSummary.builder("collector.label.lag")
            .baseUnit("seconds")
            .description("From a prediction to its outcome, in log time")
            .register(registry);
    unitsKept = registry.counter("collector.units", "status", "kept");
    unitsDeleted = registry.counter("collector.units", "status", "deleted");
    labelQueueFull = registry.counter("collector.label.queue.full");
    definitionsRefused = registry.counter("collector.definitions", "status", "refused");
  }

  @Override
  public void outcome(OutcomeStatus status) {
    increment(outcomes.get(status));
  }

  @Override
  public void prediction(PredictionStatus status) {
    increment(predictions.get(status));
  }

  @Override
  public void shadow(ShadowStatus status) {
    increment(shadows.get(status));
  }

  @Override
  public void evaluation(Verdict verdict) {
    increment(evaluations.get(verdict));
  }

  @Override
  public void definition(boolean accepted) {
    (accepted ? definitionsAccepted : definitionsRefused).increment();
  }

  @Override
  public void passed(int partition, long secondMs) {
    passed.computeIfAbsent(partition, this::gauge).set(secondMs);
  }

  private AtomicLong gauge(int partition) {
    AtomicLong second = new AtomicLong();
    String tag = String.valueOf(partition);
    Gauge.builder("collector.log.time", second, value -> value.get() / MILLIS)
        .baseUnit("seconds")
        .tag("partition", tag)
        .description("Unix time of the last second of log time that the partition has passed")
        .register(registry);
    Gauge.builder(
            "collector.log.delay",
            second,
            value -> (System.currentTimeMillis() - value.get()) / MILLIS)
        .baseUnit("seconds")
        .tag("partition", tag)
        .description("How far log time is behind the wall clock")
        .register(registry);
    return second;
  }

  @Override
  public void labelLag(long millis) {
    labelLag.record(millis / MILLIS);
  }

  @Override
  public void units(long fresh, long deleted) {
    unitsKept.increment(fresh);
    unitsDeleted.increment(deleted);
  }

  @Override
  public void labelQueueFull() {
    labelQueueFull.increment();
  }

  private static void increment(@Nullable Counter counter) {
    if (counter != null) {
      counter.increment();
    }
  }
}
