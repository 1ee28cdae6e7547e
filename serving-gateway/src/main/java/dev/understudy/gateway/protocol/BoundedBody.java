package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the body of one request up to a limit, and up to what all requests together may hold.
 * One that says that it is longer is refused at once. What comes beyond the limit unannounced is
 * read and forgotten, so that a client that still writes hears why, unless it goes on for too long,
 * or stalls. Owned by one event loop.
 */
final class BoundedBody {
  /** How many times a body that is too large may be as long as it may be, so that it hears why. */
  static final int PATIENCE = 16;

  private static final byte[] NOTHING = {};

  private final int limit;
  private final Duration deadline;
  private final InFlightBytes.Share held;
  private @Nullable Buffer body;
  private @Nullable RequestRefused refusal;
  private boolean copied;
  private long seen;
  private boolean over;

  private @Nullable Runnable stopClock;

  private BoundedBody(RequestLimits limits, InFlightBytes.Share held) {
    this.limit = limits.bodyBytes();
    this.deadline = limits.bodyDeadline();
    this.held = held;
  }

  /**
   * Reads the body, then calls one of the two, once; neither if the client goes away before.
   *
   * @param held what the request holds; left here unless the body comes whole
   */
  static void read(
      HttpServerRequest request,
      RequestLimits limits,
      InFlightBytes.Share held,
      Consumer<byte[]> whole,
      Consumer<RequestRefused> refused) {
    BoundedBody reading = new BoundedBody(limits, held);
    String length = request.getHeader(Headers.CONTENT_LENGTH);
    if (isOver(length, limits.bodyBytes())) {
      held.leave();
      refused.accept(reading.tooLarge());
      return;
    }
    // Whoever asks before it sends hears of a refusal first.
    if (request.getHeader(Headers.EXPECT) != null) {
      request.response().writeContinue();
    }
    request.handler(
        part -> {
          if (reading.over) {
            return;
          }
          boolean isFirst = reading.seen == 0;
          if (reading.isTooLong(part)) {
            reading.end();
            held.leave();
            refused.accept(reading.tooLarge());
          } else if (isFirst && !isWhole(part, length)) {
            reading.startClock(refused);
          }
        });
    request.exceptionHandler(
        gone -> {
          if (!reading.over) {
            reading.end();
            reading.body = null;
            held.leave();
          }
        });
    request.endHandler(
        end -> {
          if (reading.over) {
            return;
          }
          reading.end();
          byte[] bytes = reading.bytes();
          RequestRefused refusal = reading.refusal;
          if (refusal != null) {
            held.leave();
            refused.accept(refusal);
          } else {
            whole.accept(bytes);
          }
        });
    // Quarkus hands a route a paused request.
    request.resume();
  }

  // Only a body that comes in several parts has a clock: nearly all come in one.
  private static boolean isWhole(Buffer part, @Nullable String length) {
    return length != null && length.equals(Integer.toString(part.length()));
  }

  // What is no number is none that HTTP/1.1 lets through, and the body is counted anyway.
  private static boolean isOver(@Nullable String announced, int limit) {
    if (announced == null || announced.length() < Integer.toString(limit).length()) {
      return false;
    }
    try {
      return Long.parseLong(announced) > limit;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private void startClock(Consumer<RequestRefused> refused) {
    Vertx vertx = Objects.requireNonNull(Vertx.currentContext(), "the event loop's").owner();
    long timer =
        vertx.setTimer(
            deadline.toMillis(),
            late -> {
              if (!over) {
                end();
                body = null;
                held.leave();
                refused.accept(overdue(deadline));
              }
            });
    stopClock = () -> vertx.cancelTimer(timer);
  }

  /** The refusal of a body that does not come to its end. */
  static RequestRefused overdue(Duration deadline) {
    return new RequestRefused(
        ProblemType.BODY_OVERDUE,
        "the body did not come whole within %s; send it without a pause, or fewer rows at a time"
            .formatted(deadline));
  }

  private void end() {
    over = true;
    if (stopClock != null) {
      stopClock.run();
    }
  }

  private byte[] bytes() {
    try {
      return refusal != null || body == null ? NOTHING : bytes(body);
    } catch (OutOfMemoryError e) {
      refuse(new RequestRefused(ProblemType.INTERNAL, "the gateway failed"));
      return NOTHING;
    }
  }

  // A body that came in one part fills its array, which is nobody else's.
  private static byte[] bytes(Buffer body) {
    ByteBuf bytes = body.getByteBuf();
    return bytes.hasArray() && bytes.array().length == bytes.readableBytes()
        ? bytes.array()
        : body.getBytes();
  }

  private void refuse(RequestRefused refused) {
    refusal = refused;
    body = null;
    held.forget();
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
        refuse(refused);
      } catch (OutOfMemoryError e) {
        refuse(new RequestRefused(ProblemType.INTERNAL, "the gateway failed"));
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
        "the body is larger than %d bytes; %s".formatted(limit, RequestLimits.WAY_OUT));
  }
}
