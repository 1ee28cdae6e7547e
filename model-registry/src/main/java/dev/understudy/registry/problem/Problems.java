package dev.understudy.registry.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.understudy.contracts.ProblemType;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/**
 * Every error as a problem document: {@code type}, {@code title}, {@code status}, {@code detail}
 * and, where one is to blame, {@code field}. Only failures of our own are logged, once, with their
 * cause.
 */
class Problems {
  static final String MEDIA_TYPE = "application/problem+json";
  static final String NOTHING_HERE = "there is nothing at this path";

  private static final Logger LOG = Logger.getLogger(Problems.class);

  private final ObjectMapper json;

  Problems(ObjectMapper json) {
    this.json = json;
  }

  @ServerExceptionMapper
  Response refused(Refused refused) {
    return problem(refused.type(), refused.detail(), refused.field());
  }

  // The framework has an answer of its own for the second, so it is named as well.
  @ServerExceptionMapper({JsonProcessingException.class, MismatchedInputException.class})
  Response badJson(JsonProcessingException e) {
    return json(e);
  }

  @ServerExceptionMapper
  Response web(WebApplicationException e) {
    if (e.getCause() instanceof JsonProcessingException json) {
      return json(json);
    }
    if (e.getCause() instanceof Refused refused) {
      return refused(refused);
    }
    int status = e.getResponse().getStatus();
    ProblemType type =
        switch (status) {
          case 404 -> ProblemType.NOT_FOUND;
          case 405 -> ProblemType.METHOD_NOT_ALLOWED;
          case 413 -> ProblemType.TOO_LARGE;
          case 415 -> ProblemType.UNSUPPORTED_MEDIA_TYPE;
          default -> status < 500 ? ProblemType.INVALID_REQUEST : ProblemType.INTERNAL;
        };
    String detail =
        switch (type) {
          case NOT_FOUND -> NOTHING_HERE;
          case METHOD_NOT_ALLOWED -> "this path exists, but not with this method";
          case UNSUPPORTED_MEDIA_TYPE -> "send application/json, or octets for an artefact";
          default -> String.valueOf(e.getMessage());
        };
    return problem(type, detail, null);
  }

  @ServerExceptionMapper
  Response unexpected(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Refused refused) {
        return refused(refused);
      }
    }
    if (SqlFailure.databaseIsAway(e)) {
      LOG.warnf("the database does not answer: %s", e.getMessage());
      return problem(
          ProblemType.UNAVAILABLE,
          "the database does not answer; nothing was changed, try again later",
          null);
    }
    if (SqlFailure.valueIsRefused(e)) {
      return problem(
          ProblemType.INVALID_REQUEST, "some text holds a character that cannot be kept", null);
    }
    LOG.error("a request failed", e);
    return problem(ProblemType.INTERNAL, "the registry failed; its log says why", null);
  }

  private Response json(JsonProcessingException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Refused refused) {
        return refused(refused);
      }
      if (cause instanceof StreamConstraintsException) {
        return problem(ProblemType.TOO_LARGE, "the JSON is too deep or too long", null);
      }
    }
    String field = e instanceof JsonMappingException mapping ? path(mapping) : null;
    if (e instanceof UnrecognizedPropertyException) {
      return problem(
          ProblemType.INVALID_REQUEST, "there is no field '%s' here".formatted(field), field);
    }
    if (field != null) {
      return problem(
          ProblemType.INVALID_REQUEST,
          "'%s' does not have the right type%s".formatted(field, wanted(e)),
          field);
    }
    return problem(
        ProblemType.INVALID_REQUEST, "the body is not the JSON that is expected" + where(e), null);
  }

  private static String wanted(JsonProcessingException e) {
    if (!(e instanceof MismatchedInputException mismatched) || mismatched.getTargetType() == null) {
      return "";
    }
    Class<?> type = mismatched.getTargetType();
    if (type == Duration.class) {
      return ": a duration is written like PT3S, PT0.05S or P7D";
    }
    return Number.class.isAssignableFrom(type) || type.isPrimitive()
        ? ": a number is needed"
        : type == String.class ? ": a text is needed" : "";
  }

  // The place only: the parser's own message may quote the body.
  private static String where(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " (line %d, column %d)"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }

  private static @Nullable String path(JsonMappingException e) {
    String path =
        e.getPath().stream()
            .map(
                step ->
                    step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
            .collect(Collectors.joining("."))
            .replace(".[", "[");
    return path.isEmpty() ? null : path;
  }

  private Response problem(ProblemType type, String detail, @Nullable String field) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", type.uri().toString());
    body.put("title", type.title());
    body.put("status", type.status());
    body.put("detail", detail);
    if (field != null) {
      body.put("field", field);
    }
    try {
      return Response.status(type.status())
          .type(MEDIA_TYPE)
          .entity(json.writeValueAsString(body))
          .build();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts is always JSON", e);
    }
  }
}
