package dev.understudy.gateway;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.stream.Collectors;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once it is known what is to be served and what of that can be, and something can; names
 * what is not loaded, before and afterwards.
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
    String notLoaded =
        gateway.notLoaded().stream()
            .map(one -> "%s/%s (%s)".formatted(one.project(), one.model(), one.reason()))
            .collect(Collectors.joining(", "));
    return notLoaded.isEmpty() ? answer.build() : answer.withData("not_loaded", notLoaded).build();
  }
}
