package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.inference.Answer;
import dev.understudy.gateway.inference.InferenceMeters;
import dev.understudy.gateway.inference.InferencePipeline;
import dev.understudy.gateway.inference.InferenceRequest;
import dev.understudy.gateway.inference.RequestTraits;
import dev.understudy.scoring.ModelContract;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One inference over HTTP, from its headers to its answer. What the client calls the content's type
 * decides nothing; clients say all kinds of it, or none. Owned by the request's event loop.
 */
final class InferExchange {
  private final Services services;
  private final HttpServerRequest request;
  private final Endpoint.Infer infer;
  private final ModelContract contract;
  private final Instant arrivedAt;
  private final PackedBody packing;
  private final InFlightBytes.Share held;
  private InferenceParser.@Nullable Parsed parsed;
  private long parseNanos;

  /** What every exchange needs. */
  record Services(
      InferencePipeline pipeline,
      InferenceMeters meters,
      InferenceParser parser,
      RequestLimits limits,
      InFlightBytes inFlight,
      HttpReplies replies) {}

  /**
   * An exchange whose body was not read yet.
   *
   * @throws RequestRefused if the headers tell that it cannot be
   */
  InferExchange(
      Services services,
      HttpServerRequest request,
      Endpoint.Infer infer,
      ModelContract contract,
      Instant arrivedAt) {
    this.services = services;
    this.request = request;
    this.infer = infer;
    this.contract = contract;
    this.arrivedAt = arrivedAt;
    this.packing = PackedBody.of(request);
    this.held = services.inFlight().open();
  }

  void start() {
    BoundedBody.read(request, services.limits(), held, this::received, this::refuseUnassigned);
  }

  private void received(byte[] body) {
    long receivedAt = System.nanoTime();
    try {
      score(packing.unpack(body, services.limits().bodyBytes(), held), receivedAt);
    } catch (RequestRefused refused) {
      refuseUnassigned(refused);
    } catch (RuntimeException | Error e) {
      follow(services.pipeline(), request, infer, ProblemType.INTERNAL, arrivedAt);
      fail(e);
    }
  }

  private void refuseUnassigned(RequestRefused refused) {
    follow(services.pipeline(), request, infer, refused.problem(), arrivedAt);
    refuse(refused);
  }

  /** An inference is refused that nobody was assigned to. */
  static void follow(
      InferencePipeline pipeline,
      HttpServerRequest request,
      Endpoint.Infer infer,
      ProblemType problem,
      Instant arrivedAt) {
    pipeline
        .refusals()
        .tell(
            RequestTraits.Protocol.REST,
            Optional.of(infer.model()),
            problem,
            arrivedAt,
            name -> Optional.ofNullable(request.getHeader(name)));
  }

  private void refuse(RequestRefused refused) {
    held.leave();
    services.replies().refuse(request, refused);
  }

  private void fail(Throwable e) {
    held.leave();
    services.replies().fail(request, e);
  }

  private void score(byte[] body, long receivedAt) {
    InferenceParser.Parsed read = services.parser().parse(body, packing.jsonLength(body), contract);
    held.cover(read.heapBytes());
    parsed = read;
    parseNanos = System.nanoTime() - receivedAt;
    Context context = Objects.requireNonNull(Vertx.currentContext(), "the event loop's");
    services
        .pipeline()
        .infer(
            new InferenceRequest(
                infer.model(),
                infer.version(),
                clientId(read),
                read.inputs(),
                read.rows(),
                arrivedAt,
                read.parameters().traits(RequestTraits.Protocol.REST, this::header)))
        .thenAccept(
            answer -> {
              if (Vertx.currentContext() == context) {
                answer(answer);
              } else {
                context.runOnContext(now -> answer(answer));
              }
            });
  }

  private Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  private String clientId(InferenceParser.Parsed read) {
    if (!read.id().isEmpty()) {
      return read.id();
    }
    String fromHeader = request.getHeader(Headers.REQUEST_ID);
    return fromHeader == null || fromHeader.length() > RequestReader.LONGEST_NAME ? "" : fromHeader;
  }

  private void answer(Answer answer) {
    try {
      switch (answer) {
        case Answer.Predicted predicted -> predicted(predicted);
        case Answer.Failed failed -> {
          held.leave();
          if (!HttpReplies.isOver(request.response())) {
            request.response().putHeader(Headers.PREDICTION_ID, failed.id().value());
          }
          HttpReplies.tell(request, failed.problem(), failed.reason());
        }
        case Answer.Refused refused ->
            refuseUnassigned(new RequestRefused(refused.problem(), refused.reason()));
      }
    } catch (RequestRefused refused) {
      refuse(refused);
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private void predicted(Answer.Predicted predicted) {
    HttpServerResponse response = request.response();
    if (HttpReplies.isOver(response)) {
      held.leave();
      return;
    }
    long answeredAt = System.nanoTime();
    InferenceParser.Parsed read = Objects.requireNonNull(parsed, "scored before it was read");
    String clientId = clientId(read);
    AnswerWriter.Written written =
        AnswerWriter.write(
            predicted,
            clientId.isEmpty() ? predicted.id().value() : clientId,
            read.outputs(),
            read.parameters().nonFiniteAsWords());
    response.putHeader(Headers.PREDICTION_ID, predicted.id().value());
    if (written.hasBinary()) {
      response.putHeader(Headers.CONTENT_TYPE, Headers.OCTETS);
      response.putHeader(Headers.JSON_LENGTH, Integer.toString(written.jsonLength()));
    } else {
      response.putHeader(Headers.CONTENT_TYPE, Headers.JSON);
    }
    Buffer body = packed(response, written.body());
    services
        .meters()
        .told(predicted.model(), predicted.version(), parseNanos, System.nanoTime() - answeredAt);
    held.answer(body.length());
    // A client that does not read its answers may not have more of them made.
    response.end(body).onComplete(sent -> held.leave());
  }

  private Buffer packed(HttpServerResponse response, Buffer body) {
    if (body.length() < BodyCoding.SMALLEST) {
      return body;
    }
    BodyCoding wanted = BodyCoding.ofAnswer(request.getHeader(Headers.ACCEPT_ENCODING));
    if (wanted == BodyCoding.IDENTITY) {
      return body;
    }
    Buffer packed = wanted.encode(body);
    response.putHeader(Headers.CONTENT_ENCODING, wanted.headerValue());
    return packed;
  }
}
