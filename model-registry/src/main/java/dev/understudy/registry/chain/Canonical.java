package dev.understudy.registry.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.Map;
import org.erdtman.jcs.JsonCanonicalizer;
import org.erdtman.jcs.NumberToJSON;

/**
 * The canonical form of JSON (RFC 8785): one text for one value. Its numbers are doubles, so a
 * whole number that a double cannot hold would lose digits; it is written as a text instead.
 */
public final class Canonical {
  /** Strict: a field that comes twice would mean one thing to one reader, another to the next. */
  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Canonical() {}

  /** The canonical form of a value. */
  public static String of(JsonNode value) {
    try {
      return new JsonCanonicalizer(JSON.writeValueAsString(exact(value))).getEncodedString();
    } catch (IOException e) {
      throw new IllegalArgumentException("this is not JSON", e);
    }
  }

  /**
   * The canonical form of a JSON text.
   *
   * @throws IllegalArgumentException if it is not JSON, or names a field twice
   */
  public static String of(String json) {
    return of(read(json));
  }

  static JsonNode read(String json) {
    try {
      JsonNode value = JSON.readTree(json);
      if (value == null || value.isMissingNode()) {
        throw new IllegalArgumentException("there is no JSON");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("this is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static JsonNode exact(JsonNode value) throws IOException {
    if (value.isObject()) {
      ObjectNode copy = JSON.createObjectNode();
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        copy.set(field.getKey(), exact(field.getValue()));
      }
      return copy;
    }
    if (value.isArray()) {
      ArrayNode copy = JSON.createArrayNode();
      for (JsonNode item : value) {
        copy.add(exact(item));
      }
      return copy;
    }
    return !value.isIntegralNumber()
            || NumberToJSON.serializeNumber(value.doubleValue()).equals(value.asText())
        ? value
        : TextNode.valueOf(value.asText());
  }
}
