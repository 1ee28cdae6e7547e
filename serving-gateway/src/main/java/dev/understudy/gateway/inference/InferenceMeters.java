package dev.understudy.gateway.inference;

import dev.understudy.gateway.meters.GatewayMetric;
import dev.understudy.gateway.meters.Histogram;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.Standing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What operators see of the requests, and the statistics that clients can ask for. Labels come from
 * routes only, so their number is bounded, and a version's series end when it is not loaded any
 * more. A request looks its series up by name once and makes no text. Thread-safe.
 */
public final class InferenceMeters {
  private final MeterRegistry registry;
  private final Map<String, Map<String, VersionMeters>> byModel = new ConcurrentHashMap<>();

  public InferenceMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** What a version is to a request. */
  private enum Role {
    CURRENT,
    CANDIDATE,
    /** The client has named it. */
    PINNED;

    static Role of(ServedModel model, RoutePlan plan) {
      if (plan.standing() == Standing.PINNED) {
        return PINNED;
      }
      return plan.arm().equals(model.route().current()) ? CURRENT : CANDIDATE;
    }
  }

  /** A request that counts for no test, and why. */
  void untested(ServedModel model, Standing standing) {
    GatewayMetric.UNTESTED.counter(registry, model.name(), word(standing)).increment();
  }

  private enum Mode {
    SINGLE,
    SHADOW,
    SPLIT;

    static Mode of(Route route) {
      return switch (route) {
        case Route.Single single -> SINGLE;
        case Route.Shadow shadow -> SHADOW;
        case Route.Split split -> SPLIT;
      };
    }
  }

  /** A request was assigned to an arm. */
  void assigned(ServedModel model, RoutePlan plan, InferenceRequest request) {
    series(model, plan, request).assigned.increment();
  }

  /**
   * The caller has an answer.
   *
   * @param code one of few words
   */
  void answered(ServedModel model, RoutePlan plan, InferenceRequest request, String code) {
    Series series = series(model, plan, request);
    series.answered(code);
    series.duration.record(nanosBetween(request.arrivedAt(), Instant.now()), TimeUnit.NANOSECONDS);
  }

  static long nanosBetween(Instant then, Instant now) {
    long seconds = now.getEpochSecond() - then.getEpochSecond();
    return Math.max(0, seconds * 1_000_000_000 + now.getNano() - then.getNano());
  }

  /** What a version has done for its callers, to be added to. */
  VersionStatistics counted(ServedModel model, String version) {
    return meters(model.name(), version).statistics;
  }

  /**
   * An answer went out to its caller.
   *
   * @param version that answered; empty: none did
   * @param parseNanos from the body, or the message, to tensors
   * @param serialiseNanos from the answer to its body
   */
  public void told(String model, String version, long parseNanos, long serialiseNanos) {
    if (!version.isEmpty()) {
      VersionStatistics statistics = meters(model, version).statistics;
      statistics.parse().record(parseNanos);
      statistics.serialise().record(serialiseNanos);
    }
  }

  /** Where the time of requests went, by version. */
  public List<StageSeries> stages() {
    List<StageSeries> stages = new ArrayList<>();
    byModel.forEach(
        (model, versions) ->
            versions.forEach(
                (version, meters) ->
                    meters
                        .statistics
                        .stages()
                        .forEach(
                            (stage, spent) ->
                                stages.add(new StageSeries(model, version, stage, spent)))));
    return stages;
  }

  /** One stage of the requests that a version answered. */
  public record StageSeries(String model, String version, String stage, Histogram spent) {}

  /** What a version has done for its callers since it was loaded; empty: nothing yet. */
  public Optional<VersionStatistics.Snapshot> statistics(String model, String version) {
    return Optional.ofNullable(byModel.get(model))
        .map(versions -> versions.get(version))
        .map(meters -> meters.statistics.snapshot());
  }

  /**
   * Ends the series of every version that is not loaded any more. A request that is under way with
   * one may begin a series again, which ends with the next change.
   */
  public void keepOnly(RoutingTable live) {
    byModel.forEach(
        (model, versions) ->
            versions.forEach(
                (version, meters) -> {
                  if (!live.has(model, version) && versions.remove(version, meters)) {
                    meters.close();
                  }
                }));
    byModel.values().removeIf(Map::isEmpty);
  }

  private Series series(ServedModel model, RoutePlan plan, InferenceRequest request) {
    return meters(model.name(), plan.arm())
        .series(Role.of(model, plan), Mode.of(model.route()), request.traits().protocol());
  }

  private VersionMeters meters(String model, String version) {
    Map<String, VersionMeters> versions = byModel.get(model);
    VersionMeters present = versions == null ? null : versions.get(version);
    return present != null
        ? present
        : byModel
            .computeIfAbsent(model, name -> new ConcurrentHashMap<>())
            .computeIfAbsent(version, name -> new VersionMeters(model, name));
  }

  /** Everything that is kept of one version of one model. */
  private final class VersionMeters {
    final VersionStatistics statistics = new VersionStatistics();
    private final String model;
    private final String version;
    private final AtomicReferenceArray<@Nullable Series> series =
        new AtomicReferenceArray<>(
            Role.values().length * Mode.values().length * RequestTraits.Protocol.values().length);

    VersionMeters(String model, String version) {
      this.model = model;
      this.version = version;
    }

    Series series(Role role, Mode mode, RequestTraits.Protocol protocol) {
      int at =
          (role.ordinal() * Mode.values().length + mode.ordinal())
                  * RequestTraits.Protocol.values().length
              + protocol.ordinal();
      Series present = series.get(at);
      if (present != null) {
        return present;
      }
      // Registered twice it is the same series, so that it does not matter who comes first.
      Series created = new Series(model, version, word(role), word(mode), word(protocol));
      series.set(at, created);
      return created;
    }

    void close() {
      for (int i = 0; i < series.length(); i++) {
        Series ended = series.get(i);
        if (ended != null) {
          ended.close();
        }
      }
    }
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** The meters of the requests that are alike in all labels but the code. */
  private final class Series {
    final Counter assigned;
    final Timer duration;
    private final String[] labels;
    private final Map<String, Counter> byCode = new ConcurrentHashMap<>();

    Series(String... labels) {
      this.labels = labels;
      this.assigned = GatewayMetric.ASSIGNMENT.counter(registry, labels);
      this.duration = GatewayMetric.INFERENCE.timer(registry, labels);
    }

    void answered(String code) {
      Counter present = byCode.get(code);
      if (present == null) {
        present = byCode.computeIfAbsent(code, this::counter);
      }
      present.increment();
    }

    private Counter counter(String code) {
      String[] all = Arrays.copyOf(labels, labels.length + 1);
      all[labels.length] = code;
      return GatewayMetric.INFERENCE_TOTAL.counter(registry, all);
    }

    void close() {
      registry.remove(assigned);
      registry.remove(duration);
      byCode.values().forEach(registry::remove);
    }
  }
}
