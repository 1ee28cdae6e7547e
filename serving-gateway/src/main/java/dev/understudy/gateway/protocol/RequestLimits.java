package dev.understudy.gateway.protocol;

/**
 * How much one request may ask for.
 *
 * @param bodyBytes of the body
 * @param depth of nested arrays and objects in it
 * @param rows of each tensor
 */
public record RequestLimits(int bodyBytes, int depth, int rows) {
  /** Each level takes a place on the stack. */
  private static final int DEEPEST = 1_000;

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
  }
}
