package dev.understudy.registry.problem;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.contracts.ProblemType;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Says a problem in the form that MLflow's clients read, on the paths that are theirs. They branch
 * on the code, and send again what was answered with 429 or 5xx, so no refusal has such a status.
 */
@Provider
class MlflowErrors implements ContainerResponseFilter {
  private static final String PATHS = "/api/2.0/mlflow";

  private final jakarta.inject.Provider<ObjectMapper> json;

  MlflowErrors(jakarta.inject.Provider<ObjectMapper> json) {
    this.json = json;
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response)
      throws IOException {
    String path = request.getUriInfo().getPath();
    if (response.getStatus() < 400
        || !(path.startsWith(PATHS) || path.startsWith(PATHS.substring(1)))
        || !(response.getEntity() instanceof String problem)) {
      return;
    }
    JsonNode said = json.get().readTree(problem);
    String detail = said.path("detail").asText();
    Code code = code(type(said.path("type").asText()), detail);
    response.setStatus(code.status);
    response.setEntity(
        json.get().writeValueAsString(Map.of("error_code", code.name(), "message", detail)),
        null,
        MediaType.APPLICATION_JSON_TYPE);
  }

  private static ProblemType type(String uri) {
    Optional<ProblemType> type =
        Arrays.stream(ProblemType.values())
            .filter(one -> one.uri().toString().equals(uri))
            .findFirst();
    return type.orElse(ProblemType.INTERNAL);
  }

  private static Code code(ProblemType type, String detail) {
    return switch (type) {
      case NOT_FOUND ->
          detail.equals(Problems.NOTHING_HERE)
              ? Code.ENDPOINT_NOT_FOUND
              : Code.RESOURCE_DOES_NOT_EXIST;
      case METHOD_NOT_ALLOWED, NOT_SUPPORTED -> Code.ENDPOINT_NOT_FOUND;
      case ALREADY_EXISTS -> Code.RESOURCE_ALREADY_EXISTS;
      case CONFLICT, LIVE_ROLLOUT, STALE, PRECONDITION_REQUIRED -> Code.RESOURCE_CONFLICT;
      case INVALID_REQUEST, INVALID_ARTEFACT, DIGEST_MISMATCH, BODY_OVERDUE ->
          Code.INVALID_PARAMETER_VALUE;
      case UNSUPPORTED_MEDIA_TYPE -> Code.BAD_REQUEST;
      case TOO_LARGE -> Code.RESOURCE_LIMIT_EXCEEDED;
      case UNAVAILABLE, OVERLOADED, TIMED_OUT -> Code.TEMPORARILY_UNAVAILABLE;
      case INTERNAL, MODEL_FAILED -> Code.INTERNAL_ERROR;
    };
  }

  private enum Code {
    ENDPOINT_NOT_FOUND(404),
    RESOURCE_DOES_NOT_EXIST(404),
    RESOURCE_ALREADY_EXISTS(400),
    RESOURCE_CONFLICT(409),
    INVALID_PARAMETER_VALUE(400),
    BAD_REQUEST(400),
    RESOURCE_LIMIT_EXCEEDED(413),
    TEMPORARILY_UNAVAILABLE(503),
    INTERNAL_ERROR(500);

    private final int status;

    Code(int status) {
      this.status = status;
    }
  }
}
