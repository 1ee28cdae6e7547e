package dev.understudy.registry.audit;

import dev.understudy.registry.problem.Page;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/** The trail, for people to read. */
@Path("/v1/audit")
@Produces(MediaType.APPLICATION_JSON)
class AuditResource {
  private final AuditTrail trail;

  AuditResource(AuditTrail trail) {
    this.trail = trail;
  }

  @GET
  public Page<AuditEntry> page(
      @QueryParam("project") @Nullable String project,
      @QueryParam("model") @Nullable String model,
      @QueryParam("after") @DefaultValue("0") long after,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    return new Page<>(trail.page(project, model, after, Page.limit(limit)));
  }
}
