package dev.understudy.registry.audit;

import dev.understudy.registry.chain.Checkpoint;
import io.quarkus.narayana.jta.QuarkusTransaction;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of one project by rising size: those of the database, page by page, and those of
 * the file beside it. Both are compared with the log, for they are written by different hands.
 */
final class KnownCheckpoints implements Iterator<Checkpoint>, AutoCloseable {
  private static final int PAGE = 500;

  private final Checkpoints rows;
  private final CheckpointFiles.Lines file;
  private final String project;
  private final Queue<Checkpoint> page = new ArrayDeque<>();
  private long after;
  private @Nullable Checkpoint ofFile;

  KnownCheckpoints(Checkpoints rows, CheckpointFiles.Lines file, String project, long after) {
    this.rows = rows;
    this.file = file;
    this.project = project;
    this.after = after;
    fill();
    advance();
  }

  @Override
  public boolean hasNext() {
    return ofFile != null || !page.isEmpty();
  }

  @Override
  public Checkpoint next() {
    Checkpoint ofRow = page.peek();
    Checkpoint beside = ofFile;
    if (beside != null && (ofRow == null || beside.size() <= ofRow.size())) {
      advance();
      return beside;
    }
    if (ofRow == null) {
      throw new NoSuchElementException();
    }
    page.remove();
    fill();
    return ofRow;
  }

  @Override
  public void close() {
    file.close();
  }

  private void fill() {
    if (page.isEmpty()) {
      for (CheckpointEntity row :
          QuarkusTransaction.requiringNew().call(() -> rows.after(project, after, PAGE))) {
        page.add(row.checkpoint());
        after = row.size;
      }
    }
  }

  private void advance() {
    ofFile = file.hasNext() ? file.next() : null;
  }
}
