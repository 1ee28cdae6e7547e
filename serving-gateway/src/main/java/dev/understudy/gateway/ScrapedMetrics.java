package dev.understudy.gateway;

import dev.understudy.gateway.hotswap.HotSwap;
import dev.understudy.gateway.inference.InferenceMeters;
import dev.understudy.gateway.meters.GatewayMetric;
import dev.understudy.gateway.meters.Histogram;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.RunStatistics;
import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The metrics that are read from the live routes and from our own histograms when somebody scrapes.
 * A version that is not live any more has no series, without anybody having to end them, and a run
 * or a stage costs no more than the sums that it is added to. Thread-safe.
 */
final class ScrapedMetrics extends Collector {
  private final Supplier<RoutingTable> live;
  private final Supplier<List<HotSwap.Missing>> missing;
  private final InferenceMeters inferences;
  private final ShadowRunner shadows;

  ScrapedMetrics(
      Supplier<RoutingTable> live,
      Supplier<List<HotSwap.Missing>> missing,
      InferenceMeters inferences,
      ShadowRunner shadows) {
    this.live = live;
    this.missing = missing;
    this.inferences = inferences;
    this.shadows = shadows;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    Families families = new Families();
    for (ServedModel model : live.get().models()) {
      families.add(GatewayMetric.ROUTE_GENERATION, model.route().revision(), model.name());
      for (String version : model.versions()) {
        model.version(version).ifPresent(lease -> version(families, model, version, lease));
      }
    }
    Set<String> told = new HashSet<>();
    for (HotSwap.Missing one : missing.get()) {
      // Of two projects' models of one name, one may be served, and they have one series.
      if (live.get().find(one.model()).isEmpty() && told.add(one.model())) {
        families.add(GatewayMetric.MODEL_NOT_LOADED, 1, one.model(), one.reason());
      }
    }
    for (InferenceMeters.StageSeries stage : inferences.stages()) {
      families.add(
          GatewayMetric.STAGE,
          stage.spent().inSeconds(),
          stage.model(),
          stage.version(),
          stage.stage());
    }
    for (ShadowRunner.Lag lag : shadows.lags()) {
      families.add(GatewayMetric.SHADOW_LAG, lag.behind().inSeconds(), lag.model(), lag.version());
    }
    return families.all();
  }

  private static void version(
      Families families, ServedModel served, String version, ModelPool.Lease lease) {
    String model = served.name();
    RunStatistics runs = lease.statistics();
    families.add(GatewayMetric.LOADED_MODEL_INFO, 1, model, version, role(served.route(), version));
    families.add(GatewayMetric.MODEL_MEMORY_BYTES, lease.memoryBytes(), model, version);
    families.add(GatewayMetric.BATCH_ROWS, rows(runs), model, version);
    families.add(GatewayMetric.RUNS, runs.answered(), model, version, "answered");
    families.add(GatewayMetric.RUNS, runs.failed(), model, version, "failed");
    families.add(GatewayMetric.RUN_SECONDS, runs.runNanos() / 1e9, model, version);
    families.add(GatewayMetric.RUN_WAITS, runs.waits(), model, version);
    families.add(GatewayMetric.RUN_WAIT_SECONDS, runs.waitedNanos() / 1e9, model, version);
  }

  private static String role(Route route, String version) {
    if (version.equals(route.current())) {
      return "current";
    }
    return route.versions().contains(version) ? "candidate" : "standby";
  }

  private static Histogram.Buckets rows(RunStatistics runs) {
    List<Double> bounds = new ArrayList<>();
    for (int rows = 1; rows <= RunStatistics.MOST_ROWS; rows *= 2) {
      bounds.add((double) rows);
    }
    return new Histogram.Buckets(bounds, runs.runsByRows(), runs.rows());
  }

  /** Samples by metric, every metric once. */
  private static final class Families {
    private final Map<GatewayMetric, List<Sample>> samples = new EnumMap<>(GatewayMetric.class);

    void add(GatewayMetric metric, double value, String... labels) {
      of(metric).add(new Sample(metric.exposedName(), metric.labels(), List.of(labels), value));
    }

    void add(GatewayMetric metric, Histogram.Buckets buckets, String... labels) {
      List<Sample> all = of(metric);
      String name = metric.exposedName();
      List<String> names = with(metric.labels(), "le");
      long below = 0;
      for (int i = 0; i < buckets.counts().size(); i++) {
        below += buckets.counts().get(i);
        double bound =
            i < buckets.bounds().size() ? buckets.bounds().get(i) : Double.POSITIVE_INFINITY;
        all.add(
            new Sample(
                name + "_bucket", names, with(List.of(labels), doubleToGoString(bound)), below));
      }
      all.add(new Sample(name + "_count", metric.labels(), List.of(labels), below));
      all.add(new Sample(name + "_sum", metric.labels(), List.of(labels), buckets.sum()));
    }

    private static List<String> with(List<String> some, String oneMore) {
      List<String> more = new ArrayList<>(some);
      more.add(oneMore);
      return more;
    }

    private List<Sample> of(GatewayMetric metric) {
      return samples.computeIfAbsent(metric, first -> new ArrayList<>());
    }

    List<MetricFamilySamples> all() {
      List<MetricFamilySamples> families = new ArrayList<>();
      samples.forEach(
          (metric, some) ->
              families.add(
                  new MetricFamilySamples(
                      metric.exposedName(), type(metric), metric.description(), some)));
      return families;
    }

    private static Type type(GatewayMetric metric) {
      return switch (metric.kind()) {
        case COUNTER -> Type.COUNTER;
        case GAUGE -> Type.GAUGE;
        case SUMMARY -> Type.SUMMARY;
        case TIMER, HISTOGRAM_OF_SECONDS, HISTOGRAM_OF_ROWS -> Type.HISTOGRAM;
      };
    }
  }
}
