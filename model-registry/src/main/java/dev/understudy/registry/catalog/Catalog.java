package dev.understudy.registry.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.artefact.ArtefactStore;
import dev.understudy.registry.artefact.OnnxOutline;
import dev.understudy.registry.artefact.PmmlOutline;
import dev.understudy.registry.artefact.RemoteOutline;
import dev.understudy.registry.audit.AuditTrail;
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
  private final ArtefactStore artefacts;
  private final AuditTrail audit;
  private final ObjectMapper json;
  private final Clock clock;

  Catalog(
      Projects projects,
      Models models,
      Versions versions,
      ArtefactStore artefacts,
      AuditTrail audit,
      ObjectMapper json,
      Clock clock) {
    this.projects = projects;
    this.models = models;
    this.versions = versions;
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
    return row(model, version)
        .map(
            row ->
                VersionRef.newBuilder()
                    .setVersion(String.valueOf(row.number))
                    .setSha256(row.sha256)
                    .setBytes(row.bytes)
                    .setFormat(row.format)
                    .build());
  }

  /** How a model is served, as the gateways get it. */
  @Transactional
  public ServingPolicy servingPolicy(CatalogModel model) {
    return model.spec().servingOrNone().policy("", model.spec(), name -> version(model, name));
  }

  /** Serves the model like that from now on, once everything in it is right. */
  @Transactional
  public void serve(CatalogModel model, ServingSpec wanted) {
    wanted.policy("", model.spec(), name -> version(model, name));
    ModelEntity row = models.findById(model.id());
    row.serving = write(wanted);
    row.servingChange++;
    models.flush();
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
    Path file =
        artefacts
            .find(spec.digest())
            .orElseThrow(
                () ->
                    Refused.field(
                        ProblemType.INVALID_ARTEFACT,
                        "sha256",
                        "there is no such artefact, upload it first"));
    try {
      switch (spec.artefactFormat()) {
        case ONNX -> ContractCheck.check(model.spec(), OnnxOutline.of(file));
        case PMML -> ContractCheck.check(model.spec(), PmmlOutline.of(file));
        // Only its server knows what it takes; the gateway asks it before the version may serve.
        case REMOTE -> RemoteOutline.check(file);
      }
      return insert(model, spec, Files.size(file));
    } catch (IOException e) {
      throw new UncheckedIOException("an artefact could not be read", e);
    }
  }

  @Transactional
  VersionEntity insert(CatalogModel model, VersionSpec spec, long bytes) {
    VersionEntity row = new VersionEntity();
    row.modelId = model.id();
    row.number = models.nextVersion(model.id());
    row.sha256 = spec.digest();
    row.bytes = bytes;
    row.format = spec.artefactFormat().id();
    row.description = spec.describedAs();
    row.metrics = write(spec.metricsOrNone());
    row.parameters = write(spec.parametersOrNone());
    row.run = write(spec.runOrNone());
    row.createdAt = clock.instant();
    versions.persistAndFlush(row);
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
    return new CatalogModel(key(row.id), project, row.name, spec(row), row.servingChange);
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
      throw Refused.field(
          ProblemType.ALREADY_EXISTS, "name", "there is a %s '%s' already".formatted(what, name));
    }
  }
}
