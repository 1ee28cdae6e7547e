package dev.understudy.registry.catalog;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Page;
import dev.understudy.registry.problem.Refused;
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
import org.jspecify.annotations.Nullable;

/** The versions of a model. */
@Path("/v1/projects/{project}/models/{model}/versions")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class VersionResource {
  record VersionView(
      String project,
      String model,
      String version,
      String sha256,
      long bytes,
      String format,
      String description,
      @JsonRawValue String metrics,
      @JsonRawValue String parameters,
      @JsonRawValue String run,
      Instant createdAt) {
    static VersionView of(CatalogModel model, VersionEntity row) {
      return new VersionView(
          model.project(),
          model.name(),
          String.valueOf(row.number),
          row.sha256,
          row.bytes,
          row.format,
          row.description,
          row.metrics,
          row.parameters,
          row.run,
          row.createdAt);
    }
  }

  private final Catalog catalog;

  VersionResource(Catalog catalog) {
    this.catalog = catalog;
  }

  @POST
  public Response create(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @Nullable VersionSpec request) {
    VersionSpec spec = Checks.present("body", request);
    spec.check();
    CatalogModel model = catalog.model(project, name);
    VersionView version = VersionView.of(model, catalog.addVersion(model, spec));
    URI place =
        URI.create(
            "/v1/projects/%s/models/%s/versions/%s".formatted(project, name, version.version()));
    return Response.created(place).entity(version).build();
  }

  @GET
  public Page<VersionView> list(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @QueryParam("after") @DefaultValue("0") int after,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    CatalogModel model = catalog.model(project, name);
    return new Page<>(
        catalog.versionsAfter(model, after, Page.limit(limit)).stream()
            .map(row -> VersionView.of(model, row))
            .toList());
  }

  @GET
  @Path("/{version}")
  public VersionView get(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("version") String version) {
    CatalogModel model = catalog.model(project, name);
    return catalog
        .row(model, version)
        .map(row -> VersionView.of(model, row))
        .orElseThrow(() -> Refused.missing("version", version));
  }
}
