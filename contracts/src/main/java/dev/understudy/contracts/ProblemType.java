package dev.understudy.contracts;

import java.net.URI;
import java.util.Locale;

/**
 * What can go wrong at an edge: the type of an RFC 9457 problem, its title and its HTTP status. The
 * gateway's inference paths say the same in the Open Inference Protocol's own form.
 */
public enum ProblemType {
  INVALID_REQUEST(400, "The request is invalid"),
  INVALID_ARTEFACT(400, "The artefact is not acceptable"),
  DIGEST_MISMATCH(400, "The content does not have the digest that was announced"),
  NOT_FOUND(404, "There is no such thing"),
  METHOD_NOT_ALLOWED(405, "This path does not take that method"),
  BODY_OVERDUE(408, "The body did not come in time"),
  ALREADY_EXISTS(409, "It exists already"),
  CONFLICT(409, "The state of the thing does not allow this now"),
  LIVE_ROLLOUT(409, "The model already has a live rollout"),
  STALE(412, "It was changed since you read it"),
  TOO_LARGE(413, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "The media type is not supported"),
  PRECONDITION_REQUIRED(428, "Say which state you mean to change"),
  MODEL_FAILED(500, "The model failed on this input"),
  INTERNAL(500, "The service failed"),
  NOT_SUPPORTED(501, "This is not supported"),
  OVERLOADED(503, "Too much is under way"),
  UNAVAILABLE(503, "A part that is needed does not answer"),
  TIMED_OUT(504, "The time for this request is over");

  private final int status;
  private final String title;

  ProblemType(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** The HTTP status that goes with it. */
  public int status() {
    return status;
  }

  /** One sentence, the same for every occurrence. */
  public String title() {
    return title;
  }

  /** The problem's type, e.g. {@code urn:understudy:problem:live-rollout}. */
  public URI uri() {
    return URI.create(
        "urn:understudy:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }
}
