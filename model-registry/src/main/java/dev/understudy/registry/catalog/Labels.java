package dev.understudy.registry.catalog;

import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.Map;

/**
 * What people say of models and versions: descriptions and tags. Neither decides anything. The
 * trail names the tag and not its value, which may be personal. Thread-safe.
 */
@ApplicationScoped
public class Labels {
  private static final String API = "api";
  private static final int LONGEST_KEY = 250;
  private static final int LONGEST_VALUE = 5_000;
  private static final int MOST_TAGS = 1_000;

  private final LabelRows rows;
  private final AuditTrail audit;
  private final Clock clock;

  Labels(LabelRows rows, AuditTrail audit, Clock clock) {
    this.rows = rows;
    this.audit = audit;
    this.clock = clock;
  }

  /** Replaces a model's description. */
  @Transactional
  public void describe(String project, ListedModel model, String description) {
    rows.describe(
        model.id(),
        Checks.text("description", description, VersionSpec.LONGEST_DESCRIPTION),
        clock.instant());
    record(project, model.name(), "model.described", "model/" + model.name(), Map.of());
  }

  /** Replaces a version's description; the one that it was registered with stays on record. */
  @Transactional
  public void describe(String project, ListedVersion version, String description) {
    rows.describeVersion(
        version.id(),
        Checks.text("description", description, VersionSpec.LONGEST_DESCRIPTION),
        clock.instant());
    record(project, version.model(), "version.described", entity(version), Map.of());
  }

  /** Adds or replaces a model's tag. */
  @Transactional
  public void tag(String project, ListedModel model, String key, String value) {
    tag(LabelRows.Of.MODEL, model.id(), key, value);
    rows.touch(model.id(), clock.instant());
    record(project, model.name(), "model.tagged", "model/" + model.name(), Map.of("key", key));
  }

  /** Adds or replaces a version's tag. */
  @Transactional
  public void tag(String project, ListedVersion version, String key, String value) {
    tag(LabelRows.Of.VERSION, version.id(), key, value);
    record(project, version.model(), "version.tagged", entity(version), Map.of("key", key));
  }

  /** Takes a model's tag away, if it is there. */
  @Transactional
  public void untag(String project, ListedModel model, String key) {
    rows.untag(LabelRows.Of.MODEL, model.id(), checked(key));
    rows.touch(model.id(), clock.instant());
    record(project, model.name(), "model.untagged", "model/" + model.name(), Map.of("key", key));
  }

  /** Takes a version's tag away, if it is there. */
  @Transactional
  public void untag(String project, ListedVersion version, String key) {
    rows.untag(LabelRows.Of.VERSION, version.id(), checked(key));
    record(project, version.model(), "version.untagged", entity(version), Map.of("key", key));
  }

  private void tag(LabelRows.Of of, long id, String key, String value) {
    rows.tag(of, id, checked(key), Checks.text("value", value, LONGEST_VALUE));
    if (rows.tags(of, id) > MOST_TAGS) {
      throw Refused.field("key", "there are %d tags at most".formatted(MOST_TAGS));
    }
  }

  private static String checked(String key) {
    String text = Checks.text("key", key, LONGEST_KEY);
    if (text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
      throw Refused.field("key", "'key' must have text, and no control characters");
    }
    return text;
  }

  private void record(
      String project, String model, String action, String entity, Map<String, ?> detail) {
    audit.record(project, model, API, action, entity, detail);
  }

  private static String entity(ListedVersion version) {
    return "version/%s/%d".formatted(version.model(), version.number());
  }
}
