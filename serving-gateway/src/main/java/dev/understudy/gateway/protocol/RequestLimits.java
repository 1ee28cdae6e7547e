package dev.understudy.gateway.protocol;

import java.time.Duration;

/**
 * How much one request may ask for.
 *
 * @param bodyBytes of the body
 * @param depth of nested arrays and objects in it
 * @param rows of each tensor
 * @param bodyDeadline from the body's first bytes to its last
 */
public record RequestLimits(int bodyBytes, int depth, int rows, Duration bodyDeadline) {
  /** What to do about a body that is too large. */
  static final String WAY_OUT = "send fewer rows at a time, or raise understudy.limits.body-bytes";

  /** Each level takes a place on the stack. */
  private static final int DEEPEST = 1_000;

  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofDays(1);

  public RequestLimits {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException(
          "a depth of %d is more than the %d that can be read".formatted(depth, DEEPEST));
    }
    if (bodyBytes < 1 || depth < 4 || rows < 1) {
      throw new IllegalArgumentException(
          "limits too small for any request: body %d bytes, depth %d (at least 4), %d rows"
              .formatted(bodyBytes, depth, rows));
    }
    if (bodyDeadline.compareTo(SHORTEST) < 0 || bodyDeadline.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "understudy.limits.body-deadline must be %s to %s, not %s"
              .formatted(SHORTEST, LONGEST, bodyDeadline));
    }
  }

  /** How long a message over gRPC may say that it is before it is not read at all. */
  int bodyBytesAndPatience() {
    return (int) Math.min(Integer.MAX_VALUE, (long) BoundedBody.PATIENCE * bodyBytes);
  }

  /** With as much time for a body as the gateway gives by default. */
  RequestLimits(int bodyBytes, int depth, int rows) {
    this(bodyBytes, depth, rows, Duration.ofSeconds(30));
  }
}
