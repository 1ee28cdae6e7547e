package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.meters.GatewayMetric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;

/** Sends what the protocol answers over HTTP, and counts what was refused. Thread-safe. */
final class HttpReplies {
  private static final Logger LOG = Logger.getLogger(HttpReplies.class);
  private static final CharSequence CONTENT_TYPE = Headers.CONTENT_TYPE;

  private final Map<ProblemType, Counter> rejected = new EnumMap<>(ProblemType.class);

  HttpReplies(MeterRegistry meters) {
    for (ProblemType problem : ProblemType.values()) {
      rejected.put(
          problem, GatewayMetric.REJECTED.counter(meters, problem.name().toLowerCase(Locale.ROOT)));
    }
  }

  /** An answer in JSON. */
  static void reply(HttpServerRequest request, int status, Buffer body) {
    HttpServerResponse response = request.response();
    if (isOver(response)) {
      return;
    }
    response.setStatusCode(status).putHeader(CONTENT_TYPE, Headers.JSON).end(body);
  }

  /** Whether nobody waits for an answer any more. */
  static boolean isOver(HttpServerResponse response) {
    return response.ended() || response.closed();
  }

  /** A request that is not served. */
  void refuse(HttpServerRequest request, RequestRefused refused) {
    count(refused.problem());
    if (!request.isEnded()) {
      if (refused.problem() == ProblemType.BODY_OVERDUE) {
        hangUp(request, refused.reason());
        return;
      }
      if (refused.problem() == ProblemType.TOO_LARGE) {
        TurnedAway.answer(request, refused.problem().status(), Replies.error(refused.reason()));
        return;
      }
      // Nobody reads the rest of the body, and the next request comes behind it.
      request.resume();
    }
    tell(request, refused.problem(), refused.reason());
  }

  // A client that stalls is told so, and not waited for: of HTTP/2, its stream alone ends.
  private static void hangUp(HttpServerRequest request, String reason) {
    HttpServerResponse response = request.response();
    if (isOver(response)) {
      return;
    }
    boolean isShared = request.version() == HttpVersion.HTTP_2;
    if (!isShared) {
      response.putHeader("Connection", "close");
    }
    response
        .setStatusCode(ProblemType.BODY_OVERDUE.status())
        .putHeader(CONTENT_TYPE, Headers.JSON)
        .end(Replies.error(reason))
        .onComplete(
            sent -> {
              if (isShared) {
                response.reset(0);
              } else {
                request.connection().close();
              }
            });
  }

  private void count(ProblemType problem) {
    Counter counter = rejected.get(problem);
    if (counter != null) {
      counter.increment();
    }
  }

  /** What went wrong, in the protocol's form. */
  static void tell(HttpServerRequest request, ProblemType problem, String reason) {
    if (isOver(request.response())) {
      return;
    }
    if (problem == ProblemType.UNAVAILABLE || problem == ProblemType.OVERLOADED) {
      request.response().putHeader("Retry-After", "1");
    } else if (problem == ProblemType.UNSUPPORTED_MEDIA_TYPE) {
      request.response().putHeader("Accept-Encoding", BodyCoding.ACCEPTED);
    }
    reply(request, problem.status(), Replies.error(reason));
  }

  /** Our own fault. */
  void fail(HttpServerRequest request, Throwable e) {
    LOG.error("a request failed unexpectedly", e);
    refuse(request, new RequestRefused(ProblemType.INTERNAL, "the gateway failed"));
  }
}
