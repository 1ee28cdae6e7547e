package dev.understudy.registry.mlflow;

import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.registry.problem.Checks;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** The one project that MLflow's clients see; made at the first request. Thread-safe. */
@ApplicationScoped
class MlflowProject {
  private static final Logger LOG = Logger.getLogger(MlflowProject.class);

  private final Catalog catalog;
  private final String name;
  private volatile long key;

  MlflowProject(Catalog catalog, RegistryConfig config) {
    this.catalog = catalog;
    this.name = Checks.name("understudy.mlflow-project", config.mlflowProject());
  }

  /** A name that is none stops the start. */
  void check(@Observes StartupEvent event) {
    LOG.debugf("MLflow's clients see the project %s", name);
  }

  String name() {
    return name;
  }

  long key() {
    if (key == 0) {
      key = catalog.projectKey(name);
    }
    return key;
  }
}
