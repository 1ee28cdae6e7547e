package dev.understudy.scoring;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The workspaces of one session, kept by number of rows from run to run within bounds, and as far
 * as it goes for the same thread. Thread-safe.
 */
final class OnnxWorkspaces implements AutoCloseable {
  private static final int MOST_ROWS = 64;
  private static final long MOST_BYTES = 16 << 20;
  private static final int LANES = 2 * Runtime.getRuntime().availableProcessors();

  private final OnnxSession session;
  private final boolean rowsDecide;
  private final AtomicReferenceArray<@Nullable OnnxWorkspace> idle =
      new AtomicReferenceArray<>(MOST_ROWS * LANES);

  /** Of all that may be used again, in use or not. */
  private final AtomicLong bytes = new AtomicLong();

  OnnxWorkspaces(OnnxSession session) {
    this.session = session;
    this.rowsDecide = session.inputs().stream().allMatch(input -> input.shapeFor(1).isPresent());
  }

  /** A workspace for this request, to be given back. */
  OnnxWorkspace take(Tensor[] request, long rows) throws OnnxFailure {
    if (rowsDecide && rows >= 1 && rows <= MOST_ROWS) {
      OnnxWorkspace kept = take((int) rows);
      if (kept != null) {
        if (kept.fits(request)) {
          return kept;
        }
        give(kept, rows);
      }
    }
    return OnnxWorkspace.forRequest(session, request, rows);
  }

  private @Nullable OnnxWorkspace take(int rows) throws OnnxFailure {
    int start = (int) Thread.currentThread().threadId();
    for (int i = start; i < start + LANES; i++) {
      int place = place(rows, i);
      OnnxWorkspace waiting = idle.get(place) == null ? null : idle.getAndSet(place, null);
      if (waiting != null) {
        return waiting;
      }
    }
    if (bytes.get() > MOST_BYTES) {
      return null;
    }
    OnnxWorkspace made = OnnxWorkspace.forRows(session, rows);
    bytes.addAndGet(made.bytes());
    return made;
  }

  /** Keeps a workspace for the next run of as many rows, or closes it. */
  void give(OnnxWorkspace workspace, long rows) {
    if (!workspace.isReusable() || !keep(workspace, (int) rows)) {
      discard(workspace);
    }
  }

  private boolean keep(OnnxWorkspace workspace, int rows) {
    int start = (int) Thread.currentThread().threadId();
    for (int i = start; i < start + LANES; i++) {
      if (idle.compareAndSet(place(rows, i), null, workspace)) {
        return true;
      }
    }
    return false;
  }

  private static int place(int rows, int lane) {
    return (rows - 1) * LANES + Math.floorMod(lane, LANES);
  }

  /** Closes one that will not be used again. */
  void discard(OnnxWorkspace workspace) {
    if (workspace.isReusable()) {
      bytes.addAndGet(-workspace.bytes());
    }
    workspace.close();
  }

  @Override
  public void close() {
    for (int i = 0; i < idle.length(); i++) {
      OnnxWorkspace waiting = idle.getAndSet(i, null);
      if (waiting != null) {
        waiting.close();
      }
    }
  }
}
