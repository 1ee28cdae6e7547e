package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.catalog.ServingSpec;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.registry.problem.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Makes the plan of a rollout from what was asked for, with an id, a salt and the number of its
 * attempt; writes nothing. In the caller's transaction, which holds the lock of the model's route.
 * Thread-safe.
 */
@ApplicationScoped
class RolloutPlanner {
  private static final int SALT_BYTES = 16;

  private final Catalog catalog;
  private final Rollouts rollouts;
  private final Duration shadowGrace;
  private final SecureRandom random = new SecureRandom();

  RolloutPlanner(Catalog catalog, Rollouts rollouts, RegistryConfig config) {
    this.catalog = catalog;
    this.rollouts = rollouts;
    this.shadowGrace = config.shadowGrace();
  }

  /** The version of that name, or the field is wrong that named it. */
  VersionRef version(CatalogModel model, String field, String version) {
    return catalog
        .version(model, version)
        .orElseThrow(
            () ->
                Refused.field(field, "'%s' has no version '%s'".formatted(model.name(), version)));
  }

  /** As the model is served now: it may have changed before the lock. */
  void requireNoFallback(CatalogModel model, String field, String version) {
    ServingSpec serving = catalog.model(model.id()).spec().servingOrNone();
    if (serving.fallbackVersion().filter(version::equals).isPresent()) {
      throw Refused.field(
          field,
          "version %s is the model's fallback; PUT another way of serving it first"
              .formatted(version));
    }
  }

  Rollout plan(
      CatalogModel model, VersionRef current, List<VersionRef> candidates, RolloutRequest request) {
    String id = UUID.randomUUID().toString();
    List<TestPlan> plans =
        candidates.stream()
            .map(
                candidate ->
                    new TestPlan(
                        id,
                        model.project(),
                        model.name(),
                        current.getVersion(),
                        candidate.getVersion(),
                        candidates.size(),
                        1 + rollouts.tested(model.id(), candidate.getSha256()),
                        model.spec().predicted(),
                        model.spec().kpis(),
                        model.spec().guards(),
                        shadowGrace))
            .toList();
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return Rollout.planned(
        id,
        current,
        candidates,
        HexFormat.of().formatHex(salt),
        request.eligibility(model.spec(), name -> catalog.version(model, name)),
        AllTests.of(plans, request));
  }
}
