package dev.understudy.registry.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.IfMatch;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.wire.MessageJson;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The route of a model. */
@Path("/v1/projects/{project}/models/{model}/route")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class RouteResource {
  record RouteRequest(@Nullable String version) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RouteView(
      String project,
      String model,
      long revision,
      @Nullable Map<String, Object> committed,
      @Nullable Map<String, Object> prepared,
      @Nullable Instant preparedAt,
      @Nullable Map<String, Object> standby,
      @Nullable String failure) {}

  private final Catalog catalog;
  private final RolloutControl control;
  private final Routes routes;

  RouteResource(Catalog catalog, RolloutControl control, Routes routes) {
    this.catalog = catalog;
    this.control = control;
    this.routes = routes;
  }

  /** The first deployment; from then on versions change by rollouts. */
  @PUT
  public Response deploy(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @Nullable RouteRequest request) {
    String version = Checks.present("version", Checks.present("body", request).version());
    control.deploy(catalog.model(project, name), version);
    return view(Response.accepted(), project, name);
  }

  @GET
  @Transactional
  public Response get(@PathParam("project") String project, @PathParam("model") String name) {
    return view(Response.ok(), project, name);
  }

  private Response view(Response.ResponseBuilder answer, String project, String name) {
    CatalogModel model = catalog.model(project, name);
    RouteEntity row =
        routes
            .findByIdOptional(model.id())
            .orElseThrow(() -> Refused.missing("route of the model", name));
    ModelRoute route = row.route();
    RouteView view =
        new RouteView(
            project,
            name,
            route.revision(),
            route.committed() == null ? null : MessageJson.of(route.committed()),
            route.prepared() == null ? null : MessageJson.of(route.prepared()),
            route.preparedAt(),
            route.standby() == null ? null : MessageJson.of(route.standby()),
            route.failure());
    return answer.header("ETag", IfMatch.tag(row.change)).entity(view).build();
  }
}
