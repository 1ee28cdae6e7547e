package dev.understudy.collector.config;

import dev.understudy.contracts.EnvironmentNames;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Stops the start when an environment variable looks like a setting and is none. */
@ApplicationScoped
class UnknownSettings {
  private static final int BEFORE_ANYTHING_RUNS = 1;

  void check(@Observes @Priority(BEFORE_ANYTHING_RUNS) StartupEvent event) {
    EnvironmentNames.check(System.getenv().keySet(), CollectorConfig.class);
  }
}
