package dev.understudy.gateway.routing;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How a model is served, whatever its route. What is left out has the gateway's own default.
 * Immutable.
 *
 * @param fallback who answers when the version that should does not; empty: nobody
 * @param attributes names of the sensitive ones that a request may carry
 */
public record ServingPolicy(
    Batching batching,
    Capacity capacity,
    LogPolicy log,
    Optional<Fallback> fallback,
    Set<String> attributes) {

  /** Of a model that asks for nothing. */
  public static final ServingPolicy DEFAULT =
      new ServingPolicy(
          Batching.DEFAULT, Capacity.DEFAULT, LogPolicy.DEFAULT, Optional.empty(), Set.of());

  public ServingPolicy {
    attributes = Set.copyOf(attributes);
  }

  /**
   * Whether requests are scored together.
   *
   * @param mostRows of one run
   * @param longestDelay of the first request in a batch
   */
  public record Batching(Mode mode, OptionalInt mostRows, Optional<Duration> longestDelay) {
    public static final Batching DEFAULT =
        new Batching(Mode.AUTO, OptionalInt.empty(), Optional.empty());

    /** AUTO: on where warm-up measures a gain. */
    public enum Mode {
      AUTO,
      ON,
      OFF
    }

    public Batching {
      requireAtLeastOne("batching.most_rows", mostRows);
      if (longestDelay.isPresent() && !longestDelay.get().isPositive()) {
        throw new IllegalArgumentException("batching.longest_delay must be above zero");
      }
    }
  }

  /**
   * How much of one version may go on at once.
   *
   * @param concurrency runs
   * @param queue requests that may wait
   */
  public record Capacity(OptionalInt concurrency, OptionalInt queue) {
    public static final Capacity DEFAULT = new Capacity(OptionalInt.empty(), OptionalInt.empty());

    public Capacity {
      requireAtLeastOne("capacity.concurrency", concurrency);
      requireAtLeastOne("capacity.queue", queue);
    }
  }

  /**
   * How predictions are logged.
   *
   * @param sample of the requests outside a test, by a hash of the id, 0..1
   * @param fields inputs that are not logged as they came, by name
   */
  public record LogPolicy(Mode mode, double sample, Map<String, Treatment> fields) {
    public static final LogPolicy DEFAULT = new LogPolicy(Mode.ASYNC, 1, Map.of());

    /** DURABLE: the answer waits until the log has it. */
    public enum Mode {
      ASYNC,
      DURABLE
    }

    /** What happens to an input before it leaves the process. */
    public enum Treatment {
      /** Keyed: equal values stay equal. */
      HASHED,
      /** The shape is logged, the values are not. */
      REDACTED,
      /** The column is not logged. */
      DROPPED
    }

    public LogPolicy {
      fields = Map.copyOf(fields);
      if (!(sample >= 0 && sample <= 1)) {
        throw new IllegalArgumentException("log.sample %s is outside 0..1".formatted(sample));
      }
    }
  }

  /** Who answers when the assigned version, and its stand-in, did not. */
  public sealed interface Fallback {

    /** Another version, kept loaded for it. */
    record Version(String version) implements Fallback {}

    /** An answer that was stated beforehand. */
    record Stated(StatedAnswer answer) implements Fallback {}
  }

  /** The same for as long as the fallback is not to be had. */
  public ServingPolicy withoutFallback() {
    return new ServingPolicy(batching, capacity, log, Optional.empty(), attributes);
  }

  /** The versions that it needs beside those of the route. */
  Set<String> versions() {
    Set<String> versions = new LinkedHashSet<>();
    if (fallback.orElse(null) instanceof Fallback.Version one) {
      versions.add(one.version());
    }
    return versions;
  }

  private static void requireAtLeastOne(String what, OptionalInt value) {
    if (value.isPresent() && value.getAsInt() < 1) {
      throw new IllegalArgumentException("%s must be at least 1".formatted(what));
    }
  }
}
