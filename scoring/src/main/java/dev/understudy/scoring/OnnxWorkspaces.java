package dev.understudy.scoring;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The workspaces of one session that wait for their next run, kept by number of rows within bounds.
 * Thread-safe.
 */
final class OnnxWorkspaces implements AutoCloseable {
  private static final int MOST_ROWS = 64;
  private static final long MOST_BYTES = 16 << 20;

  private final OnnxSession session;
  private final boolean rowsDecide;
  private final int lanes = 2 * Runtime.getRuntime().availableProcessors();
  private final AtomicReferenceArray<OnnxWorkspace> idle =
      new AtomicReferenceArray<>(MOST_ROWS * lanes);
  private final AtomicLong idleBytes = new AtomicLong();

  OnnxWorkspaces(OnnxSession session) {
    this.session = session;
    this.rowsDecide = session.inputs().stream().allMatch(input -> input.shapeFor(1).isPresent());
  }

  /** A workspace for this request, to be given back. */
  OnnxWorkspace take(Map<String, Tensor> request, long rows) throws OnnxFailure {
    if (rowsDecide && rows >= 1 && rows <= MOST_ROWS) {
      OnnxWorkspace kept = take((int) rows);
      if (kept.fits(request)) {
        return kept;
      }
      give(kept, rows);
    }
    return OnnxWorkspace.forRequest(session, request, rows);
  }

  private OnnxWorkspace take(int rows) throws OnnxFailure {
    int first = (rows - 1) * lanes;
    for (int i = first; i < first + lanes; i++) {
      OnnxWorkspace waiting = idle.get(i) == null ? null : idle.getAndSet(i, null);
      if (waiting != null) {
        idleBytes.addAndGet(-waiting.bytes());
        return waiting;
      }
    }
    return OnnxWorkspace.forRows(session, rows);
  }

  /** Keeps a workspace for the next run of as many rows, or closes it. */
  void give(OnnxWorkspace workspace, long rows) {
    if (!workspace.isReusable() || !keep(workspace, ((int) rows - 1) * lanes)) {
      workspace.close();
    }
  }

  private boolean keep(OnnxWorkspace workspace, int first) {
    if (idleBytes.addAndGet(workspace.bytes()) <= MOST_BYTES) {
      for (int i = first; i < first + lanes; i++) {
        if (idle.compareAndSet(i, null, workspace)) {
          return true;
        }
      }
    }
    idleBytes.addAndGet(-workspace.bytes());
    return false;
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
