package dev.understudy.collector.matching;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the join runs; otherwise says what is in its way. */
@Readiness
@ApplicationScoped
class MatchHealth implements HealthCheck {
  private final MatchService service;

  MatchHealth(MatchService service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    String obstacle = service.obstacle();
    var response = HealthCheckResponse.named("join and judge").status(obstacle == null);
    return obstacle == null ? response.build() : response.withData("reason", obstacle).build();
  }
}
