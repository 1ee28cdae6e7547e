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
 * Looks after prepared routes until each is committed or given up, and after tests whose judge fell
 * silent; counts the moves that were made. Every replica does; the lock on the route lets one of
 * them act. One thread of its own.
 */
@ApplicationScoped
class RolloutWatch {
  private final Routes routes;
  private final RolloutFollowUp followUp;
  private final MeterRegistry meters;
  private final Duration every;
  private volatile @Nullable BackgroundLoop loop;

  RolloutWatch(
      Routes routes, RolloutFollowUp followUp, MeterRegistry meters, RegistryConfig config) {
    this.routes = routes;
    this.followUp = followUp;
    this.meters = meters;
    this.every = config.prepareCheckEvery();
  }

  void start(@Observes StartupEvent event) {
    loop = BackgroundLoop.start("rollout-watch", this::look, () -> {});
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
      failure = tried(() -> followUp.followUp(model), failure);
    }
    for (long model : QuarkusTransaction.requiringNew().call(followUp::mayBeForgotten)) {
      failure = tried(() -> followUp.endIfForgotten(model), failure);
    }
    if (failure != null) {
      throw failure;
    }
    return every;
  }

  /** One model's trouble is not another's. */
  private static @Nullable RuntimeException tried(
      Runnable step, @Nullable RuntimeException before) {
    try {
      step.run();
      return before;
    } catch (RuntimeException e) {
      return e;
    }
  }
}
