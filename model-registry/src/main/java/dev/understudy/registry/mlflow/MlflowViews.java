package dev.understudy.registry.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.registry.run.Experiment;
import dev.understudy.registry.run.Metric;
import dev.understudy.registry.run.Run;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What MLflow's clients read, by their names: the JSON turns {@code runId} into {@code run_id}. */
final class MlflowViews {
  private MlflowViews() {}

  /** A tag or a parameter. */
  record Pair(String key, String value) {
    static List<Pair> of(Map<String, String> pairs) {
      return pairs.entrySet().stream().map(one -> new Pair(one.getKey(), one.getValue())).toList();
    }
  }

  /** An experiment. */
  record ExperimentView(
      String experimentId,
      String name,
      String artifactLocation,
      String lifecycleStage,
      long creationTime,
      long lastUpdateTime,
      List<Pair> tags) {
    static ExperimentView of(Experiment one) {
      return new ExperimentView(
          String.valueOf(one.id()),
          one.name(),
          ArtefactPath.SCHEME + one.id(),
          "active",
          one.createdAt().toEpochMilli(),
          one.changedAt().toEpochMilli(),
          Pair.of(one.tags()));
    }
  }

  /** A point of a figure; a value that is no number is the text NaN or Infinity. */
  record MetricView(String key, double value, long timestamp, long step) {
    static MetricView of(Metric one) {
      return new MetricView(one.key(), one.value(), one.atMs(), one.step());
    }
  }

  /** What a run is. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RunInfo(
      String runId,
      String runUuid,
      String runName,
      String experimentId,
      String userId,
      String status,
      long startTime,
      @Nullable Long endTime,
      String artifactUri,
      String lifecycleStage) {
    static RunInfo of(Run one) {
      return new RunInfo(
          one.id(),
          one.id(),
          one.name(),
          String.valueOf(one.experiment()),
          one.user(),
          one.status().name(),
          one.startedMs(),
          one.endedMs(),
          uri(one),
          "active");
    }
  }

  static String uri(Run run) {
    return "%s%d/%s/artifacts".formatted(ArtefactPath.SCHEME, run.experiment(), run.id());
  }

  /** What a run said. */
  record RunData(List<MetricView> metrics, List<Pair> params, List<Pair> tags) {}

  /** A run. */
  record RunView(RunInfo info, RunData data) {
    static RunView of(Run one) {
      return new RunView(
          RunInfo.of(one),
          new RunData(
              one.latest().stream().map(MetricView::of).toList(),
              Pair.of(one.parameters()),
              Pair.of(one.tags())));
    }
  }

  /** A file or a folder. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record FileView(String path, boolean isDir, @Nullable Long fileSize) {}

  /** An alias with its version. */
  record AliasView(String alias, String version) {}

  /** A version. */
  record VersionView(
      String name,
      String version,
      long creationTimestamp,
      long lastUpdatedTimestamp,
      String currentStage,
      String description,
      String source,
      String runId,
      String status,
      List<Pair> tags,
      List<String> aliases) {}

  /** A model. */
  record ModelView(
      String name,
      long creationTimestamp,
      long lastUpdatedTimestamp,
      String description,
      List<VersionView> latestVersions,
      List<Pair> tags,
      List<AliasView> aliases) {}
}
