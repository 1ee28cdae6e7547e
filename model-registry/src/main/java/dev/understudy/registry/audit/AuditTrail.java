package dev.understudy.registry.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what happened, in the caller's transaction: the change and its row exist together or
 * not at all. Thread-safe.
 */
@ApplicationScoped
public class AuditTrail {
  private final AuditEvents events;
  private final ObjectMapper json;
  private final Clock clock;

  AuditTrail(AuditEvents events, ObjectMapper json, Clock clock) {
    this.events = events;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Adds one row. Take every other lock before this one: the project's log is locked until the
   * transaction ends, which keeps its numbers without a gap.
   *
   * @param detail ids, digests and figures; nothing personal and nothing secret
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void record(
      String project,
      @Nullable String model,
      String actor,
      String action,
      String entity,
      Map<String, ?> detail) {
    AuditEvent event = new AuditEvent();
    event.project = project;
    event.seq = events.nextSeq(project);
    event.at = clock.instant();
    event.actor = actor;
    event.action = action;
    event.model = model;
    event.entity = entity;
    try {
      event.payload = json.writeValueAsString(new TreeMap<>(detail));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the detail of an audit row is not JSON", e);
    }
    events.persist(event);
  }

  /** All that happened to one thing, oldest first. */
  @Transactional
  public List<AuditEntry> of(String entity) {
    return events.of(entity).stream().map(AuditEvent::entry).toList();
  }

  /** A page of what happened, oldest first. */
  @Transactional
  List<AuditEntry> page(@Nullable String project, @Nullable String model, long after, int limit) {
    return events.page(project, model, after, limit).stream().map(AuditEvent::entry).toList();
  }
}
