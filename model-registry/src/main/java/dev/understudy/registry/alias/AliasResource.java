package dev.understudy.registry.alias;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.IfMatch;
import dev.understudy.registry.problem.Page;
import dev.understudy.registry.problem.Refused;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The aliases of a model. */
@Path("/v1/projects/{project}/models/{model}/aliases")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class AliasResource {
  record AliasRequest(@Nullable String version) {}

  record AliasView(String name, String version) {
    static AliasView of(Alias alias) {
      return new AliasView(alias.name(), String.valueOf(alias.version()));
    }
  }

  /** One move; without a version the alias was removed. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record MoveView(long change, @Nullable String version, Instant at) {}

  private final Catalog catalog;
  private final AliasDesk desk;

  AliasResource(Catalog catalog, AliasDesk desk) {
    this.catalog = catalog;
    this.desk = desk;
  }

  @GET
  public Page<AliasView> list(
      @PathParam("project") String project, @PathParam("model") String name) {
    long model = catalog.model(project, name).id();
    return new Page<>(
        desk.of(List.of(model)).getOrDefault(model, List.of()).stream()
            .map(AliasView::of)
            .toList());
  }

  @GET
  @Path("/{alias}")
  public Response get(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("alias") String alias) {
    return desk.find(catalog.model(project, name).id(), alias)
        .map(AliasResource::view)
        .orElseThrow(() -> Refused.missing("alias", alias));
  }

  /** A new one needs no If-Match; one that is there moves only from where the caller saw it. */
  @PUT
  @Path("/{alias}")
  public Response put(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("alias") String alias,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @Nullable AliasRequest request) {
    String version = Checks.present("version", Checks.present("body", request).version());
    return view(desk.move(catalog.model(project, name), alias, version, ifMatch));
  }

  @DELETE
  @Path("/{alias}")
  public void delete(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("alias") String alias,
      @HeaderParam("If-Match") @Nullable String ifMatch) {
    CatalogModel model = catalog.model(project, name);
    if (!desk.remove(model, alias, ifMatch)) {
      throw Refused.missing("alias", alias);
    }
  }

  @GET
  @Path("/{alias}/history")
  public Page<MoveView> history(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("alias") String alias,
      @QueryParam("after") @DefaultValue("0") long after,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    return new Page<>(
        desk.moves(catalog.model(project, name), alias, after, Page.limit(limit)).stream()
            .map(
                move ->
                    new MoveView(
                        move.key.change(),
                        move.version == null ? null : String.valueOf(move.version),
                        move.at))
            .toList());
  }

  private static Response view(Alias alias) {
    return Response.ok(AliasView.of(alias)).header("ETag", IfMatch.tag(alias.change())).build();
  }
}
