package dev.understudy.registry.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one event; its canonical form is what is hashed.
 *
 * @param at to the microsecond, as the database keeps it
 * @param detail JSON
 */
public record Envelope(
    String project,
    long seq,
    Instant at,
    String actor,
    String action,
    @Nullable String model,
    String entity,
    String detail) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Cuts the time to what the database keeps. */
  public Envelope {
    at = at.truncatedTo(ChronoUnit.MICROS);
  }

  /** The text that is hashed. */
  public String canonical() {
    ObjectNode all = common();
    all.set("detail", Canonical.read(detail));
    return Canonical.of(all);
  }

  /**
   * Whether that text says the same. Events from before the chain have their detail in it as the
   * text that it was, in {@code detail_text}: SQL, which added them to the chain, does not write
   * canonical JSON.
   */
  public boolean isSaidBy(String text) {
    if (!text.contains(",\"detail_text\":")) {
      return said().filter(text::equals).isPresent();
    }
    ObjectNode all = common();
    all.put("detail_text", detail);
    return Canonical.of(all).equals(text) || said().filter(text::equals).isPresent();
  }

  private Optional<String> said() {
    try {
      return Optional.of(canonical());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A time as envelopes and checkpoints write it. */
  static String time(Instant at) {
    return TIME.format(at);
  }

  /** Of which project an envelope is. */
  static String projectOf(JsonNode envelope) {
    return envelope.path("project").asText("");
  }

  private ObjectNode common() {
    ObjectNode all = Canonical.JSON.createObjectNode();
    all.put("action", action);
    all.put("actor", actor);
    all.put("at", time(at));
    all.put("entity", entity);
    all.put("model", model);
    all.put("project", project);
    all.put("seq", seq);
    return all;
  }
}
