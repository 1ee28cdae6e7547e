package dev.understudy.registry.audit;

import dev.understudy.registry.chain.ChainReport;
import dev.understudy.registry.chain.ChainVerifier;
import dev.understudy.registry.chain.Checkpoint;
import dev.understudy.registry.chain.MerkleEdge;
import dev.understudy.registry.problem.Refused;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks a project's log against its checkpoints, and hands both out. Reads page by page, each in a
 * short transaction, so no log is too long. Thread-safe.
 */
@ApplicationScoped
class AuditProof {
  private static final int PAGE = 500;

  /** Takes the lines of a log. */
  interface LineSink {
    void line(String line) throws IOException;
  }

  private final AuditEvents events;
  private final Checkpoints checkpoints;
  private final CheckpointFiles files;
  private final CheckpointKeyStore keys;

  AuditProof(
      AuditEvents events, Checkpoints checkpoints, CheckpointFiles files, CheckpointKeyStore keys) {
    this.events = events;
    this.checkpoints = checkpoints;
    this.files = files;
    this.keys = keys;
  }

  /** Every project that has a log, or should have one. */
  TreeSet<String> projects() {
    TreeSet<String> all = new TreeSet<>(files.projects());
    all.addAll(QuarkusTransaction.requiringNew().call(events::projects));
    return all;
  }

  /**
   * Checks the events of a range.
   *
   * @param to the last one, or none: all that there are
   * @param goOn asked after each page; the check ends early without a report when it says no
   */
  Optional<ChainReport> verify(String project, long from, @Nullable Long to, BooleanSupplier goOn) {
    long upTo = to == null ? Long.MAX_VALUE : to;
    // Checkpoints before the end of the log: one that is made meanwhile is larger than that end.
    Checkpoint inFile;
    try {
      inFile = files.last(project).orElse(null);
    } catch (IllegalArgumentException e) {
      return Optional.of(unreadable(project, from, e));
    }
    long known =
        Math.max(
            inFile == null ? 0 : inFile.size(),
            QuarkusTransaction.requiringNew()
                .call(() -> checkpoints.last(project).map(row -> row.size).orElse(0L)));
    AuditEvents.End end = QuarkusTransaction.requiringNew().call(() -> events.end(project));
    if (known == 0 && end.lastEvent() == 0 && end.head() == 0) {
      throw Refused.missing("audit log", project);
    }
    MerkleEdge tree = startFor(project, Math.min(from, end.lastEvent() + 1));
    long last = Math.min(upTo, end.lastEvent());
    try (CheckpointFiles.Lines lines = files.read(project);
        KnownCheckpoints all = new KnownCheckpoints(checkpoints, lines, project, tree.size())) {
      ChainVerifier walk =
          new ChainVerifier(project, keys.keys(), all, Math.min(known, upTo), tree, from);
      byte[] lastHash = walk(project, walk, tree.size(), last, goOn);
      if (lastHash == null) {
        return Optional.empty();
      }
      ChainReport report = walk.finish();
      boolean whole = upTo >= end.lastEvent();
      if (report.valid() && whole && !end.endsWith(walk.seq(), lastHash)) {
        return Optional.of(
            new ChainReport(
                project,
                false,
                report.checked(),
                Math.min(walk.seq(), end.head()) + 1,
                "the log's head counts %d events, but the last one is %d"
                    .formatted(end.head(), walk.seq()),
                report.lastCheckpoint()));
      }
      return Optional.of(report);
    } catch (IllegalArgumentException e) {
      return Optional.of(unreadable(project, from, e));
    }
  }

  /** Whether there is a log; a problem where there is none. */
  void require(String project) {
    if (QuarkusTransaction.requiringNew().call(() -> events.end(project)).lastEvent() == 0) {
      throw Refused.missing("audit log", project);
    }
  }

  /** The whole log, one event a line as it was hashed. */
  void export(String project, LineSink sink) throws IOException {
    long last = QuarkusTransaction.requiringNew().call(() -> events.end(project)).lastEvent();
    long after = 0;
    for (List<AuditEvent> page = page(project, after, last);
        !page.isEmpty();
        page = page(project, after, last)) {
      for (AuditEvent event : page) {
        sink.line(event.link().line());
        after = event.seq;
      }
    }
  }

  /** The checkpoints that the database holds, one a line. */
  void checkpointLines(String project, LineSink sink) throws IOException {
    long after = 0;
    for (List<Checkpoint> page = checkpoints(project, after, PAGE);
        !page.isEmpty();
        page = checkpoints(project, after, PAGE)) {
      for (Checkpoint checkpoint : page) {
        sink.line(checkpoint.line());
        after = checkpoint.size();
      }
    }
  }

  List<Checkpoint> checkpoints(String project, long after, int limit) {
    return QuarkusTransaction.requiringNew()
        .call(
            () ->
                checkpoints.after(project, after, limit).stream()
                    .map(CheckpointEntity::checkpoint)
                    .toList());
  }

  /** The last hash that was seen; nothing if the walk was given up. */
  private byte @Nullable [] walk(
      String project, ChainVerifier walk, long start, long last, BooleanSupplier goOn) {
    byte[] hash = new byte[0];
    long after = start;
    for (List<AuditEvent> page = page(project, after, last);
        !page.isEmpty();
        page = page(project, after, last)) {
      if (!goOn.getAsBoolean()) {
        return null;
      }
      for (AuditEvent event : page) {
        after = event.seq;
        hash = event.hash;
        if (!event.isAcceptedBy(walk)) {
          return hash;
        }
      }
    }
    return hash;
  }

  private List<AuditEvent> page(String project, long after, long last) {
    return QuarkusTransaction.requiringNew().call(() -> events.chain(project, after, last, PAGE));
  }

  /** The tree of the last checkpoint before that event which can be believed, or the empty one. */
  private MerkleEdge startFor(String project, long from) {
    Optional<CheckpointEntity> before =
        QuarkusTransaction.requiringNew().call(() -> checkpoints.lastBefore(project, from));
    return before
        .filter(row -> keys.keys().signed(row.checkpoint()))
        .flatMap(AuditProof::treeOf)
        .orElseGet(MerkleEdge::new);
  }

  /** The tree that a row was signed over; nothing if its edge is not that tree's. */
  static Optional<MerkleEdge> treeOf(CheckpointEntity row) {
    try {
      MerkleEdge tree = new MerkleEdge(row.size, row.edge);
      return Arrays.equals(tree.root(), row.checkpoint().root())
          ? Optional.of(tree)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ChainReport unreadable(String project, long from, IllegalArgumentException e) {
    return new ChainReport(project, false, 0, from, String.valueOf(e.getMessage()), null);
  }
}
