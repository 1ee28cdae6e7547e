package dev.understudy.registry.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Page;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models of a project. */
@Path("/v1/projects/{project}/models")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class ModelResource {
  /** As it was written, with where it belongs and how many versions it has. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ModelView(
      String project,
      String name,
      @Nullable String task,
      @Nullable List<ModelSpec.Input> inputs,
      @Nullable List<ModelSpec.Output> outputs,
      @Nullable MeaningSpec meaning,
      List<KpiSpec> kpis,
      @Nullable List<GuardSpec> guards,
      ServingSpec serving,
      int versions,
      Instant createdAt) {}

  private final Catalog catalog;

  ModelResource(Catalog catalog) {
    this.catalog = catalog;
  }

  @POST
  public Response create(@PathParam("project") String project, @Nullable ModelSpec request) {
    ModelSpec spec = Checks.present("body", request);
    spec.check();
    ModelView model =
        view(project, catalog.addModel(project, spec, Checks.name("name", spec.name())));
    return Response.created(
            URI.create("/v1/projects/%s/models/%s".formatted(project, model.name())))
        .entity(model)
        .build();
  }

  @GET
  public Page<ModelView> list(
      @PathParam("project") String project,
      @QueryParam("after") @DefaultValue("") String after,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    return new Page<>(
        catalog.modelsAfter(project, after, Page.limit(limit)).stream()
            .map(row -> view(project, row))
            .toList());
  }

  @GET
  @Path("/{model}")
  public ModelView get(@PathParam("project") String project, @PathParam("model") String model) {
    return view(project, catalog.modelRow(project, model));
  }

  private ModelView view(String project, ModelEntity row) {
    ModelSpec spec = catalog.spec(row);
    return new ModelView(
        project,
        row.name,
        spec.task(),
        spec.inputs(),
        spec.outputs(),
        spec.meaning(),
        spec.kpis(),
        spec.guards(),
        spec.servingOrNone(),
        row.lastVersion,
        row.createdAt);
  }
}
