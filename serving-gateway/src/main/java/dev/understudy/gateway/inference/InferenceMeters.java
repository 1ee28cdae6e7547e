package dev.understudy.gateway.inference;

import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.Standing;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** What operators see of the requests. Labels come from routes only, so their number is bounded. */
public final class InferenceMeters {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(200),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(2)
  };

  private final MeterRegistry registry;

  public InferenceMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  void assigned(ServedModel model, String arm) {
    registry
        .counter(
            "gateway.assignment", "project", model.project(), "model", model.name(), "arm", arm)
        .increment();
  }

  /** A request that counts for no test, and why. */
  void untested(ServedModel model, Standing standing) {
    registry
        .counter(
            "gateway.untested",
            "project",
            model.project(),
            "model",
            model.name(),
            "reason",
            standing.name().toLowerCase(Locale.ROOT))
        .increment();
  }

  void answered(ServedModel model, String arm, String outcome, Instant arrivedAt) {
    registry
        .counter(
            "gateway.inference.total",
            "project",
            model.project(),
            "model",
            model.name(),
            "version",
            arm,
            "outcome",
            outcome)
        .increment();
    Timer.builder("gateway.inference")
        .serviceLevelObjectives(BUCKETS)
        .tag("project", model.project())
        .tag("model", model.name())
        .tag("version", arm)
        .register(registry)
        .record(Duration.between(arrivedAt, Instant.now()));
  }
}
