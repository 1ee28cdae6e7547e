package dev.understudy.registry.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Page;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** The artefacts that are kept out of new rollouts of a model. */
@Path("/v1/projects/{project}/models/{model}/blocks")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class BlockResource {
  record ClearRequest(@Nullable String reason) {}

  /**
   * One block.
   *
   * @param rollout that promoted the artefact, and rolled it back
   * @param clearedAt absent while it stands
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record BlockView(
      String sha256,
      String rollout,
      String version,
      String reason,
      Instant blockedAt,
      @Nullable Instant clearedAt,
      @Nullable String clearedReason) {
    static BlockView of(BlockEntity row) {
      return new BlockView(
          row.sha256,
          row.rolloutId,
          row.version,
          row.reason,
          row.blockedAt,
          row.clearedAt,
          row.clearedReason);
    }
  }

  private final Catalog catalog;
  private final Blocks blocks;
  private final BlockDesk desk;

  BlockResource(Catalog catalog, Blocks blocks, BlockDesk desk) {
    this.catalog = catalog;
    this.blocks = blocks;
    this.desk = desk;
  }

  /** The newest first, those that were cleared among them. */
  @GET
  @Transactional
  public Page<BlockView> list(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    CatalogModel model = catalog.model(project, name);
    return new Page<>(
        blocks.newest(model.id(), Page.limit(limit)).stream().map(BlockView::of).toList());
  }

  @POST
  @Path("/{sha256}/clear")
  @Operation(
      summary = "Let an artefact be a candidate again",
      description =
          "It was promoted and did harm, so it is kept out of new rollouts of the model until a"
              + " person says why it may come back.")
  public Page<BlockView> clear(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("sha256") String sha256,
      @Nullable ClearRequest request) {
    String reason = RolloutResource.reason(Checks.present("body", request).reason());
    desk.clear(catalog.model(project, name), sha256, reason);
    return list(project, name, Page.limit(1));
  }
}
