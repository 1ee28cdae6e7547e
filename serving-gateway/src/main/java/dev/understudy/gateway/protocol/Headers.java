package dev.understudy.gateway.protocol;

import io.vertx.core.http.HttpHeaders;

/** Names and values of headers in the form that costs least to write. */
final class Headers {
  static final CharSequence CONTENT_TYPE = HttpHeaders.CONTENT_TYPE;
  static final CharSequence CONTENT_LENGTH = HttpHeaders.CONTENT_LENGTH;
  static final CharSequence CONTENT_ENCODING = HttpHeaders.CONTENT_ENCODING;
  static final CharSequence ACCEPT_ENCODING = HttpHeaders.ACCEPT_ENCODING;
  static final CharSequence EXPECT = HttpHeaders.EXPECT;
  static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
  static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  static final CharSequence OCTETS = HttpHeaders.createOptimized("application/octet-stream");

  /** The header that names the prediction, for whoever learns the truth later. */
  static final CharSequence PREDICTION_ID =
      HttpHeaders.createOptimized(InferenceRoute.PREDICTION_ID);

  /** How long the JSON is, when bytes follow it. */
  static final CharSequence JSON_LENGTH =
      HttpHeaders.createOptimized("Inference-Header-Content-Length");

  private Headers() {}
}
