package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * What the headers say of a body: how it is compressed, and how much of it is JSON. Immutable.
 *
 * @param jsonLength null: all of it
 */
record PackedBody(BodyCoding coding, @Nullable String jsonLength) {
  /**
   * Reads the headers.
   *
   * @throws RequestRefused if they tell that the body cannot be read
   */
  static PackedBody of(HttpServerRequest request) {
    return new PackedBody(
        BodyCoding.ofRequest(request.getHeader(Headers.CONTENT_ENCODING)),
        request.getHeader(Headers.JSON_LENGTH));
  }

  /**
   * The body as it was before it was compressed.
   *
   * @param limit of its size, in bytes
   * @param held what the request holds
   */
  byte[] unpack(byte[] body, int limit, InFlightBytes.Share held) {
    if (coding == BodyCoding.IDENTITY) {
      return body;
    }
    byte[] plain = coding.decode(body, limit);
    held.take(plain.length);
    return plain;
  }

  /** How much of the unpacked body is JSON: all of it, unless the client says that bytes follow. */
  int jsonLength(byte[] body) {
    if (jsonLength == null) {
      return body.length;
    }
    int length = -1;
    // More digits than any body is long; signs and the like are no length.
    if (!jsonLength.isEmpty()
        && jsonLength.length() <= 9
        && jsonLength.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
      length = Integer.parseInt(jsonLength);
    }
    if (length < 0 || length > body.length) {
      throw invalid(
          "Inference-Header-Content-Length must be a number from 0 to the length of the body, %d",
          body.length);
    }
    return length;
  }
}
