package dev.understudy.registry.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.artefact.ArtefactFormat;
import dev.understudy.registry.artefact.ArtefactStore;
import dev.understudy.registry.artefact.OnnxOutline;
import dev.understudy.registry.artefact.PmmlOutline;
import dev.understudy.registry.artefact.RemoteOutline;
import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/**
 * Finds projects, models and versions, and adds new ones. Names are unique where they belong, a
 * version never changes, and every addition has its audit row. Thread-safe.
 */
@ApplicationScoped
public class Catalog {
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");
  private static final String API = "api";

  private final Projects projects;
  private final Models models;
  private final Versions versions;
  private final Bundles bundles;
  private final ArtefactStore artefacts;
  private final AuditTrail audit;
  private final ObjectMapper json;
  private final Clock clock;

  Catalog(
      Projects projects,
      Models models,
      Versions versions,
      Bundles bundles,
      ArtefactStore artefacts,
      AuditTrail audit,
      ObjectMapper json,
      Clock clock) {
    this.projects = projects;
    this.models = models;
    this.versions = versions;
    this.bundles = bundles;
    this.artefacts = artefacts;
    this.audit = audit;
    this.json = json;
    this.clock = clock;
  }

  /** The model of that name. */
  @Transactional
  public CatalogModel model(String project, String name) {
    return found(project, modelRow(projectRow(project), name));
  }

  /** The model of that key. */
  @Transactional
  public CatalogModel model(long id) {
    ModelEntity row = models.findById(id);
    return found(projects.findById(row.projectId).name, row);
  }

  /** The version of that name, by reference and digest. */
  @Transactional
  public Optional<VersionRef> version(CatalogModel model, String version) {
    model.requireDefined();
    Optional<VersionEntity> found = row(model, version);
    found
        .filter(one -> one.number <= model.definedAfter())
        .ifPresent(one -> admit(model, one.sha256, format(one)));
    return found.map(
        row ->
            VersionRef.newBuilder()
                .setVersion(String.valueOf(row.number))
                .setSha256(row.sha256)
                .setBytes(row.bytes)
                .setFormat(row.format)
                .build());
  }

  /** Whether there is such a version, whatever may become of it. */
  @Transactional
  public boolean hasVersion(CatalogModel model, String version) {
    return row(model, version).isPresent();
  }

  /** How a model is served, as the gateways get it. */
  @Transactional
  public ServingPolicy servingPolicy(CatalogModel model) {
    return model.spec().servingOrNone().policy("", model.spec(), name -> version(model, name));
  }

  /** Serves the model like that from now on, once everything in it is right. */
  @Transactional
  public void serve(CatalogModel model, ServingSpec wanted) {
    model.requireDefined();
    wanted.policy("", model.spec(), name -> version(model, name));
    ModelEntity row = models.findById(model.id());
    row.serving = write(wanted);
    row.servingChange++;
    models.flush();
  }

  /**
   * The key of the project, which is made when there is none: at once, whatever becomes of what it
   * is needed for.
   */
  @Transactional(Transactional.TxType.REQUIRES_NEW)
  public long projectKey(String name) {
    return key(
        projects
            .named(name)
            .orElseGet(
                () -> {
                  if (projects.addIfNew(name, clock.instant())) {
                    audit.record(name, null, API, "project.created", "project/" + name, Map.of());
                  }
                  return projectRow(name);
                })
            .id);
  }

  /** Adds a model that has a name and no contract yet. */
  @Transactional
  public CatalogModel addNamed(String project, String name, String description) {
    ModelEntity row = new ModelEntity();
    row.projectId = key(projectRow(project).id);
    row.name = Checks.name("name", name);
    row.description = Checks.text("description", description, VersionSpec.LONGEST_DESCRIPTION);
    row.definition = "{}";
    row.serving = write(ServingSpec.NONE);
    row.createdAt = clock.instant();
    once("model", name, () -> models.persistAndFlush(row));
    audit.record(project, name, API, "model.named", "model/" + name, Map.of());
    return found(project, row);
  }

  /** Renames a model that nobody relies on yet. */
  @Transactional
  public void rename(CatalogModel model, String name) {
    String checked = Checks.name("new_name", name);
    boolean[] renamed = {false};
    once(
        "model",
        checked,
        () -> renamed[0] = models.renameUnused(model.id(), checked, clock.instant()));
    requireUnused(model, renamed[0], "rename");
    audit.record(
        model.project(),
        checked,
        API,
        "model.renamed",
        "model/" + checked,
        Map.of("was", model.name()));
  }

  /** Removes a model that nobody relies on yet. */
  @Transactional
  public void remove(CatalogModel model) {
    requireUnused(model, models.removeUnused(model.id()), "remove");
    audit.record(
        model.project(), model.name(), API, "model.removed", "model/" + model.name(), Map.of());
  }

  private static void requireUnused(CatalogModel model, boolean unused, String what) {
    if (!unused) {
      throw Refused.of(
          ProblemType.CONFLICT,
          "the model '%s' has a contract or versions, which stay; only a mere name can be %sd"
              .formatted(model.name(), what));
    }
  }

  @Transactional
  ProjectEntity addProject(String name) {
    ProjectEntity row = new ProjectEntity();
    row.name = name;
    row.createdAt = clock.instant();
    once("project", name, () -> projects.persistAndFlush(row));
    audit.record(name, null, API, "project.created", "project/" + name, Map.of());
    return row;
  }

  @Transactional
  ProjectEntity project(String name) {
    return projectRow(name);
  }

  @Transactional
  List<ProjectEntity> projectsAfter(String name, int limit) {
    return projects.after(name, limit);
  }

  @Transactional
  ModelEntity addModel(String project, ModelSpec spec, String name) {
    ProjectEntity owner = projectRow(project);
    Optional<ModelEntity> there = models.named(key(owner.id), name);
    if (there.isPresent()) {
      return define(project, there.get(), spec);
    }
    ModelEntity row = new ModelEntity();
    row.projectId = key(owner.id);
    row.name = name;
    row.definition = write(spec.with(null));
    row.serving = write(spec.servingOrNone());
    row.createdAt = clock.instant();
    once("model", name, () -> models.persistAndFlush(row));
    audit.record(project, name, API, "model.created", "model/" + name, Map.of("spec", spec));
    return row;
  }

  private ModelEntity define(String project, ModelEntity row, ModelSpec spec) {
    if (!models.define(key(row.id), write(spec.with(null)), write(spec.servingOrNone()))) {
      throw taken("model", row.name);
    }
    audit.record(
        project, row.name, API, "model.defined", "model/" + row.name, Map.of("spec", spec));
    return models.read(key(row.id));
  }

  @Transactional
  List<ModelEntity> modelsAfter(String project, String name, int limit) {
    return models.after(key(projectRow(project).id), name, limit);
  }

  @Transactional
  ModelEntity modelRow(String project, String name) {
    return modelRow(projectRow(project), name);
  }

  /** Adds a version, once its artefact is here and keeps the contract. */
  VersionEntity addVersion(CatalogModel model, VersionSpec spec) {
    return insert(model, spec, admit(model, spec.digest(), spec.artefactFormat()), List.of());
  }

  /**
   * Adds a version with all the files that it came with, and returns its number. Its artefact is
   * admitted as any other.
   */
  public String register(CatalogModel model, VersionSpec spec, List<BundleFile> bundle) {
    spec.check();
    long bytes = admit(model, spec.digest(), spec.artefactFormat());
    return String.valueOf(insert(model, spec, bytes, bundle).number);
  }

  /**
   * Lets an artefact in that is what it is said to be and keeps the contract, and returns its size.
   * Of a model without a contract only the first is asked.
   */
  private long admit(CatalogModel model, String sha256, ArtefactFormat format) {
    Path file =
        artefacts
            .find(sha256)
            .orElseThrow(
                () ->
                    Refused.field(
                        ProblemType.INVALID_ARTEFACT,
                        "sha256",
                        "there is no such artefact, upload it first"));
    try {
      switch (format) {
        case ONNX -> {
          OnnxOutline graph = OnnxOutline.of(file);
          if (model.isDefined()) {
            ContractCheck.check(model.spec(), graph);
          }
        }
        case PMML -> {
          PmmlOutline document = PmmlOutline.of(file);
          if (model.isDefined()) {
            ContractCheck.check(model.spec(), document);
          }
        }
        // Only its server knows what it takes; the gateway asks it before the version may serve.
        case REMOTE -> RemoteOutline.check(file);
      }
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException("an artefact could not be read", e);
    }
  }

  private static ArtefactFormat format(VersionEntity row) {
    return ArtefactFormat.of(row.format).orElseThrow();
  }

  @Transactional
  VersionEntity insert(CatalogModel model, VersionSpec spec, long bytes, List<BundleFile> bundle) {
    VersionEntity row = new VersionEntity();
    row.modelId = model.id();
    row.number =
        models
            .nextVersion(model.id(), model.isDefined())
            .orElseThrow(
                () ->
                    Refused.of(
                        ProblemType.CONFLICT,
                        "the model was changed meanwhile; register the version again"));
    row.sha256 = spec.digest();
    row.bytes = bytes;
    row.format = spec.artefactFormat().id();
    row.description = spec.describedAs();
    row.metrics = write(spec.metricsOrNone());
    row.parameters = write(spec.parametersOrNone());
    row.run = write(spec.runOrNone());
    row.createdAt = clock.instant();
    versions.persistAndFlush(row);
    bundles.add(key(row.id), bundle);
    audit.record(
        model.project(),
        model.name(),
        API,
        "version.registered",
        "version/%s/%d".formatted(model.name(), row.number),
        Map.of("sha256", row.sha256, "bytes", bytes));
    return row;
  }

  @Transactional
  Optional<VersionEntity> row(CatalogModel model, String version) {
    return NUMBER.matcher(version).matches()
        ? versions.numbered(model.id(), Integer.parseInt(version))
        : Optional.empty();
  }

  @Transactional
  List<VersionEntity> versionsAfter(CatalogModel model, int number, int limit) {
    return versions.after(model.id(), number, limit);
  }

  private ProjectEntity projectRow(String name) {
    return projects.named(name).orElseThrow(() -> Refused.missing("project", name));
  }

  private ModelEntity modelRow(ProjectEntity project, String name) {
    return models.named(key(project.id), name).orElseThrow(() -> Refused.missing("model", name));
  }

  private CatalogModel found(String project, ModelEntity row) {
    return new CatalogModel(
        key(row.id), project, row.name, spec(row), row.servingChange, row.definedAfter);
  }

  ModelSpec spec(ModelEntity row) {
    try {
      return json.readValue(row.definition, ModelSpec.class)
          .with(json.readValue(row.serving, ServingSpec.class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the definition of a model is not readable", e);
    }
  }

  private String write(Object value) {
    try {
      return json.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a checked request is always JSON", e);
    }
  }

  private static long key(@Nullable Long id) {
    if (id == null) {
      throw new IllegalStateException("a row that was read or flushed has a key");
    }
    return id;
  }

  /** The database decides who was first. */
  private static void once(String what, String name, Runnable insert) {
    try {
      insert.run();
    } catch (ConstraintViolationException e) {
      throw taken(what, name);
    }
  }

  private static Refused taken(String what, String name) {
    return Refused.field(
        ProblemType.ALREADY_EXISTS, "name", "there is a %s '%s' already".formatted(what, name));
  }
}
