package dev.understudy.registry.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.registry.mlflow.MlflowViews.RunInfo;
import dev.understudy.registry.mlflow.MlflowViews.RunView;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.run.Metric;
import dev.understudy.registry.run.Run;
import dev.understudy.registry.run.RunBook;
import dev.understudy.registry.run.RunStatus;
import dev.understudy.registry.search.Found;
import dev.understudy.registry.search.Search;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** MLflow's runs. */
@Path("/api/2.0/mlflow/runs")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class RunResource {
  private static final int USUAL = 1_000;
  private static final String NAME_TAG = "mlflow.runName";

  record Answer(RunView run) {}

  record Updated(RunInfo runInfo) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answers(List<RunView> runs, @Nullable String nextPageToken) {}

  private final MlflowProject project;
  private final MlflowExperiments experiments;
  private final RunBook book;
  private final Clock clock;

  RunResource(MlflowProject project, MlflowExperiments experiments, RunBook book, Clock clock) {
    this.project = project;
    this.experiments = experiments;
    this.book = book;
    this.clock = clock;
  }

  @POST
  @Path("/create")
  public Answer create(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    Map<String, String> tags = new LinkedHashMap<>(fields.pairs("tags"));
    long now = clock.millis();
    String name =
        fields
            .text("run_name")
            .orElseGet(() -> tags.getOrDefault(NAME_TAG, "run-" + Long.toString(now, 36)));
    tags.put(NAME_TAG, name);
    long experiment = experiments.get(fields.text("experiment_id").orElse("0")).id();
    String user = fields.text("user_id").orElse("");
    long started = fields.whole("start_time").orElse(now);
    return new Answer(RunView.of(book.begin(project.key(), experiment, name, user, started, tags)));
  }

  @GET
  @Path("/get")
  public Answer get(@Context UriInfo uri) {
    return new Answer(RunView.of(book.get(project.key(), id(Fields.of(uri.getQueryParameters())))));
  }

  @POST
  @Path("/update")
  public Updated update(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    RunStatus status =
        fields
            .text("status")
            .map(one -> Checks.choice("status", one, EnumSet.allOf(RunStatus.class)))
            .orElse(null);
    Long ended = fields.whole("end_time").orElse(null);
    String name = fields.text("run_name").orElse(null);
    Run run = book.update(project.key(), id(fields), status, ended, name);
    return new Updated(RunInfo.of(run));
  }

  @POST
  @Path("/search")
  public Answers search(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    Search search = Pages.search(fields, USUAL);
    List<Long> among =
        fields.texts("experiment_ids").stream().map(one -> experiments.get(one).id()).toList();
    // Runs are never deleted here.
    Found<Run> found =
        fields.text("run_view_type").filter("DELETED_ONLY"::equals).isPresent()
            ? new Found<>(List.of(), false)
            : book.search(project.key(), among, search);
    return new Answers(
        found.items().stream().map(RunView::of).toList(), Pages.next(search, found.more()));
  }

  @POST
  @Path("/log-metric")
  public Map<String, String> metric(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    return log(fields, List.of(metric(fields)), Map.of(), Map.of());
  }

  @POST
  @Path("/log-parameter")
  public Map<String, String> parameter(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    return log(fields, List.of(), Map.of(fields.needed("key"), fields.said("value")), Map.of());
  }

  @POST
  @Path("/log-batch")
  public Map<String, String> batch(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    return log(
        fields,
        fields.objects("metrics", this::metric),
        fields.pairs("params"),
        fields.pairs("tags"));
  }

  @POST
  @Path("/set-tag")
  public Map<String, String> tag(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    return log(fields, List.of(), Map.of(), Map.of(fields.needed("key"), fields.said("value")));
  }

  @POST
  @Path("/delete-tag")
  public Map<String, String> untag(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    book.removeTag(project.key(), id(fields), fields.needed("key"));
    return Map.of();
  }

  private Map<String, String> log(
      Fields fields,
      List<Metric> metrics,
      Map<String, String> parameters,
      Map<String, String> tags) {
    book.log(project.key(), id(fields), metrics, parameters, tags);
    return Map.of();
  }

  private Metric metric(Fields fields) {
    return new Metric(
        fields.needed("key"),
        fields.number("value"),
        fields.whole("timestamp").orElseGet(clock::millis),
        fields.whole("step").orElse(0L));
  }

  /** Old clients say run_uuid, Java's says both. */
  static String id(Fields fields) {
    return fields
        .text("run_id")
        .or(() -> fields.text("run_uuid"))
        .orElseGet(() -> fields.needed("run_id"));
  }
}
