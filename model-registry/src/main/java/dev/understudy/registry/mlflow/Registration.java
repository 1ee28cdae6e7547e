package dev.understudy.registry.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.artefact.ArtefactFormat;
import dev.understudy.registry.catalog.BundleFile;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.catalog.Labels;
import dev.understudy.registry.catalog.ListedVersion;
import dev.understudy.registry.catalog.VersionSpec;
import dev.understudy.registry.mlflow.MlflowViews.VersionView;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.run.Metric;
import dev.understudy.registry.run.Run;
import dev.understudy.registry.run.RunBook;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Makes a version of what a run uploaded: the files by value, the one that can be served as the
 * artefact, and what the run said of itself. Thread-safe.
 */
@ApplicationScoped
class Registration {
  private static final String COMMIT = "mlflow.source.git.commit";
  private static final List<String> SEEDS = List.of("seed", "random_seed", "random_state");

  private final MlflowProject project;
  private final MlflowModels models;
  private final MlflowFiles files;
  private final RunBook runs;
  private final Catalog catalog;
  private final Labels labels;

  Registration(
      MlflowProject project,
      MlflowModels models,
      MlflowFiles files,
      RunBook runs,
      Catalog catalog,
      Labels labels) {
    this.project = project;
    this.models = models;
    this.files = files;
    this.runs = runs;
    this.catalog = catalog;
    this.labels = labels;
  }

  /**
   * Registers.
   *
   * @param run the id that the client sent beside the source, if it did
   */
  @Transactional
  VersionView register(
      String name,
      String source,
      Optional<String> run,
      String description,
      Map<String, String> tags) {
    CatalogModel model = models.catalogModel(name);
    ArtefactPath.OfRun place = ArtefactPath.source(source);
    if (run.isPresent() && !run.get().equals(place.run())) {
      throw Refused.field("run_id", "the source is of the run %s".formatted(place.run()));
    }
    Run maker = runs.get(project.key(), place.run());
    List<BundleFile> uploaded = files.ofRun(place);
    if (uploaded.isEmpty()) {
      throw Refused.field("source", "the run uploaded nothing there; log the model first");
    }
    BundleFile artefact = artefact(uploaded);
    List<BundleFile> bundle = uploaded.stream().map(file -> within(place, file)).toList();
    VersionSpec spec =
        new VersionSpec(
            artefact.sha256(),
            format(artefact.path()).orElseThrow().id(),
            description,
            figures(maker),
            maker.parameters().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, one -> text(one.getValue()))),
            origin(maker, source));
    String number = catalog.register(model, spec, bundle);
    ListedVersion version = models.version(name, number);
    tags.forEach((key, value) -> labels.tag(project.name(), version, key, value));
    return models.view(name, number);
  }

  private static BundleFile artefact(List<BundleFile> files) {
    List<BundleFile> servable =
        files.stream().filter(file -> format(file.path()).isPresent()).toList();
    if (servable.size() != 1) {
      throw Refused.field(
          ProblemType.INVALID_ARTEFACT,
          "source",
          ("there are %d files .onnx or .pmml below it, and a version is served from one; log it"
                  + " with mlflow.onnx.log_model(..., save_as_external_data=False)")
              .formatted(servable.size()));
    }
    return servable.getFirst();
  }

  /** By the name, to find it among others; the content is asked when it is admitted. */
  private static Optional<ArtefactFormat> format(String path) {
    String lower = path.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".onnx")) {
      return Optional.of(ArtefactFormat.ONNX);
    }
    return lower.endsWith(".pmml") ? Optional.of(ArtefactFormat.PMML) : Optional.empty();
  }

  private static BundleFile within(ArtefactPath.OfRun place, BundleFile file) {
    String path = file.path();
    if (path.equals(place.path())) {
      path = path.substring(path.lastIndexOf('/') + 1);
    } else if (!place.path().isEmpty()) {
      path = path.substring(place.path().length() + 1);
    }
    return new BundleFile(path, file.sha256(), file.bytes());
  }

  /** JSON has no word for the others. */
  private static Map<String, Double> figures(Run run) {
    return run.latest().stream()
        .filter(one -> Double.isFinite(one.value()))
        .collect(Collectors.toMap(Metric::key, Metric::value));
  }

  private static Map<String, JsonNode> origin(Run run, String source) {
    Map<String, JsonNode> origin = new LinkedHashMap<>();
    origin.put("id", text(run.id()));
    origin.put("source", text(source));
    origin.put("experiment", text(String.valueOf(run.experiment())));
    Optional.ofNullable(run.tags().get(COMMIT))
        .ifPresent(commit -> origin.put("code_commit", text(commit)));
    new TreeMap<>(run.parameters())
        .forEach(
            (key, value) -> {
              if (SEEDS.contains(key)) {
                origin.put("seed", text(value));
              }
            });
    return origin;
  }

  private static JsonNode text(String value) {
    return TextNode.valueOf(value);
  }
}
