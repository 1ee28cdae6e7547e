package dev.understudy.registry.run;

import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Found;
import dev.understudy.registry.search.Search;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.hibernate.exception.ConstraintViolationException;

/** Finds experiments and adds new ones. Thread-safe. */
@ApplicationScoped
public class ExperimentBook {
  /** Of runs that name no experiment. */
  public static final String DEFAULT = "Default";

  private final Experiments experiments;
  private final AuditTrail audit;
  private final Clock clock;

  ExperimentBook(Experiments experiments, AuditTrail audit, Clock clock) {
    this.experiments = experiments;
    this.audit = audit;
    this.clock = clock;
  }

  /** Adds one, whose name is new in the project. */
  @Transactional
  public Experiment add(long project, String projectName, String asked, Map<String, String> tags) {
    String name = Texts.name("name", asked);
    Texts.checkTags(tags, Texts.LONGEST_TAG);
    ExperimentEntity row = new ExperimentEntity();
    row.projectId = project;
    row.name = name;
    row.createdAt = clock.instant();
    row.changedAt = row.createdAt;
    try {
      experiments.persistAndFlush(row);
    } catch (ConstraintViolationException e) {
      throw Refused.field(
          ProblemType.ALREADY_EXISTS,
          "name",
          "there is an experiment '%s' already".formatted(name));
    }
    tags.forEach((key, value) -> experiments.tag(key(row), key, value));
    audit.record(
        projectName,
        null,
        "api",
        "experiment.created",
        "experiment/" + key(row),
        Map.of("name", name));
    return found(row);
  }

  /** The one of that key. */
  @Transactional
  public Experiment get(long project, long id) {
    return found(row(project, id));
  }

  /** The one of that name. */
  @Transactional
  public Optional<Experiment> named(long project, String name) {
    return experiments.named(project, name).map(this::found);
  }

  /** Adds or replaces a tag. */
  @Transactional
  public void tag(long project, long id, String key, String value) {
    ExperimentEntity row = row(project, id);
    Texts.checkTags(Map.of(key, value), Texts.LONGEST_TAG);
    row.changedAt = clock.instant();
    experiments.tag(id, key, value);
  }

  /** Those that a search finds. */
  @Transactional
  public Found<Experiment> search(long project, Search search) {
    Found<Long> ids = experiments.search(project, search);
    return new Found<>(
        ids.items().stream().map(id -> found(experiments.findById(id))).toList(), ids.more());
  }

  private ExperimentEntity row(long project, long id) {
    return experiments
        .findByIdOptional(id)
        .filter(one -> one.projectId == project)
        .orElseThrow(() -> Refused.missing("experiment", String.valueOf(id)));
  }

  private Experiment found(ExperimentEntity row) {
    return new Experiment(
        key(row), row.name, row.createdAt, row.changedAt, experiments.tags(key(row)));
  }

  private static long key(ExperimentEntity row) {
    return Checks.present("id", row.id);
  }
}
