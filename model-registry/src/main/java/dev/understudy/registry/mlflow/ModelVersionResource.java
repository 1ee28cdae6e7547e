package dev.understudy.registry.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.mlflow.MlflowViews.VersionView;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Found;
import dev.understudy.registry.search.Search;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** MLflow's model versions. */
@Path("/api/2.0/mlflow/model-versions")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class ModelVersionResource {
  private static final int USUAL = 1_000;

  record Answer(VersionView modelVersion) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answers(List<VersionView> modelVersions, @Nullable String nextPageToken) {}

  record Place(String artifactUri) {}

  private final MlflowModels models;
  private final Registration registration;

  ModelVersionResource(MlflowModels models, Registration registration) {
    this.models = models;
    this.registration = registration;
  }

  @POST
  @Path("/create")
  public Answer create(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    return new Answer(
        registration.register(
            fields.needed("name"),
            fields.needed("source"),
            fields.text("run_id"),
            fields.text("description").orElse(""),
            fields.pairs("tags")));
  }

  @GET
  @Path("/get")
  public Answer get(@Context UriInfo uri) {
    Fields fields = Fields.of(uri.getQueryParameters());
    return new Answer(models.view(fields.needed("name"), fields.needed("version")));
  }

  @GET
  @Path("/search")
  public Answers search(@Context UriInfo uri) {
    Search search = Pages.search(Fields.of(uri.getQueryParameters()), USUAL);
    Found<VersionView> found = models.searchVersions(search);
    return new Answers(found.items(), Pages.next(search, found.more()));
  }

  @PATCH
  @Path("/update")
  public Answer update(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    return new Answer(
        models.describeVersion(
            fields.needed("name"),
            fields.needed("version"),
            fields.text("description").orElse("")));
  }

  @DELETE
  @Path("/delete")
  public Answer delete(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    models.version(fields.needed("name"), fields.needed("version"));
    throw Refused.of(
        ProblemType.CONFLICT,
        "versions stay, since routes, rollouts and the trail name them; take its aliases away");
  }

  @GET
  @Path("/get-download-uri")
  public Place place(@Context UriInfo uri) {
    Fields fields = Fields.of(uri.getQueryParameters());
    return new Place(
        MlflowFiles.uri(models.version(fields.needed("name"), fields.needed("version"))));
  }

  /** What a version is to its callers is decided by rollouts; saying what it is already is fine. */
  @POST
  @Path("/transition-stage")
  public Answer transition(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    Stage wanted = Stage.of("stage", fields.needed("stage"));
    VersionView version = models.view(fields.needed("name"), fields.needed("version"));
    if (version.currentStage().equals(wanted.word())) {
      return new Answer(version);
    }
    throw Refused.of(
        ProblemType.CONFLICT,
        ("version %s is in %s, and that is read from the route; it moves by a rollout: POST"
                + " .../models/%s/rollouts with it as the candidate")
            .formatted(version.version(), version.currentStage(), version.name()));
  }

  @POST
  @Path("/set-tag")
  public Map<String, String> tag(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    models.tagVersion(
        fields.needed("name"),
        fields.needed("version"),
        fields.needed("key"),
        fields.said("value"));
    return Map.of();
  }

  @DELETE
  @Path("/delete-tag")
  public Map<String, String> untag(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    models.untagVersion(fields.needed("name"), fields.needed("version"), fields.needed("key"));
    return Map.of();
  }
}
