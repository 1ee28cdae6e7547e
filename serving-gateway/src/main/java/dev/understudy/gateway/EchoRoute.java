package dev.understudy.gateway;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * The least that a route on this server can do: it answers with the request's body. The benchmark
 * divides the gateway's figures by its; without {@code understudy.bench.echo} it is not there.
 */
@ApplicationScoped
class EchoRoute {
  private final boolean mounted;

  EchoRoute(GatewaySettings settings) {
    this.mounted = settings.bench().echo();
  }

  void routes(@Observes Router router) {
    if (mounted) {
      router.post("/bench/echo").handler(EchoRoute::echo);
    }
  }

  private static void echo(RoutingContext routed) {
    HttpServerRequest request = routed.request();
    request.bodyHandler(body -> request.response().end(body));
    // Quarkus hands a route a paused request.
    request.resume();
  }
}
