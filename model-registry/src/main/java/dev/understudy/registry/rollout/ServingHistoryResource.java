package dev.understudy.registry.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Page;
import dev.understudy.registry.problem.Refused;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Who served a model, and when. */
@Path("/v1/projects/{project}/models/{model}/serving-history")
@Produces(MediaType.APPLICATION_JSON)
class ServingHistoryResource {
  /**
   * One version in one role.
   *
   * @param id falls towards the past; what {@code before} takes
   * @param share of a split, or the fraction that a shadow scores; absent for other roles
   * @param rollout that gave it the role; absent for a first deployment
   * @param revision of the route that began it
   * @param to absent while it lasts
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record PeriodView(
      long id,
      String version,
      String sha256,
      Serving.Role role,
      @Nullable Double share,
      @Nullable String rollout,
      long revision,
      Instant from,
      @Nullable Instant to) {
    static PeriodView of(PeriodEntity row) {
      Serving serving = row.serving();
      return new PeriodView(
          Checks.present("id", row.id),
          serving.version(),
          serving.sha256(),
          serving.role(),
          serving.share(),
          row.rolloutId,
          row.revision,
          row.validFrom,
          row.validTo);
    }
  }

  private final Catalog catalog;
  private final ServingHistory history;

  ServingHistoryResource(Catalog catalog, ServingHistory history) {
    this.catalog = catalog;
    this.history = history;
  }

  @GET
  @Transactional
  @Operation(
      summary = "Who served the model",
      description =
          "With 'at', a time like 2026-08-01T09:30:00Z: who served then and as what, nobody before"
              + " the first deployment. Without: all periods, the newest first; 'before' takes the"
              + " id of the last one of a page.")
  public Page<PeriodView> page(
      @PathParam("project") String project,
      @PathParam("model") String name,
      @QueryParam("at") @Nullable String at,
      @QueryParam("before") @DefaultValue("9223372036854775807") long before,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    CatalogModel model = catalog.model(project, name);
    List<PeriodEntity> rows =
        at == null
            ? history.newest(model.id(), before, Page.limit(limit))
            : history.at(model.id(), instant(at));
    return new Page<>(rows.stream().map(PeriodView::of).toList());
  }

  private static Instant instant(String at) {
    try {
      Instant asked = OffsetDateTime.parse(at).toInstant();
      Checks.between("at", asked.getEpochSecond(), 0, 253_402_300_799L);
      return asked;
    } catch (DateTimeParseException e) {
      throw Refused.field("at", "'at' is a time like 2026-08-01T09:30:00Z (a + is sent as %2B)");
    }
  }
}
