package dev.understudy.registry.mlflow;

import dev.understudy.registry.artefact.ArtefactStore;
import dev.understudy.registry.catalog.BundleFile;
import dev.understudy.registry.catalog.ListedVersion;
import dev.understudy.registry.catalog.Listings;
import dev.understudy.registry.mlflow.MlflowViews.FileView;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.run.RunShelf;
import dev.understudy.registry.run.StoredFile;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files of runs and versions: one list and one read for both. Thread-safe. */
@ApplicationScoped
class MlflowFiles {
  private final MlflowProject project;
  private final MlflowModels models;
  private final Listings listings;
  private final RunShelf shelf;
  private final ArtefactStore store;

  MlflowFiles(
      MlflowProject project,
      MlflowModels models,
      Listings listings,
      RunShelf shelf,
      ArtefactStore store) {
    this.project = project;
    this.models = models;
    this.listings = listings;
    this.shelf = shelf;
    this.store = store;
  }

  /** Where a version's files are read. */
  static String uri(ListedVersion version) {
    return "%sversions/%s/%d".formatted(ArtefactPath.SCHEME, version.model(), version.number());
  }

  /** Keeps what a run uploads; versions take nothing. */
  void put(ArtefactPath place, InputStream content) throws IOException {
    if (!(place instanceof ArtefactPath.OfRun run) || run.path().isEmpty()) {
      throw Refused.field("path", "only a run takes files, under a name behind its artifact_uri");
    }
    shelf.put(project.key(), run.run(), run.path(), content);
  }

  /** The content of a file. */
  Path read(ArtefactPath place) {
    String sha256 =
        switch (place) {
          case ArtefactPath.OfRun run ->
              shelf
                  .find(project.key(), run.run(), run.path())
                  .map(StoredFile::sha256)
                  .orElseThrow(() -> Refused.missing("artefact", run.path()));
          case ArtefactPath.OfVersion version ->
              bundle(version).stream()
                  .filter(file -> file.path().equals(version.path()))
                  .map(BundleFile::sha256)
                  .findFirst()
                  .orElseThrow(() -> Refused.missing("artefact", version.path()));
        };
    return store.find(sha256).orElseThrow(() -> Refused.missing("artefact", sha256));
  }

  /** What is directly in a folder, by its name there. */
  List<FileView> list(ArtefactPath place) {
    return switch (place) {
      case ArtefactPath.OfRun run -> children(run.path(), ofRun(run));
      case ArtefactPath.OfVersion version -> children(version.path(), bundle(version));
    };
  }

  /** All files below a place in a run, or the one that it names. */
  List<BundleFile> ofRun(ArtefactPath.OfRun place) {
    List<BundleFile> below =
        shelf.list(project.key(), place.run(), place.path()).stream()
            .map(MlflowFiles::file)
            .toList();
    return below.isEmpty()
        ? shelf.find(project.key(), place.run(), place.path()).stream()
            .map(MlflowFiles::file)
            .toList()
        : below;
  }

  private static BundleFile file(StoredFile file) {
    return new BundleFile(file.path(), file.sha256(), file.bytes());
  }

  /** One that was registered with its artefact alone has just that, under a usual name. */
  private List<BundleFile> bundle(ArtefactPath.OfVersion place) {
    ListedVersion version = models.version(place.model(), place.version());
    List<BundleFile> files = listings.files(version);
    return files.isEmpty()
        ? List.of(new BundleFile("model." + version.format(), version.sha256(), version.bytes()))
        : files;
  }

  static List<FileView> children(String folder, List<BundleFile> files) {
    int start = folder.isEmpty() ? 0 : folder.length() + 1;
    Map<String, FileView> children = new TreeMap<>();
    for (BundleFile file : files) {
      if (file.path().length() <= start
          || !(folder.isEmpty() || file.path().startsWith(folder + "/"))) {
        continue;
      }
      String rest = file.path().substring(start);
      int slash = rest.indexOf('/');
      String name = slash < 0 ? rest : rest.substring(0, slash);
      children.put(
          name,
          slash < 0 ? new FileView(name, false, file.bytes()) : new FileView(name, true, null));
    }
    return List.copyOf(children.values());
  }
}
