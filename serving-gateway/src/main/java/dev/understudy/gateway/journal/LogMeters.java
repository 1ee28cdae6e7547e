package dev.understudy.gateway.journal;

import dev.understudy.gateway.meters.GatewayMetric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What operators see of the log. Thread-safe. */
final class LogMeters {
  private final MeterRegistry registry;
  private final Map<LogRecord.Kind, Counter> logged;
  private final Map<LogRecord.Kind, Counter> dropped;
  private final Map<LogRecord.Kind, Counter> notSampled;
  private final Map<LogRecord.Kind, Map<String, Counter>> droppedBecause =
      new EnumMap<>(LogRecord.Kind.class);

  LogMeters(MeterRegistry registry) {
    this.registry = registry;
    this.logged = events(registry, "logged");
    this.dropped = events(registry, "dropped");
    this.notSampled = events(registry, "not_sampled");
    for (LogRecord.Kind kind : LogRecord.Kind.values()) {
      droppedBecause.put(kind, new ConcurrentHashMap<>());
      // There from the start, so that the first one that is dropped is seen as a rise.
      droppedBecause(kind, "buffer_full");
      droppedBecause(kind, "spool_full");
    }
  }

  private static Map<LogRecord.Kind, Counter> events(MeterRegistry registry, String result) {
    Map<LogRecord.Kind, Counter> counters = new EnumMap<>(LogRecord.Kind.class);
    for (LogRecord.Kind kind : LogRecord.Kind.values()) {
      counters.put(kind, GatewayMetric.LOG_EVENTS.counter(registry, kind.label, result));
    }
    return counters;
  }

  void watch(LogBooks books, Spool spool) {
    GatewayMetric.LOG_BUFFER_BYTES.gauge(registry, books, LogBooks::bytes);
    GatewayMetric.LOG_BUFFER_RECORDS.gauge(registry, books, LogBooks::records);
    GatewayMetric.LOG_SPOOL_BYTES.gauge(registry, spool, Spool::bytes);
  }

  void logged(LogRecord.Kind kind) {
    of(logged, kind).increment();
  }

  void notSampled(LogRecord.Kind kind) {
    of(notSampled, kind).increment();
  }

  void dropped(LogRecord.Kind kind, String cause) {
    of(dropped, kind).increment();
    droppedBecause(kind, cause).increment();
  }

  // With the log switched off this is on the way of every request.
  private Counter droppedBecause(LogRecord.Kind kind, String cause) {
    Map<String, Counter> counters = of(droppedBecause, kind);
    Counter present = counters.get(cause);
    return present != null
        ? present
        : counters.computeIfAbsent(
            cause, one -> GatewayMetric.LOG_DROPPED.counter(registry, kind.label, one));
  }

  /** Answered records that nobody will see, and that no other counter has. */
  void lost(LogRecord.Kind kind, String cause, long most) {
    GatewayMetric.LOG_LOST.counter(registry, kind.label, cause).increment(most);
  }

  /** Records that cannot be read back, whatever they were. */
  void torn() {
    GatewayMetric.LOG_LOST.counter(registry, "unknown", "torn").increment();
  }

  private static <T> T of(Map<LogRecord.Kind, T> counters, LogRecord.Kind kind) {
    T counter = counters.get(kind);
    if (counter == null) {
      throw new IllegalStateException("no counter of " + kind);
    }
    return counter;
  }
}
