package dev.understudy.gateway.inference;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.ServingPolicy.Fallback;
import dev.understudy.gateway.tracing.RequestTrace;
import dev.understudy.scoring.Score;
import java.util.Map;
import java.util.Optional;

/**
 * What became of the versions that were to answer.
 *
 * @param byVersion in the order they were asked
 * @param fallback of the model, if it had to answer for them
 */
record Scored(Map<String, Score> byVersion, Optional<Fallback> fallback) {
  Score last() {
    Score last = null;
    for (Score score : byVersion.values()) {
      last = score;
    }
    if (last == null) {
      throw new IllegalStateException("no version was asked");
    }
    return last;
  }

  Optional<String> answeredBy() {
    for (Map.Entry<String, Score> entry : byVersion.entrySet()) {
      if (entry.getValue() instanceof Score.Answered) {
        return Optional.of(entry.getKey());
      }
    }
    return Optional.empty();
  }

  /** One of few words, for the meters. */
  String outcome() {
    if (fallback.isPresent()) {
      return "fallback";
    }
    Score last = last();
    return last instanceof Score.Answered && byVersion.size() > 1 ? "replaced" : code(last);
  }

  /** What one version made of it, likewise. */
  static String code(Score score) {
    return switch (score) {
      case Score.Answered answered -> "answered";
      case Score.Failed failed -> "failed";
      case Score.TimedOut late -> "timed_out";
      case Score.Shed shed -> shed.cause().equals(TimeBudget.CAUSE) ? "timed_out" : "shed";
    };
  }

  /** Ends the part of a trace that asked for this score. */
  static void end(RequestTrace part, Score score) {
    String code = code(score);
    part.end(code, isGood(code));
  }

  /** Whether such an outcome is an answer. */
  static boolean isGood(String code) {
    return switch (code) {
      case "answered", "replaced", "fallback" -> true;
      default -> false;
    };
  }

  Answer toAnswer(PredictionId id, ServedModel model, RoutePlan plan, int rows) {
    if (fallback.orElse(null) instanceof Fallback.Stated stated) {
      return new Answer.Predicted(
          id,
          model.name(),
          plan.arm(),
          "",
          stated.answer().repeated(rows),
          Optional.of("stated answer"));
    }
    return switch (last()) {
      case Score.Answered answered -> {
        String version = answeredBy().orElse(plan.arm());
        yield new Answer.Predicted(
            id,
            model.name(),
            plan.arm(),
            version,
            answered.outputs(),
            fallback.map(any -> "previous version " + version));
      }
      case Score.Failed failed when failed.isOutage() ->
          new Answer.Failed(
              id,
              ProblemType.UNAVAILABLE,
              "the model runs on another server, which cannot be reached now; try again later");
      case Score.Failed failed ->
          new Answer.Failed(id, ProblemType.MODEL_FAILED, "the model failed on this input");
      case Score.TimedOut late ->
          new Answer.Failed(
              id,
              ProblemType.TIMED_OUT,
              "the model did not answer in %d ms".formatted(late.afterNanos() / 1_000_000));
      case Score.Shed shed when shed.cause().equals(TimeBudget.CAUSE) ->
          new Answer.Failed(
              id, ProblemType.TIMED_OUT, "the time that the request gives itself is over");
      case Score.Shed shed ->
          new Answer.Failed(
              id,
              ProblemType.UNAVAILABLE,
              "too many requests for this model now (%s); try again".formatted(shed.cause()));
    };
  }
}
