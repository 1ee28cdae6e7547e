package dev.understudy.registry.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import dev.understudy.contracts.EventHeaders;
import dev.understudy.contracts.Topic;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Takes what is to be announced, in the caller's transaction. Rows leave in the order in which they
 * were added, so whoever needs an order holds a lock over it. Thread-safe.
 */
@ApplicationScoped
public class Outbox {
  private static final String SOURCE = "understudy/registry";

  /** Something was added and is committed now. */
  record Filled() {}

  private final OutboxRows rows;
  private final ObjectMapper json;
  private final Clock clock;
  private final Event<Filled> filled;

  Outbox(OutboxRows rows, ObjectMapper json, Clock clock, Event<Filled> filled) {
    this.rows = rows;
    this.json = json;
    this.clock = clock;
    this.filled = filled;
  }

  /** Adds one record. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void append(Topic topic, String key, Message event) {
    Instant now = clock.instant();
    Map<String, String> headers = new LinkedHashMap<>();
    EventHeaders.of(event, UUID.randomUUID().toString(), SOURCE, now)
        .forEach((name, value) -> headers.put(name, new String(value, StandardCharsets.UTF_8)));
    OutboxRow row = new OutboxRow();
    row.topic = topic.topicName();
    row.key = key;
    row.value = event.toByteArray();
    row.createdAt = now;
    try {
      row.headers = json.writeValueAsString(headers);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts is always JSON", e);
    }
    rows.persist(row);
    filled.fire(new Filled());
  }
}
