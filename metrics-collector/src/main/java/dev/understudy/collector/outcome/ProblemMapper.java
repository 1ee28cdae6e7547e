package dev.understudy.collector.outcome;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.contracts.ProblemType;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Every error of this edge leaves as {@code application/problem+json}. */
class ProblemMapper {
  private static final Logger LOG = Logger.getLogger(ProblemMapper.class);
  private static final String MEDIA_TYPE = "application/problem+json";

  /** An RFC 9457 problem. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Problem(
      URI type,
      String title,
      int status,
      @Nullable String detail,
      @Nullable String field,
      @Nullable Integer row) {}

  @ServerExceptionMapper
  Response map(OutcomeProblem problem) {
    return answer(problem.type(), problem.getMessage(), problem.field(), problem.row());
  }

  @ServerExceptionMapper
  Response map(WebApplicationException refused) {
    int status = refused.getResponse().getStatus();
    ProblemType type =
        switch (status) {
          case 404 -> ProblemType.NOT_FOUND;
          case 405 -> ProblemType.METHOD_NOT_ALLOWED;
          case 413 -> ProblemType.TOO_LARGE;
          case 415 -> ProblemType.UNSUPPORTED_MEDIA_TYPE;
          default -> status < 500 ? ProblemType.INVALID_REQUEST : ProblemType.INTERNAL;
        };
    String detail =
        type == ProblemType.UNSUPPORTED_MEDIA_TYPE ? "send application/json or text/csv" : null;
    return answer(type, detail, null, null);
  }

  @ServerExceptionMapper
  Response map(RuntimeException failure) {
    LOG.error("a request failed", failure);
    return answer(ProblemType.INTERNAL, null, null, null);
  }

  private static Response answer(
      ProblemType type, @Nullable String detail, @Nullable String field, @Nullable Integer row) {
    return Response.status(type.status())
        .type(MEDIA_TYPE)
        .entity(new Problem(type.uri(), type.title(), type.status(), detail, field, row))
        .build();
  }
}
