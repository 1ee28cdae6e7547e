package dev.understudy.registry.audit;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.AuditCheckpointed;
import dev.understudy.registry.chain.ChainReport;
import dev.understudy.registry.chain.ChainVerifier;
import dev.understudy.registry.chain.Checkpoint;
import dev.understudy.registry.chain.MerkleEdge;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.registry.outbox.Outbox;
import dev.understudy.registry.problem.Checks;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Signs what was added to a log since its last checkpoint, after a check of just that. The row and
 * its announcement are of one transaction; of several registries one makes it. Reads only what is
 * new, page by page.
 */
@ApplicationScoped
class AuditCheckpointer {
  private static final int PAGE = 500;

  /** One transaction reads no more than this; the rest is in the next checkpoint. */
  private static final long MOST_AT_ONCE = 50_000;

  private final AuditEvents events;
  private final Checkpoints checkpoints;
  private final CheckpointFiles files;
  private final CheckpointKeyStore keys;
  private final Outbox outbox;
  private final Clock clock;
  private final long everyEvents;
  private final Duration every;

  AuditCheckpointer(
      AuditEvents events,
      Checkpoints checkpoints,
      CheckpointFiles files,
      CheckpointKeyStore keys,
      Outbox outbox,
      Clock clock,
      RegistryConfig config) {
    this.events = events;
    this.checkpoints = checkpoints;
    this.files = files;
    this.keys = keys;
    this.outbox = outbox;
    this.clock = clock;
    this.everyEvents =
        Checks.between(
            "understudy.audit-checkpoint-events", config.auditCheckpointEvents(), 1, MOST_AT_ONCE);
    this.every = config.auditCheckpointEvery();
  }

  /** Every log, and whether its next checkpoint is due. */
  List<Checkpoints.Standing> standings() {
    return QuarkusTransaction.requiringNew()
        .call(() -> checkpoints.standings(everyEvents, clock.instant().minus(every)));
  }

  /**
   * Signs what is new in one log, if another registry is not at it.
   *
   * @return whether a checkpoint was made
   * @throws BrokenChain if what is there, or what is new, does not hold: nothing is signed then
   */
  @Transactional(Transactional.TxType.REQUIRES_NEW)
  boolean sign(String project) {
    if (!checkpoints.lock()) {
      return false;
    }
    MerkleEdge tree = lastTree(project);
    long begin = tree.size();
    long last = Math.min(events.end(project).lastEvent(), begin + MOST_AT_ONCE);
    if (last <= begin) {
      return false;
    }
    ChainVerifier walk =
        new ChainVerifier(project, keys.keys(), Collections.emptyIterator(), 0, tree, begin + 1);
    boolean holds = true;
    for (long after = begin; holds && after < last; after = tree.size()) {
      List<AuditEvent> page = events.chain(project, after, last, PAGE);
      if (page.isEmpty()) {
        holds = walk.refuse("event %d is missing".formatted(after + 1));
      }
      for (AuditEvent event : page) {
        holds = holds && event.isAcceptedBy(walk);
      }
    }
    ChainReport report = walk.finish();
    if (!report.valid()) {
      throw new BrokenChain(project, String.valueOf(report.reason()));
    }
    Checkpoint made = keys.signer().sign(project, tree.size(), tree.root(), clock.instant());
    checkpoints.persist(CheckpointEntity.of(made, tree.bytes()));
    outbox.append(Topic.CHECKPOINTS, project, message(made));
    return true;
  }

  /**
   * Appends to the project's file what it does not hold yet.
   *
   * @return how far it is then
   * @throws BrokenChain if the database holds one that nobody signed: it does not get into the file
   */
  long write(String project) {
    return files.append(project, after -> signedAfter(project, after));
  }

  private List<Checkpoint> signedAfter(String project, long size) {
    List<Checkpoint> next =
        QuarkusTransaction.requiringNew()
            .call(
                () ->
                    checkpoints.after(project, size, PAGE).stream()
                        .map(CheckpointEntity::checkpoint)
                        .toList());
    for (Checkpoint checkpoint : next) {
      if (!keys.keys().signed(checkpoint)) {
        throw notSigned(checkpoint);
      }
    }
    return next;
  }

  /** The tree to go on with: nothing is signed on top of what does not hold itself. */
  private MerkleEdge lastTree(String project) {
    inFile(project)
        .ifPresent(
            beside -> {
              boolean same =
                  checkpoints
                      .of(project, beside.size())
                      .filter(row -> row.checkpoint().line().equals(beside.line()))
                      .isPresent();
              if (!same) {
                throw new BrokenChain(
                    project,
                    "the checkpoint over %d events is in the file and not in the database"
                        .formatted(beside.size()));
              }
            });
    return checkpoints
        .last(project)
        .map(
            row -> {
              if (!keys.keys().signed(row.checkpoint())) {
                throw notSigned(row.checkpoint());
              }
              return AuditProof.treeOf(row)
                  .orElseThrow(
                      () ->
                          new BrokenChain(
                              project,
                              "the edge of the checkpoint over %d events is not that of its root"
                                  .formatted(row.size)));
            })
        .orElseGet(MerkleEdge::new);
  }

  private Optional<Checkpoint> inFile(String project) {
    try {
      return files.last(project);
    } catch (IllegalArgumentException e) {
      throw new BrokenChain(project, String.valueOf(e.getMessage()));
    }
  }

  private static BrokenChain notSigned(Checkpoint checkpoint) {
    return new BrokenChain(
        checkpoint.project(),
        ("the checkpoint over %d events is not signed by a known key (%s): see"
                + " understudy.audit-key-file and audit-public-keys-file")
            .formatted(checkpoint.size(), checkpoint.key()));
  }

  private static AuditCheckpointed message(Checkpoint made) {
    return AuditCheckpointed.newBuilder()
        .setProject(made.project())
        .setSize(made.size())
        .setLine(made.line())
        .build();
  }
}
