package dev.understudy.gateway.inference;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.scoring.Tensor;
import java.util.List;
import java.util.Optional;

/** What the caller gets. */
public sealed interface Answer {

  /**
   * A prediction.
   *
   * @param arm the version that the request was assigned to
   * @param version the one that answered: the arm, its stand-in or the model's fallback; empty when
   *     the stated answer was given
   * @param fallback what answered for the versions that should have; empty: they did
   */
  record Predicted(
      PredictionId id,
      String model,
      String arm,
      String version,
      List<Tensor> outputs,
      Optional<String> fallback)
      implements Answer {}

  /** A version was to answer and did not. */
  record Failed(PredictionId id, ProblemType problem, String reason) implements Answer {}

  /**
   * No prediction was made: there is no such model or version, or the route cannot assign the
   * request.
   */
  record Refused(ProblemType problem, String reason) implements Answer {}
}
