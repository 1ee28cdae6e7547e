package dev.understudy.registry.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.registry.mlflow.MlflowViews.ModelView;
import dev.understudy.registry.mlflow.MlflowViews.VersionView;
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

/** MLflow's registered models and their aliases. */
@Path("/api/2.0/mlflow/registered-models")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class RegisteredModelResource {
  private static final int USUAL = 100;

  record Answer(ModelView registeredModel) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answers(List<ModelView> registeredModels, @Nullable String nextPageToken) {}

  record Versions(List<VersionView> modelVersions) {}

  record Version(VersionView modelVersion) {}

  private final MlflowModels models;

  RegisteredModelResource(MlflowModels models) {
    this.models = models;
  }

  @POST
  @Path("/create")
  public Answer create(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    return new Answer(
        models.create(
            fields.needed("name"), fields.text("description").orElse(""), fields.pairs("tags")));
  }

  @GET
  @Path("/get")
  public Answer get(@Context UriInfo uri) {
    return new Answer(models.get(Fields.of(uri.getQueryParameters()).needed("name")));
  }

  @GET
  @Path("/search")
  public Answers search(@Context UriInfo uri) {
    Search search = Pages.search(Fields.of(uri.getQueryParameters()), USUAL);
    Found<ModelView> found = models.search(search);
    return new Answers(found.items(), Pages.next(search, found.more()));
  }

  @PATCH
  @Path("/update")
  public Answer update(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    return new Answer(
        models.describe(fields.needed("name"), fields.text("description").orElse("")));
  }

  @POST
  @Path("/rename")
  public Answer rename(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    return new Answer(models.rename(fields.needed("name"), fields.needed("new_name")));
  }

  @DELETE
  @Path("/delete")
  public Map<String, String> delete(@Nullable JsonNode body) {
    models.remove(Fields.of(body).needed("name"));
    return Map.of();
  }

  @POST
  @Path("/get-latest-versions")
  public Versions latest(@Nullable JsonNode body) {
    return latest(Fields.of(body));
  }

  @GET
  @Path("/get-latest-versions")
  public Versions latest(@Context UriInfo uri) {
    return latest(Fields.of(uri.getQueryParameters()));
  }

  private Versions latest(Fields fields) {
    List<Stage> stages =
        fields.texts("stages").stream().map(one -> Stage.of("stages", one)).toList();
    return new Versions(models.latest(fields.needed("name"), stages));
  }

  @POST
  @Path("/set-tag")
  public Map<String, String> tag(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    models.tag(fields.needed("name"), fields.needed("key"), fields.said("value"));
    return Map.of();
  }

  @DELETE
  @Path("/delete-tag")
  public Map<String, String> untag(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    models.untag(fields.needed("name"), fields.needed("key"));
    return Map.of();
  }

  @POST
  @Path("/alias")
  public Map<String, String> alias(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    models.alias(fields.needed("name"), fields.needed("alias"), fields.needed("version"));
    return Map.of();
  }

  @GET
  @Path("/alias")
  public Version byAlias(@Context UriInfo uri) {
    Fields fields = Fields.of(uri.getQueryParameters());
    return new Version(models.byAlias(fields.needed("name"), fields.needed("alias")));
  }

  @DELETE
  @Path("/alias")
  public Map<String, String> removeAlias(@Nullable JsonNode body) {
    Fields fields = Fields.of(body);
    models.removeAlias(fields.needed("name"), fields.needed("alias"));
    return Map.of();
  }
}
