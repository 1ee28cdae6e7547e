package dev.understudy.registry.rollout;

import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.catalog.ServingSpec;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.IfMatch;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** How a model is served. */
@Path("/v1/projects/{project}/models/{model}/serving")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class ServingResource {
  private final Catalog catalog;
  private final ServingDesk desk;

  ServingResource(Catalog catalog, ServingDesk desk) {
    this.catalog = catalog;
    this.desk = desk;
  }

  /** What is left out has the gateways' own default. */
  @GET
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = ServingSpec.class)))
  public Response get(@PathParam("project") String project, @PathParam("model") String name) {
    return view(catalog.model(project, name));
  }

  @PUT
  @Operation(
      summary = "Replace how the model is served",
      description =
          "The whole of it, with the ETag of what is replaced in If-Match. The gateways take it"
              + " over at once; routes and rollouts stay as they are.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = ServingSpec.class)))
  public Response put(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @Nullable ServingSpec request) {
    desk.change(catalog.model(project, name).id(), ifMatch, Checks.present("body", request));
    return view(catalog.model(project, name));
  }

  private static Response view(CatalogModel model) {
    return Response.ok(model.spec().servingOrNone())
        .header("ETag", IfMatch.tag(model.servingChange()))
        .build();
  }
}
