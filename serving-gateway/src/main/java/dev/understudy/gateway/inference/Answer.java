package dev.understudy.gateway.inference;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.scoring.Tensor;
import java.util.List;

/** What the caller gets. */
public sealed interface Answer {

  /**
   * A prediction.
   *
   * @param arm the version that the request was assigned to
   * @param version the one that answered: the arm, or its stand-in
   */
  record Predicted(PredictionId id, String model, String arm, String version, List<Tensor> outputs)
      implements Answer {}

  /** A version was to answer and did not. */
  record Failed(PredictionId id, ProblemType problem, String reason) implements Answer {}

  /**
   * No prediction was made: there is no such model or version, or the route cannot assign the
   * request.
   */
  record Refused(ProblemType problem, String reason) implements Answer {}
}
