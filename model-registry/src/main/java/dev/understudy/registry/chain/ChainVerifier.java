package dev.understudy.registry.chain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Walks a log once, event by event, and compares it with the checkpoints on the way. Keeps one hash
 * and the edge of the tree, whatever the size of the log. Not thread-safe.
 */
public final class ChainVerifier {
  private final String project;
  private final CheckpointKeys keys;
  private final Iterator<Checkpoint> checkpoints;
  private final MerkleEdge tree;
  private final long from;
  private final long checkpointsUpTo;
  private byte @Nullable [] last;
  private long checked;
  private @Nullable Checkpoint next;
  private @Nullable Checkpoint holding;
  private @Nullable Long brokenAt;
  private @Nullable String reason;

  /**
   * From the first event on.
   *
   * @param checkpoints of this project, by rising size; one size may come more than once
   * @param checkpointsUpTo those that are larger are left aside
   */
  public ChainVerifier(
      String project, CheckpointKeys keys, Iterator<Checkpoint> checkpoints, long checkpointsUpTo) {
    this(project, keys, checkpoints, checkpointsUpTo, new MerkleEdge(), 1);
  }

  /**
   * From the event after a checkpoint that was verified on.
   *
   * @param tree its edge, which gives its root
   * @param from counts as checked from here on, at or after the next event
   */
  public ChainVerifier(
      String project,
      CheckpointKeys keys,
      Iterator<Checkpoint> checkpoints,
      long checkpointsUpTo,
      MerkleEdge tree,
      long from) {
    this.project = project;
    this.keys = keys;
    this.checkpoints = checkpoints;
    this.checkpointsUpTo = checkpointsUpTo;
    this.tree = tree;
    this.from = from;
    this.last = tree.size() == 0 ? ChainHash.genesis() : null;
    next = nextAfter(tree.size());
  }

  /**
   * Looks at the next event.
   *
   * @return whether to go on: false once something is broken
   */
  public boolean accept(ChainEvent event) {
    if (brokenAt != null) {
      return false;
    }
    long expected = tree.size() + 1;
    if (event.seq() >= from) {
      checked++;
    }
    String wrong = wrong(event, expected);
    if (wrong != null) {
      return breakAt(expected, wrong);
    }
    last = event.hash();
    tree.add(event.hash());
    while (next != null && next.size() == tree.size()) {
      if (!holds(next)) {
        return false;
      }
      holding = next;
      next = nextAfter(tree.size() - 1);
    }
    return true;
  }

  /** Something outside the chain is wrong with the event that would come next. */
  public boolean refuse(String wrong) {
    if (brokenAt == null) {
      breakAt(tree.size() + 1, wrong);
    }
    return false;
  }

  /** There are no more events: what came of it. */
  public ChainReport finish() {
    if (brokenAt == null && next != null) {
      // A checkpoint that nobody signed tells nothing of the log, but whoever put it there does.
      if (keys.signed(next)) {
        breakAt(
            tree.size() + 1,
            "the log ends at %d, but a checkpoint of %s vouches for %d events: its end was cut off"
                .formatted(tree.size(), next.at(), next.size()));
      } else {
        holds(next);
      }
    }
    return new ChainReport(project, brokenAt == null, checked, brokenAt, reason, holding);
  }

  /** How far the walk has come. */
  public long seq() {
    return tree.size();
  }

  private @Nullable String wrong(ChainEvent event, long expected) {
    if (event.seq() > expected) {
      return "event %d is missing: %d comes in its place".formatted(expected, event.seq());
    }
    if (event.seq() < expected) {
      return "event %d comes again, or out of its order, where %d should be"
          .formatted(event.seq(), expected);
    }
    if (last != null && !Arrays.equals(event.previous(), last)) {
      return "event %d does not link to the one before it".formatted(expected);
    }
    if (!Arrays.equals(
        event.hash(), ChainHash.of(event.seq(), event.previous(), event.envelope()))) {
      return "event %d does not say what was hashed: it was changed".formatted(expected);
    }
    return outOfPlace(event);
  }

  private @Nullable String outOfPlace(ChainEvent event) {
    JsonNode said;
    try {
      said = Canonical.read(event.envelope());
      if (!Canonical.of(said).equals(event.envelope())) {
        return "the envelope of event %d is not canonical JSON".formatted(event.seq());
      }
    } catch (IllegalArgumentException e) {
      return "the envelope of event %d is not JSON".formatted(event.seq());
    }
    if (!project.equals(Envelope.projectOf(said)) || said.path("seq").asLong() != event.seq()) {
      return "event %d is that of another place: %s, %s"
          .formatted(event.seq(), said.path("project"), said.path("seq"));
    }
    return null;
  }

  private boolean holds(Checkpoint checkpoint) {
    long firstUnvouched = holding == null ? from : holding.size() + 1;
    if (!checkpoint.project().equals(project) || !keys.signed(checkpoint)) {
      return breakAt(
          firstUnvouched,
          "the checkpoint over %d events of %s is not signed by a known key (%s)"
              .formatted(checkpoint.size(), checkpoint.at(), checkpoint.key()));
    }
    if (!Arrays.equals(checkpoint.root(), tree.root())) {
      return breakAt(
          firstUnvouched,
          "the log is not the one that was signed at %s, when it had %d events: events from %d to %d"
                  .formatted(checkpoint.at(), checkpoint.size(), firstUnvouched, checkpoint.size())
              + " were rewritten");
    }
    return true;
  }

  private boolean breakAt(long seq, String wrong) {
    brokenAt = seq;
    reason = wrong;
    return false;
  }

  private @Nullable Checkpoint nextAfter(long size) {
    while (checkpoints.hasNext()) {
      Checkpoint found = checkpoints.next();
      if (found.size() > checkpointsUpTo) {
        return null;
      }
      if (found.size() > size) {
        return found;
      }
    }
    return null;
  }
}
