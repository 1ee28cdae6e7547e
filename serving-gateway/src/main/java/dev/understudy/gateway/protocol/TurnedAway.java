package dev.understudy.gateway.protocol;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Objects;

/**
 * A client whose answer is there before its body is. It may still write, and a connection that is
 * closed under it takes the answer along; so what comes is read and forgotten until nothing comes
 * any more, for a bounded time and number of bytes. Owned by one event loop.
 */
final class TurnedAway {
  private static final Duration SILENCE = Duration.ofMillis(500);
  private static final int MOST_LOOKS = 60;
  private static final long MOST_BYTES = 64L << 20;

  private final HttpServerRequest request;
  private final Vertx vertx;
  private long seen;
  private long seenBefore;
  private int looks;
  private long timer;

  private TurnedAway(HttpServerRequest request) {
    this.request = request;
    this.vertx = Objects.requireNonNull(Vertx.currentContext(), "the event loop's").owner();
  }

  /** Answers at once, then ends the connection; of HTTP/2, the stream alone. */
  static void answer(HttpServerRequest request, int status, Buffer body) {
    HttpServerResponse response = request.response();
    if (HttpReplies.isOver(response)) {
      return;
    }
    response.setStatusCode(status).putHeader(Headers.CONTENT_TYPE, Headers.JSON);
    if (request.version() == HttpVersion.HTTP_2) {
      response.end(body).onComplete(sent -> response.reset(0));
      return;
    }
    response.putHeader("Connection", "close");
    new TurnedAway(request).linger();
    response.end(body);
  }

  private void linger() {
    timer = vertx.setPeriodic(SILENCE.toMillis(), look -> look());
    request.handler(
        part -> {
          seen += part.length();
          if (seen > MOST_BYTES) {
            close();
          }
        });
    request.endHandler(whole -> close());
    request.exceptionHandler(gone -> close());
    request.resume();
  }

  private void look() {
    looks++;
    if (seen == seenBefore || looks > MOST_LOOKS) {
      close();
    }
    seenBefore = seen;
  }

  private void close() {
    vertx.cancelTimer(timer);
    request.connection().close();
  }
}
