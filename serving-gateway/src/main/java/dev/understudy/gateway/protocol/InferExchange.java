package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

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
  private final BodyCoding coding;
  private final @Nullable String jsonLength;
  private InferenceParser.@Nullable Parsed parsed;
  private long parseNanos;

  /** What every exchange needs. */
  record Services(
      InferencePipeline pipeline,
      InferenceMeters meters,
      InferenceParser parser,
      RequestLimits limits,
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
    this.coding = BodyCoding.ofRequest(request.getHeader(Headers.CONTENT_ENCODING));
    this.jsonLength = request.getHeader(Headers.JSON_LENGTH);
  }

  void start() {
    BoundedBody.read(
        request,
        services.limits().bodyBytes(),
        this::received,
        refused -> services.replies().refuse(request, refused));
  }

  private void received(byte[] body) {
    long receivedAt = System.nanoTime();
    try {
      score(coding.decode(body, services.limits().bodyBytes()), receivedAt);
    } catch (RequestRefused refused) {
      services.replies().refuse(request, refused);
    } catch (RuntimeException e) {
      services.replies().fail(request, e);
    }
  }

  private void score(byte[] body, long receivedAt) {
    InferenceParser.Parsed read = services.parser().parse(body, jsonLength(body), contract);
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

  /** How much of the body is JSON: all of it, unless the client says that bytes follow. */
  private int jsonLength(byte[] body) {
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
          if (!HttpReplies.isOver(request.response())) {
            request.response().putHeader(Headers.PREDICTION_ID, failed.id().value());
          }
          HttpReplies.tell(request, failed.problem(), failed.reason());
        }
        case Answer.Refused refused ->
            throw new RequestRefused(refused.problem(), refused.reason());
      }
    } catch (RequestRefused refused) {
      services.replies().refuse(request, refused);
    } catch (RuntimeException e) {
      services.replies().fail(request, e);
    }
  }

  private void predicted(Answer.Predicted predicted) {
    HttpServerResponse response = request.response();
    if (HttpReplies.isOver(response)) {
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
    response.end(body);
  }

  private Buffer packed(HttpServerResponse response, Buffer body) {
    if (body.length() < BodyCoding.SMALLEST) {
      return body;
    }
    BodyCoding wanted = BodyCoding.ofAnswer(request.getHeader(Headers.ACCEPT_ENCODING));
    if (wanted == BodyCoding.IDENTITY) {
      return body;
    }
    response.putHeader(Headers.CONTENT_ENCODING, wanted.headerValue());
    return wanted.encode(body);
  }
}
