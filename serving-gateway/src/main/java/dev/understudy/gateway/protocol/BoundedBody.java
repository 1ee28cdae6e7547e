package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the body of one request up to a limit, and up to what all requests together may hold.
 * What comes beyond is read and forgotten, so that a client that still writes hears why, unless it
 * goes on for too long. Owned by one event loop.
 */
final class BoundedBody {
  private static final int PATIENCE = 16;
  private static final byte[] NOTHING = {};

  private final int limit;
  private final InFlightBytes.Share held;
  private @Nullable Buffer body;
  private @Nullable RequestRefused refusal;
  private boolean copied;
  private long seen;
  private boolean over;

  private BoundedBody(int limit, InFlightBytes.Share held) {
    this.limit = limit;
    this.held = held;
  }

  /**
   * Reads the body, then calls one of the two, once; neither if the client goes away before.
   *
   * @param held what the request holds; left here unless the body comes whole
   */
  static void read(
      HttpServerRequest request,
      int limit,
      InFlightBytes.Share held,
      Consumer<byte[]> whole,
      Consumer<RequestRefused> refused) {
    BoundedBody reading = new BoundedBody(limit, held);
    request.handler(
        part -> {
          if (!reading.over && reading.isTooLong(part)) {
            reading.over = true;
            held.leave();
            refused.accept(reading.tooLarge());
          }
        });
    request.exceptionHandler(
        gone -> {
          if (!reading.over) {
            reading.over = true;
            reading.body = null;
            held.leave();
          }
        });
    request.endHandler(
        end -> {
          if (reading.over) {
            return;
          }
          reading.over = true;
          RequestRefused refusal = reading.refusal;
          if (refusal != null) {
            held.leave();
            refused.accept(refusal);
          } else {
            whole.accept(reading.body == null ? NOTHING : reading.body.getBytes());
          }
        });
    // Quarkus hands a route a paused request.
    request.resume();
  }

  /** Takes a part, and says whether the client goes on for too long. */
  private boolean isTooLong(Buffer part) {
    seen += part.length();
    if (refusal == null) {
      try {
        if (seen > limit) {
          throw tooLarge();
        }
        held.take(part.length());
        append(part);
      } catch (RequestRefused refused) {
        refusal = refused;
        body = null;
        held.forget();
      }
    }
    return seen > (long) PATIENCE * limit;
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
