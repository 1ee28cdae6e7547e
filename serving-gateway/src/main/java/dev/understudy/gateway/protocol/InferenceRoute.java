package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.inference.Answer;
import dev.understudy.gateway.inference.InferencePipeline;
import dev.understudy.gateway.inference.InferenceRequest;
import dev.understudy.gateway.inference.RequestTraits;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The Open Inference Protocol V2 over REST. Parsing is done on the event loop, scoring is not, and
 * the answer is written on the request's own context. Thread-safe.
 */
public final class InferenceRoute {
  /** The header that names the prediction, for whoever learns the truth later. */
  public static final String PREDICTION_ID = "Understudy-Prediction-Id";

  private static final Logger LOG = Logger.getLogger(InferenceRoute.class);

  private final LiveModels models;
  private final InferencePipeline pipeline;
  private final RequestLimits limits;
  private final InferenceParser parser;
  private final MeterRegistry meters;
  private final String serverVersion;

  /** The routes, over what serves them. */
  public InferenceRoute(
      Supplier<RoutingTable> table,
      BooleanSupplier ready,
      InferencePipeline pipeline,
      RequestLimits limits,
      MeterRegistry meters,
      String serverVersion) {
    this.models = new LiveModels(table, ready);
    this.pipeline = pipeline;
    this.limits = limits;
    this.parser = new InferenceParser(limits);
    this.meters = meters;
    this.serverVersion = serverVersion;
  }

  /** Takes over everything under {@code /v2}. */
  public void mount(Router router) {
    router.route("/v2").handler(this::handle);
    router.route("/v2/*").handler(this::handle);
  }

  private void handle(RoutingContext routed) {
    Instant arrivedAt = Instant.now();
    HttpServerRequest request = routed.request();
    try {
      Endpoint endpoint =
          Optional.ofNullable(request.path())
              .flatMap(Endpoint::of)
              .orElseThrow(
                  () -> new RequestRefused(ProblemType.NOT_FOUND, "there is nothing at this path"));
      if (!request.method().name().equals(endpoint.method())) {
        request.response().putHeader("Allow", endpoint.method());
        throw new RequestRefused(
            ProblemType.METHOD_NOT_ALLOWED, "this path takes " + endpoint.method());
      }
      switch (endpoint) {
        case Endpoint.ServerMetadata server -> reply(request, 200, Replies.server(serverVersion));
        case Endpoint.ServerLive live -> reply(request, 200, Replies.live());
        case Endpoint.ServerReady readiness -> {
          boolean now = models.ready();
          reply(request, now ? 200 : 503, Replies.ready(now));
        }
        case Endpoint.ModelMetadata metadata -> {
          ServedModel model = models.find(metadata.model(), metadata.version());
          reply(request, 200, Replies.metadata(model, metadata.version()));
        }
        case Endpoint.ModelReady readiness -> {
          ServedModel model = models.find(readiness.model(), readiness.version());
          reply(request, 200, Replies.modelReady(model.name()));
        }
        case Endpoint.Infer infer -> receive(request, infer, arrivedAt);
      }
    } catch (RequestRefused refused) {
      refuse(request, refused);
    } catch (RuntimeException e) {
      fail(request, e);
    }
  }

  private void receive(HttpServerRequest request, Endpoint.Infer infer, Instant arrivedAt) {
    ServedModel model = models.find(infer.model(), infer.version());
    String encoding = request.getHeader("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new RequestRefused(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "the content encoding is not supported; send the body as it is");
    }
    if (request.getHeader("Inference-Header-Content-Length") != null) {
      throw new RequestRefused(
          ProblemType.NOT_SUPPORTED, "binary tensors are not supported; send JSON");
    }
    BoundedBody.read(
        request,
        limits.bodyBytes(),
        body -> {
          try {
            infer(request, infer, model, body, arrivedAt);
          } catch (RequestRefused refused) {
            refuse(request, refused);
          } catch (RuntimeException e) {
            fail(request, e);
          }
        },
        refused -> refuse(request, refused));
  }

  private void infer(
      HttpServerRequest request,
      Endpoint.Infer infer,
      ServedModel model,
      byte[] body,
      Instant arrivedAt) {
    InferenceParser.Parsed parsed = parser.parse(body, model.contract());
    Context context = Objects.requireNonNull(Vertx.currentContext(), "the event loop's");
    pipeline
        .infer(
            new InferenceRequest(
                infer.model(),
                infer.version(),
                parsed.id(),
                parsed.inputs(),
                parsed.rows(),
                arrivedAt,
                traits(request)))
        .thenAccept(answer -> context.runOnContext(now -> answer(request, answer, parsed)));
  }

  private static RequestTraits traits(HttpServerRequest request) {
    return new RequestTraits(
        RequestTraits.Protocol.REST,
        name -> Optional.ofNullable(request.getHeader(name)),
        Map.of(),
        Optional.empty(),
        0,
        Map.of());
  }

  private void answer(HttpServerRequest request, Answer answer, InferenceParser.Parsed parsed) {
    try {
      switch (answer) {
        case Answer.Predicted predicted -> {
          request.response().putHeader(PREDICTION_ID, predicted.id().value());
          reply(request, 200, Replies.predicted(predicted, parsed.id(), parsed.outputs()));
        }
        case Answer.Failed failed -> {
          request.response().putHeader(PREDICTION_ID, failed.id().value());
          tell(request, failed.problem(), failed.reason());
        }
        case Answer.Refused refused ->
            refuse(request, new RequestRefused(refused.problem(), refused.reason()));
      }
    } catch (RuntimeException e) {
      fail(request, e);
    }
  }

  private void refuse(HttpServerRequest request, RequestRefused refused) {
    meters
        .counter("gateway.rejected", "reason", refused.problem().name().toLowerCase(Locale.ROOT))
        .increment();
    if (!request.isEnded()) {
      if (refused.problem() == ProblemType.TOO_LARGE) {
        request.response().putHeader("Connection", "close");
      } else {
        // Nobody reads the rest of the body, and the next request comes behind it.
        request.resume();
      }
    }
    tell(request, refused.problem(), refused.reason());
  }

  private static void tell(HttpServerRequest request, ProblemType problem, String reason) {
    if (problem == ProblemType.UNAVAILABLE) {
      request.response().putHeader("Retry-After", "1");
    }
    reply(request, problem.status(), Replies.error(reason));
  }

  private void fail(HttpServerRequest request, RuntimeException e) {
    LOG.error("a request failed unexpectedly", e);
    refuse(request, new RequestRefused(ProblemType.INTERNAL, "the gateway failed"));
  }

  private static void reply(HttpServerRequest request, int status, Buffer body) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(status).putHeader("Content-Type", "application/json").end(body);
  }
}
