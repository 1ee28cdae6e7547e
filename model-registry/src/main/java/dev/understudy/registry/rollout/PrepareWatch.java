package dev.understudy.registry.rollout;

import dev.understudy.registry.background.BackgroundLoop;
import dev.understudy.registry.config.RegistryConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Looks after prepared routes until each is committed or given up, and counts the moves that were
 * made. Every replica does; the lock on the route lets one of them act. One thread of its own.
 */
@ApplicationScoped
class PrepareWatch {
  private final Routes routes;
  private final RolloutControl control;
  private final MeterRegistry meters;
  private final Duration every;
  private volatile @Nullable BackgroundLoop loop;

  PrepareWatch(Routes routes, RolloutControl control, MeterRegistry meters, RegistryConfig config) {
    this.routes = routes;
    this.control = control;
    this.meters = meters;
    this.every = config.prepareCheckEvery();
  }

  void start(@Observes StartupEvent event) {
    loop = BackgroundLoop.start("prepare-watch", this::look, () -> {});
  }

  void stop(@Observes ShutdownEvent event) {
    BackgroundLoop running = loop;
    if (running != null) {
      running.close();
    }
  }

  void count(@Observes(during = TransactionPhase.AFTER_SUCCESS) RolloutControl.Moved move) {
    meters.counter("registry.transition", "action", move.action()).increment();
  }

  private Duration look() {
    RuntimeException failure = null;
    for (long model : QuarkusTransaction.requiringNew().call(routes::preparing)) {
      try {
        control.followUp(model);
      } catch (RuntimeException e) {
        // One model's trouble is not another's.
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return every;
  }
}
