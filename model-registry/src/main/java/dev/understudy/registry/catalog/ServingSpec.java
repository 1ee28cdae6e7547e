package dev.understudy.registry.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.contracts.v1.Batching;
import dev.understudy.contracts.v1.BatchingMode;
import dev.understudy.contracts.v1.Capacity;
import dev.understudy.contracts.v1.FieldPolicy;
import dev.understudy.contracts.v1.FieldTreatment;
import dev.understudy.contracts.v1.LogMode;
import dev.understudy.contracts.v1.LogPolicy;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a model is served whatever its route, as it is written in a request and kept. What is left
 * out has the gateway's own default. Unchecked until {@link #policy}.
 *
 * @param attributes names of the sensitive ones that a request may carry, for fairness only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServingSpec(
    @Nullable BatchingSpec batching,
    @Nullable CapacitySpec capacity,
    @Nullable LogSpec log,
    @Nullable FallbackSpec fallback,
    @Nullable List<String> attributes) {
  /** Of a model that asks for nothing. */
  public static final ServingSpec NONE = new ServingSpec(null, null, null, null, null);

  private static final int MOST_BATCHED = 4_096;
  private static final int MOST_AT_ONCE = 1_024;
  private static final int MOST_WAITING = 1_000_000;
  private static final int MOST_ATTRIBUTES = 50;
  private static final Duration SHORTEST_DELAY = Duration.ofNanos(1_000);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);

  /**
   * Whether requests are scored together.
   *
   * @param mode AUTO, ON or OFF
   * @param mostRows of one run
   * @param longestDelay of the first request in a batch
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BatchingSpec(
      @Nullable String mode, @Nullable Integer mostRows, @Nullable Duration longestDelay) {}

  /**
   * How much of one version may go on at once.
   *
   * @param concurrency runs
   * @param queue requests that may wait
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CapacitySpec(@Nullable Integer concurrency, @Nullable Integer queue) {}

  /**
   * How predictions are logged.
   *
   * @param mode ASYNC or DURABLE
   * @param sample of the requests outside a test; all by default
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LogSpec(
      @Nullable String mode, @Nullable Double sample, @Nullable List<FieldSpec> fields) {}

  /** One input that is not logged as it came: HASHED, REDACTED or DROPPED. */
  public record FieldSpec(@Nullable String input, @Nullable String treatment) {}

  /**
   * The policy as the gateways get it, once everything in it is right.
   *
   * @param at the path of this in the request, with its dot; empty: it is the body
   * @param versions finds a version of the model
   */
  ServingPolicy policy(
      String at, ModelSpec model, Function<String, Optional<VersionRef>> versions) {
    ServingPolicy.Builder policy = ServingPolicy.newBuilder();
    if (batching != null) {
      policy.setBatching(batching(at + "batching.", batching));
    }
    if (capacity != null) {
      policy.setCapacity(
          Capacity.newBuilder()
              .setConcurrency(
                  count(at + "capacity.concurrency", capacity.concurrency(), MOST_AT_ONCE))
              .setQueue(count(at + "capacity.queue", capacity.queue(), MOST_WAITING)));
    }
    if (log != null) {
      policy.setLog(log(at + "log.", log, model));
    }
    if (fallback != null) {
      policy.setFallback(fallback.fallback(at + "fallback", model, versions));
    }
    return policy.addAllAttributes(attributes(at + "attributes")).build();
  }

  /** Whether an input is logged otherwise than it came, or not at all. */
  public boolean isAltered(String input) {
    return log != null
        && log.fields() != null
        && log.fields().stream().anyMatch(field -> input.equals(field.input()));
  }

  /** The version that callers fall back to, if there is one. */
  public Optional<String> fallbackVersion() {
    return Optional.ofNullable(fallback).map(FallbackSpec::version);
  }

  private static Batching batching(String at, BatchingSpec said) {
    Batching.Builder batching =
        Batching.newBuilder().setMostRows(count(at + "most_rows", said.mostRows(), MOST_BATCHED));
    if (said.mode() != null) {
      batching.setMode(
          Checks.choice(
              at + "mode",
              said.mode(),
              List.of(BatchingMode.AUTO, BatchingMode.ON, BatchingMode.OFF)));
    }
    if (said.longestDelay() != null) {
      batching.setLongestDelayUs(
          Checks.between(at + "longest_delay", said.longestDelay(), SHORTEST_DELAY, LONGEST_DELAY)
                  .toNanos()
              / 1_000);
    }
    return batching.build();
  }

  private static LogPolicy log(String at, LogSpec said, ModelSpec model) {
    LogPolicy.Builder log = LogPolicy.newBuilder();
    if (said.mode() != null) {
      log.setMode(Checks.choice(at + "mode", said.mode(), List.of(LogMode.ASYNC, LogMode.DURABLE)));
    }
    if (said.sample() != null) {
      log.setSample(Checks.between(at + "sample", said.sample(), 0, 1));
    }
    List<FieldSpec> fields = said.fields() == null ? List.of() : said.fields();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < fields.size(); i++) {
      String each = "%sfields[%d]".formatted(at, i);
      FieldSpec field = Checks.present(each, fields.get(i));
      String input = Checks.present(each + ".input", field.input());
      if (model.input(input).isEmpty()) {
        throw Refused.field(each + ".input", "the model has no input '%s'".formatted(input));
      }
      if (!seen.add(input)) {
        throw Refused.field(each + ".input", "'%s' is there twice".formatted(input));
      }
      log.addFields(
          FieldPolicy.newBuilder()
              .setInput(input)
              .setTreatment(
                  Checks.choice(
                      each + ".treatment",
                      field.treatment(),
                      List.of(
                          FieldTreatment.HASHED,
                          FieldTreatment.REDACTED,
                          FieldTreatment.DROPPED))));
    }
    return log.build();
  }

  private List<String> attributes(String at) {
    List<String> names = attributes == null ? List.of() : attributes;
    Checks.between(at, names.size(), 0, MOST_ATTRIBUTES);
    List<String> checked = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String each = "%s[%d]".formatted(at, i);
      String name = Checks.name(each, names.get(i));
      if (checked.contains(name)) {
        throw Refused.field(each, "'%s' is there twice".formatted(name));
      }
      checked.add(name);
    }
    return checked;
  }

  /** Absent is 0 on the wire: the gateway's own default. */
  private static int count(String field, @Nullable Integer value, int most) {
    return value == null ? 0 : (int) Checks.between(field, (long) value, 1, most);
  }
}
