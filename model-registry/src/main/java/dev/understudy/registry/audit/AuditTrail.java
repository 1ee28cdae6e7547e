package dev.understudy.registry.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.registry.chain.Canonical;
import dev.understudy.registry.chain.ChainHash;
import dev.understudy.registry.chain.Envelope;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.Map;
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
    AuditEvents.Head head = events.lockedHead(project);
    Envelope said =
        new Envelope(
            project,
            head.seq() + 1,
            clock.instant(),
            actor,
            action,
            model,
            entity,
            Canonical.of(json.<JsonNode>valueToTree(detail)));
    AuditEvent event = new AuditEvent();
    event.project = project;
    event.seq = said.seq();
    event.at = said.at();
    event.actor = actor;
    event.action = action;
    event.model = model;
    event.entity = entity;
    event.payload = said.detail();
    event.envelope = said.canonical();
    event.previousHash = head.hash();
    event.hash = ChainHash.of(event.seq, event.previousHash, event.envelope);
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
