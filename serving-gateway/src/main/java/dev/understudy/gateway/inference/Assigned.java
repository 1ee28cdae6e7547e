package dev.understudy.gateway.inference;

import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.tracing.RequestTrace;
import dev.understudy.scoring.ModelPool;

/** A request that was assigned, on its way. */
record Assigned(
    PredictionId id,
    ServedModel model,
    RoutePlan plan,
    InferenceRequest request,
    RequestTrace trace) {

  /** A version that the route names, and that is therefore loaded. */
  ModelPool.Lease lease(String version) {
    return model
        .version(version)
        .orElseThrow(
            () -> new IllegalStateException("version %s is not loaded".formatted(version)));
  }
}
