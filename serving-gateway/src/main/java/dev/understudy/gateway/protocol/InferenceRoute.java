package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.inference.InferenceMeters;
import dev.understudy.gateway.inference.InferencePipeline;
import dev.understudy.gateway.inference.VersionStatistics;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The Open Inference Protocol V2 over REST. Parsing is done on the event loop, scoring is not, and
 * the answer is written on the request's own context. Thread-safe.
 */
public final class InferenceRoute {
  /** The header that names the prediction, for whoever learns the truth later. */
  public static final String PREDICTION_ID = "Understudy-Prediction-Id";

  private static final int BEFORE_OTHERS = -1;

  private final LiveModels models;
  private final Statistics statistics;
  private final RequestLimits limits;
  private final InFlightBytes inFlight;
  private final HttpReplies replies;
  private final InferExchange.Services services;
  private final ExplainRoute explain;
  private final String serverVersion;

  /** What is known of a version since it was loaded. */
  @FunctionalInterface
  interface Statistics {
    Optional<VersionStatistics.Snapshot> of(String model, String version);
  }

  /** The routes, over what serves them. */
  public InferenceRoute(
      Supplier<RoutingTable> table,
      Readiness ready,
      InferencePipeline pipeline,
      InferenceMeters inferences,
      ExplainRoute explain,
      RequestLimits limits,
      InFlightBytes inFlight,
      MeterRegistry meters,
      String serverVersion) {
    this.models = new LiveModels(table, ready);
    this.statistics = inferences::statistics;
    this.limits = limits;
    this.inFlight = inFlight;
    this.replies = new HttpReplies(meters);
    this.services =
        new InferExchange.Services(
            pipeline, inferences, new InferenceParser(limits), limits, inFlight, replies);
    this.explain = explain;
    this.serverVersion = serverVersion;
  }

  /**
   * Takes over everything under {@code /v2}, behind what filters all requests and before all other
   * routes: of a small request, looking for its route is a large part.
   */
  public void mount(Router router) {
    router.route("/v2/*").order(BEFORE_OTHERS).handler(this::handle);
    router.route("/v2").order(BEFORE_OTHERS).handler(this::handle);
  }

  private void handle(RoutingContext routed) {
    Instant arrivedAt = Instant.now();
    HttpServerRequest request = routed.request();
    try {
      String path = request.path();
      Optional<Endpoint> endpoint = path == null ? Optional.empty() : Endpoint.of(path);
      if (endpoint.isEmpty()) {
        throw new RequestRefused(ProblemType.NOT_FOUND, "there is nothing at this path");
      }
      handle(request, endpoint.get(), arrivedAt);
    } catch (RequestRefused refused) {
      replies.refuse(request, refused);
    } catch (RuntimeException | Error e) {
      replies.fail(request, e);
    }
  }

  private void handle(HttpServerRequest request, Endpoint endpoint, Instant arrivedAt) {
    if (!request.method().name().equals(endpoint.method())) {
      request.response().putHeader("Allow", endpoint.method());
      throw new RequestRefused(
          ProblemType.METHOD_NOT_ALLOWED, "this path takes " + endpoint.method());
    }
    switch (endpoint) {
      case Endpoint.Infer infer -> infer(request, infer, arrivedAt);
      case Endpoint.Explain why -> explain.handle(request, why.model(), why.version());
      case Endpoint.ServerMetadata server ->
          HttpReplies.reply(request, 200, Replies.server(serverVersion));
      case Endpoint.ServerLive live -> HttpReplies.reply(request, 200, Replies.live());
      case Endpoint.ServerReady readiness -> {
        boolean now = models.ready();
        HttpReplies.reply(request, now ? 200 : 503, Replies.ready(now));
      }
      case Endpoint.ModelList list -> HttpReplies.reply(request, 200, Replies.models(models.all()));
      case Endpoint.ModelMetadata metadata -> {
        ServedModel model = models.find(metadata.model(), metadata.version());
        HttpReplies.reply(request, 200, Replies.metadata(model, metadata.version()));
      }
      case Endpoint.ModelReady readiness -> modelReady(request, readiness);
      case Endpoint.ModelConfiguration configuration -> {
        ServedModel model = models.find(configuration.model(), configuration.version());
        HttpReplies.reply(
            request, 200, Replies.configuration(model, configuration.version(), limits.rows()));
      }
      case Endpoint.Statistics of ->
          HttpReplies.reply(request, 200, StatisticsReply.of(asked(of), of.version(), statistics));
      case Endpoint.RepositoryIndex index -> readIndex(request);
      case Endpoint.RepositoryChange change ->
          throw new RequestRefused(
              ProblemType.NOT_SUPPORTED,
              "the registry decides which models are loaded here; promote or roll back there");
    }
  }

  private void infer(HttpServerRequest request, Endpoint.Infer infer, Instant arrivedAt) {
    InferExchange exchange;
    try {
      ServedModel model = models.find(infer.model(), infer.version());
      exchange = new InferExchange(services, request, infer, model.contract(), arrivedAt);
    } catch (RequestRefused refused) {
      InferExchange.follow(services.pipeline(), request, infer, refused.problem(), arrivedAt);
      throw refused;
    }
    exchange.start();
  }

  private Collection<ServedModel> asked(Endpoint.Statistics of) {
    return of.model().isEmpty()
        ? models.all()
        : List.of(models.find(of.model().get(), of.version()));
  }

  private void modelReady(HttpServerRequest request, Endpoint.ModelReady readiness) {
    try {
      ServedModel model = models.find(readiness.model(), readiness.version());
      HttpReplies.reply(request, 200, Replies.modelReady(model.name()));
    } catch (RequestRefused refused) {
      if (refused.problem() != ProblemType.UNAVAILABLE) {
        throw refused;
      }
      HttpReplies.reply(request, 503, Replies.modelNotReady(readiness.model(), refused.reason()));
    }
  }

  // The body could ask for what is ready only, and all that is here is.
  private void readIndex(HttpServerRequest request) {
    InFlightBytes.Share held = inFlight.open();
    BoundedBody.read(
        request,
        limits,
        held,
        body -> {
          held.leave();
          HttpReplies.reply(request, 200, Replies.index(models.all()));
        },
        refused -> replies.refuse(request, refused));
  }
}
