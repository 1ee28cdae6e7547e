package dev.understudy.registry.run;

import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.artefact.ArtefactStore;
import dev.understudy.registry.problem.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * The files of runs. Their content is kept by digest, so what a version took from here stays as it
 * was. Thread-safe.
 */
@ApplicationScoped
public class RunShelf {
  private static final int MOST_FILES = 10_000;
  private static final int LONGEST_PATH = 1_000;

  private final Runs runs;
  private final RunFiles files;
  private final ArtefactStore store;

  RunShelf(Runs runs, RunFiles files, ArtefactStore store) {
    this.runs = runs;
    this.files = files;
    this.store = store;
  }

  /** Keeps content under a path whose segments were checked; the last one said holds. */
  public void put(long project, String run, String path, InputStream content) throws IOException {
    if (path.length() > LONGEST_PATH) {
      throw Refused.field("path", "a path has %d characters at most".formatted(LONGEST_PATH));
    }
    // Before the content is read: nobody fills the disk for a run that there is not.
    list(project, run, path);
    ArtefactStore.Stored stored = store.add(content);
    keep(project, run, new StoredFile(path, stored.sha256(), stored.bytes()));
  }

  @Transactional
  void keep(long project, String run, StoredFile file) {
    if (runs.locked(project, run).isEmpty()) {
      throw Refused.missing("run", run);
    }
    if (files.count(run) >= MOST_FILES && files.at(run, file.path()).isEmpty()) {
      throw Refused.of(ProblemType.TOO_LARGE, "a run has %d files at most".formatted(MOST_FILES));
    }
    files.put(run, file);
  }

  /** The file at that path. */
  @Transactional
  public Optional<StoredFile> find(long project, String run, String path) {
    require(project, run);
    return files.at(run, path);
  }

  /** All files below a folder; of the whole run where it is empty. */
  @Transactional
  public List<StoredFile> list(long project, String run, String folder) {
    require(project, run);
    return files.below(run, folder);
  }

  private void require(long project, String run) {
    if (runs.in(project, run).isEmpty()) {
      throw Refused.missing("run", run);
    }
  }
}
