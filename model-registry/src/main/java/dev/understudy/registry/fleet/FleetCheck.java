package dev.understudy.registry.fleet;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the fleet was read for the first time. A Kafka that goes away later is told here and
 * does not take the registry out of service: uploads and plans need only the database, and what is
 * to be announced waits in the outbox.
 */
@Readiness
@ApplicationScoped
class FleetCheck implements HealthCheck {
  private final Fleet fleet;
  private volatile boolean wasReadable;

  FleetCheck(Fleet fleet) {
    this.fleet = fleet;
  }

  @Override
  public HealthCheckResponse call() {
    boolean readable = fleet.isReadable();
    wasReadable |= readable;
    return HealthCheckResponse.named("gateways known")
        .status(wasReadable)
        .withData("kafka", readable ? "answers" : "does not answer")
        .build();
  }
}
