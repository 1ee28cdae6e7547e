package dev.understudy.registry.rollout;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Announces what the gateways are to do for a model, in the caller's transaction, which holds the
 * lock of the model's route. Thread-safe.
 */
@ApplicationScoped
class RouteRecords {
  private final Catalog catalog;
  private final Outbox outbox;

  RouteRecords(Catalog catalog, Outbox outbox) {
    this.catalog = catalog;
    this.outbox = outbox;
  }

  /** Announces the route with the model as it is now: it may have changed before the lock. */
  void announce(long modelId, ModelRoute route) {
    CatalogModel model = catalog.model(modelId);
    RoutePublished.Builder published =
        RoutePublished.newBuilder()
            .setProject(model.project())
            .setModel(model.name())
            .addAllInputs(model.spec().inputColumns())
            .addAllOutputs(model.spec().outputColumns())
            .setMeaning(model.spec().outputMeaning())
            .setServing(catalog.servingPolicy(model));
    if (route.committed() != null) {
      published.setCommitted(route.committed());
    }
    if (route.prepared() != null) {
      published.setPrepared(route.prepared());
    }
    if (route.standby() != null) {
      published.addStandby(route.standby());
    }
    outbox.append(Topic.ROUTES, Topic.modelKey(model.project(), model.name()), published.build());
  }
}
