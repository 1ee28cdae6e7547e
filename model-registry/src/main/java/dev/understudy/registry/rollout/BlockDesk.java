package dev.understudy.registry.rollout;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.problem.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.Map;

/**
 * Keeps artefacts out of new rollouts of a model that were promoted once and did harm: the judge
 * found it out late, and would need as long again. A person clears them. Thread-safe; every change
 * holds the lock of the model's route.
 */
@ApplicationScoped
class BlockDesk {
  private final Routes routes;
  private final Blocks blocks;
  private final AuditTrail audit;
  private final Clock clock;

  BlockDesk(Routes routes, Blocks blocks, AuditTrail audit, Clock clock) {
    this.routes = routes;
    this.blocks = blocks;
    this.audit = audit;
    this.clock = clock;
  }

  /** The candidate of that rollout was promoted and does harm. In the caller's transaction. */
  void block(CatalogModel model, Rollout rollout, String reason) {
    VersionRef candidate = rollout.candidate();
    if (blocks.standing(model.id(), candidate.getSha256()).isPresent()) {
      return;
    }
    BlockEntity row = new BlockEntity();
    row.modelId = model.id();
    row.sha256 = candidate.getSha256();
    row.rolloutId = rollout.id();
    row.version = candidate.getVersion();
    row.reason = reason;
    row.blockedAt = clock.instant();
    blocks.persist(row);
    audit.record(
        model.project(),
        model.name(),
        "judge",
        "artefact.blocked",
        "artefact/" + row.sha256,
        Map.of("rollout", row.rolloutId, "version", row.version, "reason", reason));
  }

  /** Refuses a candidate whose artefact is blocked. In the caller's transaction. */
  void refuse(CatalogModel model, String field, VersionRef candidate) {
    blocks
        .standing(model.id(), candidate.getSha256())
        .ifPresent(
            block -> {
              throw Refused.field(
                  ProblemType.CONFLICT,
                  field,
                  "version %s has the artefact that rollout %s promoted and rolled back (%s); register a"
                          .formatted(candidate.getVersion(), block.rolloutId, block.reason)
                      + " better one, or POST the model's blocks/%s/clear with a reason"
                          .formatted(block.sha256));
            });
  }

  /** Lets an artefact be a candidate again, because a person says so. */
  @Transactional
  void clear(CatalogModel model, String sha256, String reason) {
    routes.lock(model.id());
    BlockEntity row =
        blocks
            .standing(model.id(), sha256)
            .orElseThrow(() -> Refused.missing("standing block of artefact", sha256));
    row.clearedAt = clock.instant();
    row.clearedReason = reason;
    audit.record(
        model.project(),
        model.name(),
        RolloutControl.API,
        "artefact.cleared",
        "artefact/" + sha256,
        Map.of("rollout", row.rolloutId, "version", row.version, "reason", reason));
  }
}
