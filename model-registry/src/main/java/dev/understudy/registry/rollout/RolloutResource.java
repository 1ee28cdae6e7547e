package dev.understudy.registry.rollout;

import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.IfMatch;
import dev.understudy.registry.problem.Page;
import dev.understudy.registry.problem.Refused;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The rollouts of a model. */
@Path("/v1/projects/{project}/models/{model}/rollouts")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class RolloutResource {
  private static final int LONGEST_REASON = 1_000;

  record StopRequest(@Nullable String reason) {}

  private final Catalog catalog;
  private final RolloutControl control;
  private final Rollouts rollouts;
  private final RolloutTests tests;
  private final AuditTrail audit;

  RolloutResource(
      Catalog catalog,
      RolloutControl control,
      Rollouts rollouts,
      RolloutTests tests,
      AuditTrail audit) {
    this.catalog = catalog;
    this.control = control;
    this.rollouts = rollouts;
    this.tests = tests;
    this.audit = audit;
  }

  @POST
  public Response start(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @Nullable RolloutRequest request) {
    CatalogModel model = catalog.model(project, name);
    String id = control.start(model, Checks.present("body", request));
    URI place = URI.create("/v1/projects/%s/models/%s/rollouts/%s".formatted(project, name, id));
    return view(Response.created(place), model, id);
  }

  /** The newest first, without their history. */
  @GET
  @Transactional
  public Page<RolloutView> list(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    CatalogModel model = catalog.model(project, name);
    return new Page<>(
        rollouts.newest(model.id(), Page.limit(limit)).stream()
            .map(row -> RolloutView.of(model, row, tests.of(row.id), null))
            .toList());
  }

  @GET
  @Path("/{id}")
  @Transactional
  public Response get(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("id") String id) {
    return view(Response.ok(), catalog.model(project, name), id);
  }

  @POST
  @Path("/{id}/stop")
  public Response stop(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("id") String id,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @Nullable StopRequest request) {
    String reason = Checks.text("reason", Checks.present("body", request).reason(), LONGEST_REASON);
    if (reason.isBlank()) {
      throw Refused.field("reason", "say why");
    }
    CatalogModel model = catalog.model(project, name);
    control.stop(model, id, ifMatch, reason);
    return view(Response.ok(), model, id);
  }

  private Response view(Response.ResponseBuilder answer, CatalogModel model, String id) {
    RolloutEntity row =
        rollouts.of(model.id(), id).orElseThrow(() -> Refused.missing("rollout", id));
    RolloutView view = RolloutView.of(model, row, tests.of(id), audit.of("rollout/" + id));
    return answer.header("ETag", IfMatch.tag(row.change)).entity(view).build();
  }
}
