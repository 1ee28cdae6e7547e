package dev.understudy.registry.run;

import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Found;
import dev.understudy.registry.search.Search;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what runs say of themselves. Metrics and tags may be said again, a parameter may not
 * change. Thread-safe.
 */
@ApplicationScoped
public class RunBook {
  private static final int MOST_METRICS = 1_000;
  private static final int MOST_EXPERIMENTS = 1_000;
  private static final Metric FIRST =
      new Metric("", Double.NEGATIVE_INFINITY, Long.MIN_VALUE, Long.MIN_VALUE);

  private final ExperimentBook experiments;
  private final Runs runs;
  private final RunRows rows;

  RunBook(ExperimentBook experiments, Runs runs, RunRows rows) {
    this.experiments = experiments;
    this.runs = runs;
    this.rows = rows;
  }

  /** Begins a run of an experiment. */
  @Transactional
  public Run begin(
      long project,
      long experiment,
      String name,
      String user,
      long startedMs,
      Map<String, String> tags) {
    experiments.get(project, experiment);
    Texts.checkTags(tags, Texts.LONGEST_RUN_TAG);
    RunEntity row = new RunEntity();
    row.id = UUID.randomUUID().toString().replace("-", "");
    row.experimentId = experiment;
    row.name = Texts.name("run_name", name);
    row.userName = user.isEmpty() ? "" : Texts.name("user_id", user);
    row.status = RunStatus.RUNNING;
    row.startedMs = startedMs;
    runs.persistAndFlush(row);
    rows.setTags(row.id, tags);
    return found(List.of(row)).getFirst();
  }

  /** The run of that id. */
  @Transactional
  public Run get(long project, String id) {
    return found(List.of(row(project, id))).getFirst();
  }

  /** Changes what is given. */
  @Transactional
  public Run update(
      long project,
      String id,
      @Nullable RunStatus status,
      @Nullable Long endedMs,
      @Nullable String name) {
    RunEntity row = locked(project, id);
    if (status != null) {
      row.status = status;
    }
    if (endedMs != null) {
      row.endedMs = endedMs;
    }
    if (name != null) {
      row.name = Texts.name("run_name", name);
    }
    runs.flush();
    return found(List.of(row)).getFirst();
  }

  /** Logs a batch: all of it or nothing. */
  @Transactional
  public void log(
      long project,
      String id,
      List<Metric> metrics,
      Map<String, String> parameters,
      Map<String, String> tags) {
    locked(project, id);
    Checks.between("metrics", metrics.size(), 0, MOST_METRICS);
    metrics.forEach(one -> Texts.name("metrics.key", one.key()));
    Texts.check("params", parameters, Texts.LONGEST_PARAMETER);
    Texts.checkTags(tags, Texts.LONGEST_RUN_TAG);
    if (!parameters.isEmpty()) {
      addParameters(id, parameters);
    }
    if (!tags.isEmpty()) {
      rows.setTags(id, tags);
    }
    if (!metrics.isEmpty()) {
      rows.addMetrics(id, metrics);
    }
  }

  private void addParameters(String id, Map<String, String> parameters) {
    rows.addParameters(id, parameters);
    for (RunRows.Text one : rows.parameters(List.of(id))) {
      String said = parameters.get(one.key());
      if (said != null && !said.equals(one.value())) {
        throw Refused.field(
            "params",
            "the run has the parameter '%s' already, with another value".formatted(one.key()));
      }
    }
  }

  /** Takes a tag away. */
  @Transactional
  public void removeTag(long project, String id, String key) {
    locked(project, id);
    if (!rows.removeTag(id, key)) {
      throw Refused.missing("tag of the run", key);
    }
  }

  /** The points of one figure after that one, or from its first on. */
  @Transactional
  public List<Metric> history(
      long project, String id, String key, @Nullable Metric after, int limit) {
    row(project, id);
    return rows.history(id, key, after == null ? FIRST : after, limit);
  }

  /** Those that a search finds among the runs of these experiments. */
  @Transactional
  public Found<Run> search(long project, List<Long> among, Search search) {
    Checks.between("experiment_ids", among.size(), 0, MOST_EXPERIMENTS);
    if (among.isEmpty()) {
      return new Found<>(List.of(), false);
    }
    Found<RunEntity> found = runs.search(project, among, search);
    return new Found<>(found(found.items()), found.more());
  }

  private RunEntity row(long project, String id) {
    return runs.in(project, id).orElseThrow(() -> Refused.missing("run", id));
  }

  private RunEntity locked(long project, String id) {
    return runs.locked(project, id).orElseThrow(() -> Refused.missing("run", id));
  }

  private List<Run> found(List<RunEntity> found) {
    if (found.isEmpty()) {
      return List.of();
    }
    List<String> ids = found.stream().map(row -> row.id).toList();
    Map<String, Map<String, String>> parameters = byRun(rows.parameters(ids));
    Map<String, Map<String, String>> tags = byRun(rows.tags(ids));
    Map<String, List<Metric>> latest = new HashMap<>();
    for (RunRows.Figure one : rows.latest(ids)) {
      latest.computeIfAbsent(one.run(), run -> new ArrayList<>()).add(one.metric());
    }
    return found.stream()
        .map(
            row ->
                new Run(
                    row.id,
                    row.experimentId,
                    row.name,
                    row.userName,
                    row.status,
                    row.startedMs,
                    row.endedMs,
                    parameters.getOrDefault(row.id, Map.of()),
                    tags.getOrDefault(row.id, Map.of()),
                    latest.getOrDefault(row.id, List.of())))
        .toList();
  }

  private static Map<String, Map<String, String>> byRun(List<RunRows.Text> texts) {
    Map<String, Map<String, String>> byRun = new HashMap<>();
    for (RunRows.Text one : texts) {
      byRun.computeIfAbsent(one.run(), run -> new TreeMap<>()).put(one.key(), one.value());
    }
    return byRun;
  }
}
