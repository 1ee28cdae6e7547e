package dev.understudy.gateway.journal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** What operators see of the log. Thread-safe. */
final class LogMeters {
  private final MeterRegistry registry;
  private final Map<LogRecord.Kind, Counter> logged;
  private final Map<LogRecord.Kind, Counter> dropped;
  private final Map<LogRecord.Kind, Counter> notSampled;

  LogMeters(MeterRegistry registry) {
    this.registry = registry;
    this.logged = events(registry, "logged");
    this.dropped = events(registry, "dropped");
    this.notSampled = events(registry, "not_sampled");
  }

  private static Map<LogRecord.Kind, Counter> events(MeterRegistry registry, String result) {
    Map<LogRecord.Kind, Counter> counters = new EnumMap<>(LogRecord.Kind.class);
    for (LogRecord.Kind kind : LogRecord.Kind.values()) {
      counters.put(
          kind, registry.counter("gateway.log.events", "event", kind.label, "result", result));
    }
    return counters;
  }

  void watch(LogBooks books, Spool spool) {
    registry.gauge("gateway.log.buffer.bytes", books, LogBooks::bytes);
    registry.gauge("gateway.log.buffer.records", books, LogBooks::records);
    registry.gauge("gateway.log.spool.bytes", spool, Spool::bytes);
  }

  void logged(LogRecord.Kind kind) {
    of(logged, kind).increment();
  }

  void notSampled(LogRecord.Kind kind) {
    of(notSampled, kind).increment();
  }

  void dropped(LogRecord.Kind kind, String cause) {
    of(dropped, kind).increment();
    registry.counter("gateway.log.dropped", "event", kind.label, "cause", cause).increment();
  }

  /** Answered records that nobody will see, and that no other counter has. */
  void lost(LogRecord.Kind kind, String cause, long most) {
    registry.counter("gateway.log.lost", "event", kind.label, "cause", cause).increment(most);
  }

  /** Records that cannot be read back, whatever they were. */
  void torn() {
    registry.counter("gateway.log.lost", "event", "unknown", "cause", "torn").increment();
  }

  private static Counter of(Map<LogRecord.Kind, Counter> counters, LogRecord.Kind kind) {
    Counter counter = counters.get(kind);
    if (counter == null) {
      throw new IllegalStateException("no counter of " + kind);
    }
    return counter;
  }
}
