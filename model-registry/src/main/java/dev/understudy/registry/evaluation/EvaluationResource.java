package dev.understudy.registry.evaluation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.registry.problem.Page;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.RolloutControl;
import dev.understudy.registry.wire.MessageJson;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Map;

/** The evaluations of a rollout that were accepted, oldest first. */
@Path("/v1/projects/{project}/models/{model}/rollouts/{id}/evaluations")
@Produces(MediaType.APPLICATION_JSON)
class EvaluationResource {
  /** One evaluation; {@code id} is what {@code after} takes. */
  record EvaluationView(long id, Instant receivedAt, Map<String, Object> evaluation) {
    static EvaluationView of(EvaluationEntity row) {
      try {
        return new EvaluationView(
            row.id == null ? 0 : row.id,
            row.receivedAt,
            MessageJson.of(RolloutEvaluated.parseFrom(row.signed)));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("a kept evaluation is not readable", e);
      }
    }
  }

  private final RolloutControl control;
  private final Evaluations evaluations;

  EvaluationResource(RolloutControl control, Evaluations evaluations) {
    this.control = control;
    this.evaluations = evaluations;
  }

  @GET
  @Transactional
  public Page<EvaluationView> list(
      @PathParam("project") String project,
      @PathParam("model") String model,
      @PathParam("id") String rollout,
      @QueryParam("after") @DefaultValue("0") long after,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    var asked = new RolloutControl.Subject(project, model);
    if (control.subject(rollout).filter(asked::equals).isEmpty()) {
      throw Refused.missing("rollout", rollout);
    }
    return new Page<>(
        evaluations.after(rollout, after, Page.limit(limit)).stream()
            .map(EvaluationView::of)
            .toList());
  }
}
