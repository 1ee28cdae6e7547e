package dev.understudy.gateway.inference;

import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.Standing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
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
  private static final Duration[] BUCKETS = {
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10)
  };

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
    series.duration.record(nanosSince(request.arrivedAt()), TimeUnit.NANOSECONDS);
  }

  static long nanosSince(Instant then) {
    Instant now = Instant.now();
    long seconds = now.getEpochSecond() - then.getEpochSecond();
    return Math.max(0, seconds * 1_000_000_000 + now.getNano() - then.getNano());
  }

  /** What a version has done for its callers, to be added to. */
  VersionStatistics counted(ServedModel model, String version) {
    return meters(model.name(), version).statistics;
  }

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
                  boolean loaded =
                      live.find(model).filter(one -> one.versions().contains(version)).isPresent();
                  if (!loaded && versions.remove(version, meters)) {
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
            .computeIfAbsent(
                version, name -> new VersionMeters(Tags.of("model", model, "version", name)));
  }

  /** Everything that is kept of one version of one model. */
  private final class VersionMeters {
    final VersionStatistics statistics = new VersionStatistics();
    private final Tags tags;
    private final AtomicReferenceArray<@Nullable Series> series =
        new AtomicReferenceArray<>(
            Role.values().length * Mode.values().length * RequestTraits.Protocol.values().length);

    VersionMeters(Tags tags) {
      this.tags = tags;
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
      Series created =
          new Series(tags.and("role", word(role), "mode", word(mode), "protocol", word(protocol)));
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

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** The meters of the requests that are alike in all labels but the code. */
  private final class Series {
    final Counter assigned;
    final Timer duration;
    private final Tags tags;
    private final Map<String, Counter> byCode = new ConcurrentHashMap<>();

    Series(Tags tags) {
      this.tags = tags;
      this.assigned = registry.counter("gateway.assignment", tags);
      this.duration =
          Timer.builder("gateway.inference")
              .serviceLevelObjectives(BUCKETS)
              .tags(tags)
              .register(registry);
    }

    void answered(String code) {
      Counter present = byCode.get(code);
      if (present == null) {
        present =
            byCode.computeIfAbsent(
                code, one -> registry.counter("gateway.inference.total", tags.and("code", one)));
      }
      present.increment();
    }

    void close() {
      registry.remove(assigned);
      registry.remove(duration);
      byCode.values().forEach(registry::remove);
    }
  }
}
