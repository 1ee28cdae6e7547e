package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the body of one request up to a limit. What comes beyond it is read and forgotten, so
 * that a client that still writes hears why, unless it goes on for too long. Owned by one event
 * loop.
 */
final class BoundedBody {
  private static final int PATIENCE = 16;
  private static final byte[] NOTHING = {};

  private final int limit;
  private @Nullable Buffer body;
  private boolean copied;
  private long seen;
  private boolean over;

  private BoundedBody(int limit) {
    this.limit = limit;
  }

  /** Reads the body, then calls one of the two, once. */
  static void read(
      HttpServerRequest request,
      int limit,
      Consumer<byte[]> whole,
      Consumer<RequestRefused> refused) {
    BoundedBody reading = new BoundedBody(limit);
    request.handler(
        part -> {
          if (reading.over) {
            return;
          }
          reading.seen += part.length();
          if (reading.seen <= limit) {
            reading.append(part);
          } else if (reading.seen > (long) PATIENCE * limit) {
            reading.over = true;
            refused.accept(reading.tooLarge());
          }
        });
    request.endHandler(
        end -> {
          if (reading.over) {
            return;
          }
          reading.over = true;
          if (reading.seen > limit) {
            refused.accept(reading.tooLarge());
          } else {
            whole.accept(reading.body == null ? NOTHING : reading.body.getBytes());
          }
        });
    // Quarkus hands a route a paused request.
    request.resume();
  }

  // Most bodies come in one part, which is kept as it is.
  private void append(Buffer part) {
    if (body == null) {
      body = part;
      return;
    }
    if (!copied) {
      body = body.copy();
      copied = true;
    }
    body.appendBuffer(part);
  }

  private RequestRefused tooLarge() {
    return new RequestRefused(
        ProblemType.TOO_LARGE,
        "the body is larger than %d bytes; send fewer rows at a time".formatted(limit));
  }
}
