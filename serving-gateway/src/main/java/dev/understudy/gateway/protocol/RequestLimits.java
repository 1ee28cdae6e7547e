package dev.understudy.gateway.protocol;

/**
 * How much one request may ask for.
 *
 * @param bodyBytes of the body
 * @param depth of nested arrays and objects in it
 * @param rows of each tensor
 */
public record RequestLimits(int bodyBytes, int depth, int rows) {
  public RequestLimits {
    if (bodyBytes < 1 || depth < 4 || rows < 1) {
      throw new IllegalArgumentException(
          "limits too small for any request: body %d bytes, depth %d (at least 4), %d rows"
              .formatted(bodyBytes, depth, rows));
    }
  }
}
