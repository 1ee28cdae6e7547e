package dev.understudy.registry.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.registry.mlflow.MlflowViews.ExperimentView;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.run.Experiment;
import dev.understudy.registry.run.ExperimentBook;
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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** MLflow's experiments. */
@Path("/api/2.0/mlflow/experiments")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class ExperimentResource {
  private static final int USUAL = 1_000;

  record Created(String experimentId) {}

  record Answer(ExperimentView experiment) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answers(List<ExperimentView> experiments, @Nullable String nextPageToken) {}

  private final MlflowProject project;
  private final MlflowExperiments experiments;
  private final ExperimentBook book;

  ExperimentResource(MlflowProject project, MlflowExperiments experiments, ExperimentBook book) {
    this.project = project;
    this.experiments = experiments;
    this.book = book;
  }

  @POST
  @Path("/create")
  public Created create(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    if (fields.text("artifact_location").isPresent()) {
      throw Refused.field(
          "artifact_location", "artefacts are kept by this service; leave 'artifact_location' out");
    }
    Experiment made =
        book.add(project.key(), project.name(), fields.needed("name"), fields.pairs("tags"));
    return new Created(String.valueOf(made.id()));
  }

  @GET
  @Path("/get")
  public Answer get(@Context UriInfo uri) {
    String id = Fields.of(uri.getQueryParameters()).needed("experiment_id");
    return new Answer(ExperimentView.of(experiments.get(id)));
  }

  @GET
  @Path("/get-by-name")
  public Answer byName(@Context UriInfo uri) {
    String name = Fields.of(uri.getQueryParameters()).needed("experiment_name");
    return new Answer(ExperimentView.of(experiments.named(name)));
  }

  @POST
  @Path("/search")
  public Answers search(@Nullable JsonNode body) {
    return search(Fields.of(body));
  }

  @GET
  @Path("/search")
  public Answers search(@Context UriInfo uri) {
    return search(Fields.of(uri.getQueryParameters()));
  }

  private Answers search(Fields fields) {
    Search search = Pages.search(fields, USUAL);
    Found<Experiment> found = book.search(project.key(), search);
    return new Answers(
        found.items().stream().map(ExperimentView::of).toList(), Pages.next(search, found.more()));
  }

  @POST
  @Path("/set-experiment-tag")
  public Map<String, String> tag(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    book.tag(
        project.key(),
        experiments.get(fields.needed("experiment_id")).id(),
        fields.needed("key"),
        fields.said("value"));
    return Map.of();
  }
}
