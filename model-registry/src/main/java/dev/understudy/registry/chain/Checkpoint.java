package dev.understudy.registry.chain;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.contracts.Digest;
import dev.understudy.contracts.Names;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A signed statement that a project's log had this root when it had this size.
 *
 * @param size how many events, from the first on
 * @param root of the Merkle tree (RFC 6962) over their hashes, 32 bytes
 * @param at when it was signed
 * @param key the id of the key, see {@link CheckpointKeys}
 * @param signature Ed25519 of {@link #statement}
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
public record Checkpoint(
    String project, long size, byte[] root, Instant at, String key, byte[] signature) {
  private static final String DOMAIN = "audit-checkpoint-v1\0";

  /** Cuts the time to what the database keeps. */
  public Checkpoint {
    at = at.truncatedTo(ChronoUnit.MICROS);
  }

  /** What is signed: a name of its own, a zero byte, and the rest as canonical JSON. */
  public byte[] statement() {
    return (DOMAIN + Canonical.of(stated())).getBytes(UTF_8);
  }

  /** One line of JSON, without its end. */
  public String line() {
    ObjectNode all = stated();
    all.put("key", key);
    all.put("signature", Base64.getEncoder().encodeToString(signature));
    return Canonical.of(all);
  }

  /**
   * The checkpoint of a line.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Checkpoint ofLine(String line) {
    JsonNode all = Canonical.read(line);
    String project = all.path("project").asText("");
    String root = all.path("root").asText("");
    String key = all.path("key").asText("");
    JsonNode size = all.path("size");
    if (!Names.allowed(project)
        || !Digest.isOne(root)
        || !Digest.isOne(key)
        || !size.canConvertToLong()
        || !size.isIntegralNumber()
        || size.asLong() < 1) {
      throw new IllegalArgumentException("project, size, root or key is missing or wrong");
    }
    try {
      return new Checkpoint(
          project,
          size.asLong(),
          HexFormat.of().parseHex(root),
          Instant.parse(all.path("at").asText("")),
          key,
          Base64.getDecoder().decode(all.path("signature").asText("")));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new IllegalArgumentException("its time or its signature is not readable", e);
    }
  }

  private ObjectNode stated() {
    ObjectNode all = Canonical.JSON.createObjectNode();
    all.put("at", Envelope.time(at));
    all.put("project", project);
    all.put("root", Digest.hex(root));
    all.put("size", size);
    return all;
  }
}
