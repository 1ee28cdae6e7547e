package dev.understudy.collector.outcome;

import dev.understudy.collector.matching.LabelDesk;
import dev.understudy.collector.matching.OutcomeState;
import dev.understudy.contracts.Names;
import dev.understudy.contracts.ProblemType;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Tells what became of an outcome, and whose outcomes are wanted first. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "outcomes")
@APIResponse(responseCode = "400", description = "An id, a name or the limit is wrong")
@APIResponse(responseCode = "503", description = "The state is with another collector, or nowhere")
public class LabelResource {
  private static final int MOST = 500;

  private final LabelDesk desk;

  LabelResource(LabelDesk desk) {
    this.desk = desk;
  }

  /** How a prediction stands with its outcome. */
  @GET
  @Path("/predictions/{id}/outcome")
  @Operation(summary = "What became of the outcome of a prediction")
  public OutcomeState outcome(@PathParam("id") String id) {
    if (!OutcomeFields.isPredictionId(id)) {
      throw OutcomeProblem.ofField("id", "id: it is not a prediction id (a UUID)");
    }
    return switch (desk.outcomeOf(id.toLowerCase(Locale.ROOT))) {
      case LabelDesk.Here here -> here.state();
      case LabelDesk.Elsewhere other ->
          throw unavailable(
              "the prediction belongs to partition %d of %d, this collector has %s; ask the others"
                  .formatted(other.partition(), other.partitions(), other.here()));
      case LabelDesk.Closed closed -> throw unavailable(closed.why());
    };
  }

  /** Predictions of a model's live tests whose outcomes would tell most. */
  @GET
  @Path("/projects/{project}/models/{model}/label-queue")
  @Operation(summary = "Which predictions to label first")
  public LabelDesk.Queue queue(
      @PathParam("project") String project,
      @PathParam("model") String model,
      @QueryParam("limit") @DefaultValue("50") String limit) {
    requireName("project", project);
    requireName("model", model);
    LabelDesk.Queue queue = desk.queue(project, model, Instant.now(), limit(limit));
    if (queue == null) {
      throw unavailable(desk.reason());
    }
    return queue;
  }

  private static int limit(String limit) {
    try {
      int number = Integer.parseInt(limit);
      if (number >= 1 && number <= MOST) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Named below, as any other wrong number.
    }
    throw OutcomeProblem.ofField("limit", "limit: it is not a number from 1 to %d".formatted(MOST));
  }

  private static void requireName(String field, String name) {
    if (!Names.allowed(name)) {
      throw OutcomeProblem.ofField(field, "%s: it is not a name: %s".formatted(field, Names.RULE));
    }
  }

  private static OutcomeProblem unavailable(String why) {
    return OutcomeProblem.of(ProblemType.UNAVAILABLE, why);
  }
}
