package dev.understudy.gateway.journal;

import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.tracing.TraceContext;
import dev.understudy.scoring.Tensor;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One request whose caller has been answered, or told of the failure.
 *
 * @param clientId the protocol's own id; empty if the client gave none
 * @param answeredBy empty when no version did
 * @param fallback the model's fallback answered, not the assigned version or its stand-in
 * @param scores one for every version that was to score; asked for only if it is logged
 * @param attributes sensitive ones, which go to a topic of their own
 * @param trace where in the caller's trace it was made
 */
public record Prediction(
    PredictionId id,
    String clientId,
    ServedModel model,
    RoutePlan plan,
    Instant arrivedAt,
    Collection<Tensor> inputs,
    int rows,
    Optional<String> answeredBy,
    boolean fallback,
    Supplier<List<VersionScore>> scores,
    Map<String, String> attributes,
    TraceContext trace) {

  /** One of a request that nobody traces. */
  public Prediction(
      PredictionId id,
      String clientId,
      ServedModel model,
      RoutePlan plan,
      Instant arrivedAt,
      Collection<Tensor> inputs,
      int rows,
      Optional<String> answeredBy,
      boolean fallback,
      Supplier<List<VersionScore>> scores,
      Map<String, String> attributes) {
    this(
        id,
        clientId,
        model,
        plan,
        arrivedAt,
        inputs,
        rows,
        answeredBy,
        fallback,
        scores,
        attributes,
        TraceContext.NONE);
  }
}
