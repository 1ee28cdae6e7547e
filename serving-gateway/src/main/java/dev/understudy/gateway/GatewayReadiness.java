package dev.understudy.gateway;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once it is known what is to be served and all of that is loaded; else names what is not.
 */
@Readiness
@ApplicationScoped
class GatewayReadiness implements HealthCheck {
  private final Gateway gateway;

  GatewayReadiness(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer =
        HealthCheckResponse.named("routes").status(gateway.isReady());
    String notLoaded = String.join(", ", gateway.notLoaded());
    return notLoaded.isEmpty() ? answer.build() : answer.withData("not_loaded", notLoaded).build();
  }
}
