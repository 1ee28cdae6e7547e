package dev.understudy.registry.audit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the checks of the audit logs found last, as metrics and in the service's log. */
@ApplicationScoped
class AuditHealth {
  private static final Logger LOG = Logger.getLogger(AuditHealth.class);

  private final Map<String, String> broken = new ConcurrentHashMap<>();
  private final Clock clock;
  private volatile @Nullable Instant checkedAll;

  AuditHealth(Clock clock, MeterRegistry meters) {
    this.clock = clock;
    Gauge.builder("registry.audit.chain.valid", this, AuditHealth::valid)
        .description("1 while every audit log held when it was last checked, 0 if one did not.")
        .register(meters);
    Gauge.builder("registry.audit.chain.check.age.seconds", this, AuditHealth::age)
        .description("Time since all audit logs were last checked from end to end.")
        .register(meters);
  }

  /** Said once in the log for each reason. */
  void broken(String project, String reason) {
    if (!reason.equals(broken.put(project, reason))) {
      LOG.errorf("the audit log of project %s is BROKEN: %s", project, reason);
    }
  }

  void holds(String project) {
    if (broken.remove(project) != null) {
      LOG.infof("the audit log of project %s holds again", project);
    }
  }

  void checkedAll() {
    checkedAll = clock.instant();
  }

  double valid() {
    if (!broken.isEmpty()) {
      return 0;
    }
    return checkedAll == null ? Double.NaN : 1;
  }

  private double age() {
    Instant last = checkedAll;
    return last == null ? Double.NaN : Duration.between(last, clock.instant()).toMillis() / 1000.0;
  }
}
