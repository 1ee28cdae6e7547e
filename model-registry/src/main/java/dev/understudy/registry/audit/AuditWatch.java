package dev.understudy.registry.audit;

import dev.understudy.registry.background.BackgroundLoop;
import dev.understudy.registry.chain.ChainReport;
import dev.understudy.registry.config.RegistryConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes checkpoints that are due, writes them to the files, and checks every log from end to end
 * now and then. Two threads of its own, so that a long check keeps no checkpoint waiting.
 */
@ApplicationScoped
class AuditWatch {
  private final AuditCheckpointer checkpointer;
  private final AuditProof proof;
  private final AuditHealth health;
  private final Duration checkEvery;
  private final Duration verifyEvery;
  private final Counter made;
  private final List<BackgroundLoop> loops = new ArrayList<>();
  // Only the checkpoints' thread touches it.
  private final Map<String, Long> written = new HashMap<>();
  private volatile boolean stopping;

  AuditWatch(
      AuditCheckpointer checkpointer,
      AuditProof proof,
      AuditHealth health,
      RegistryConfig config,
      MeterRegistry meters) {
    this.checkpointer = checkpointer;
    this.proof = proof;
    this.health = health;
    this.checkEvery = config.auditCheckEvery();
    this.verifyEvery = config.auditVerifyEvery();
    this.made = meters.counter("registry.audit.checkpoints");
  }

  void start(@Observes StartupEvent event) {
    loops.add(BackgroundLoop.start("audit-checkpoints", this::checkpoints, () -> {}));
    loops.add(BackgroundLoop.start("audit-verify", this::verifyAll, () -> {}));
  }

  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    loops.forEach(BackgroundLoop::close);
  }

  private Duration checkpoints() {
    RuntimeException failure = null;
    boolean more = false;
    for (Checkpoints.Standing log : checkpointer.standings()) {
      try {
        boolean signed = log.due() && checkpointer.sign(log.project());
        if (signed) {
          made.increment();
          more = true;
        }
        if (signed || log.vouched() > written.getOrDefault(log.project(), 0L)) {
          written.put(log.project(), checkpointer.write(log.project()));
        }
      } catch (BrokenChain e) {
        health.broken(log.project(), String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        // One project's trouble is not another's.
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return more ? Duration.ZERO : checkEvery;
  }

  private Duration verifyAll() {
    for (String project : proof.projects()) {
      ChainReport report = proof.verify(project, 1, null, () -> !stopping).orElse(null);
      if (report == null) {
        return verifyEvery;
      }
      if (report.valid()) {
        health.holds(project);
      } else {
        health.broken(project, String.valueOf(report.reason()));
      }
    }
    health.checkedAll();
    return verifyEvery;
  }
}
