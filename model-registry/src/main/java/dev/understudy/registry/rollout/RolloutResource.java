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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** The rollouts of a model. */
@Path("/v1/projects/{project}/models/{model}/rollouts")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
class RolloutResource {
  private static final int LONGEST_REASON = 1_000;

  record StopRequest(@Nullable String reason) {}

  record ConfirmRequest(@Nullable String reason) {}

  /**
   * @param share the next one of the split
   */
  record WidenRequest(@Nullable Double share, @Nullable String reason) {}

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
  @Operation(
      summary = "Start a rollout",
      description =
          "A candidate, or up to eight 'candidates' that share alpha_promote and alpha_rollback,"
              + " and a shadow, a split or both. A split has one 'share', or 'shares': a"
              + " rising list, each with the 'minimum_duration' after which the next one is taken"
              + " when no guard is harmed. All of them are epochs of one test. What a test names"
              + " neither as 'kpi' nor as 'guards' is the model's. With policy.strict_attempts the"
              + " n-th test of the same artefact needs evidence at alpha_promote / 2^(n-1). Where a"
              + " 'cap', a 'centre' or a 'slow_threshold' is left out, or a 'calibration' is given,"
              + " the current version is measured first, and a test that is expected to take longer"
              + " than its policy allows waits for 'confirm'. After the promotion a 'watch' compares"
              + " it with the version before: by default that one scores a tenth of the requests for"
              + " a week, and harm rolls back. The 'breaker' ends every test at a share of errors"
              + " above its 'limit'.")
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
    String reason = reason(Checks.present("body", request).reason());
    CatalogModel model = catalog.model(project, name);
    control.stop(model, id, ifMatch, reason);
    return view(Response.ok(), model, id);
  }

  @POST
  @Path("/{id}/confirm")
  @Operation(
      summary = "Begin the tests of a rollout that is CALIBRATED",
      description =
          "Such a rollout waits because a test is expected to take more units or time than its"
              + " policy allows; 'reason' and 'calibration' of the rollout say how much.")
  public Response confirm(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("id") String id,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @Nullable ConfirmRequest request) {
    String reason = reason(Checks.present("body", request).reason());
    CatalogModel model = catalog.model(project, name);
    control.confirm(model, id, ifMatch, reason);
    return view(Response.ok(), model, id);
  }

  @POST
  @Path("/{id}/widen")
  @Operation(
      summary = "Take the next share of a split",
      description =
          "Before its minimum time if need be, but only while the last evaluation is of the live"
              + " epoch and fresh, says CONTINUE of healthy data and shows no guard beyond its line"
              + " of harm. There is no way back to a smaller share: stop the rollout instead.")
  public Response widen(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("id") String id,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @Nullable WidenRequest request) {
    WidenRequest asked = Checks.present("body", request);
    double share = Checks.present("share", asked.share());
    CatalogModel model = catalog.model(project, name);
    control.widen(model, id, ifMatch, share, reason(asked.reason()));
    return view(Response.ok(), model, id);
  }

  @POST
  @Path("/{id}/rollback")
  @Operation(
      summary = "Go back to the former version after a promotion",
      description =
          "While the promotion is watched, and afterwards while the former version stands by: until"
              + " the next rollout starts. At once, without waiting for a gateway. The artefact is"
              + " not blocked by it.")
  public Response rollBack(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @PathParam("id") String id,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @Nullable StopRequest request) {
    String reason = reason(Checks.present("body", request).reason());
    CatalogModel model = catalog.model(project, name);
    control.rollBack(model, id, ifMatch, reason);
    return view(Response.ok(), model, id);
  }

  static String reason(@Nullable String said) {
    String reason = Checks.text("reason", said, LONGEST_REASON);
    if (reason.isBlank()) {
      throw Refused.field("reason", "say why");
    }
    return reason;
  }

  private Response view(Response.ResponseBuilder answer, CatalogModel model, String id) {
    RolloutEntity row =
        rollouts.of(model.id(), id).orElseThrow(() -> Refused.missing("rollout", id));
    RolloutView view = RolloutView.of(model, row, tests.of(id), audit.of("rollout/" + id));
    return answer.header("ETag", IfMatch.tag(row.change)).entity(view).build();
  }
}
