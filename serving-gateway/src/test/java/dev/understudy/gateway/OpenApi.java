package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The description of the gateway, as far as its tests need to read it. */
public final class OpenApi {
  private final JsonNode root;

  private OpenApi(JsonNode root) {
    this.root = root;
  }

  /** As it stands in the sources. */
  public static OpenApi ofTheGateway() {
    try (InputStream yaml = OpenApi.class.getResourceAsStream("/META-INF/openapi.yaml")) {
      return new OpenApi(new YAMLMapper().readTree(Objects.requireNonNull(yaml)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A method of a path. */
  public record Operation(String path, String method, JsonNode node) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /** All of it. */
  public JsonNode root() {
    return root;
  }

  public List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    root.get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method ->
                            operations.add(
                                new Operation(
                                    path.getKey(),
                                    method.getKey().toUpperCase(Locale.ROOT),
                                    method.getValue()))));
    return operations;
  }

  /** The path with the examples of its parameters. */
  public String exampleOf(Operation operation) {
    String path = operation.path();
    for (JsonNode parameter : operation.node().path("parameters")) {
      JsonNode known = resolved(parameter);
      if (known.get("in").asText().equals("path")) {
        path = path.replace("{" + known.get("name").asText() + "}", known.get("example").asText());
      }
    }
    return path;
  }

  /** What a reference points at, or the node itself. */
  public JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? root.at(node.get("$ref").asText().substring(1)) : node;
  }

  /** The examples of a body or of an answer, by name; of JSON only. */
  public List<Map.Entry<String, JsonNode>> examples(JsonNode bodyOrAnswer) {
    List<Map.Entry<String, JsonNode>> examples = new ArrayList<>();
    resolved(bodyOrAnswer)
        .at("/content/application~1json/examples")
        .properties()
        .forEach(one -> examples.add(Map.entry(one.getKey(), one.getValue().get("value"))));
    return examples;
  }

  /** The schema of a body or of an answer in JSON. */
  public JsonNode schema(JsonNode bodyOrAnswer) {
    return resolved(bodyOrAnswer).at("/content/application~1json/schema");
  }

  /** Fails unless the value is as the schema says, with no member that it does not name. */
  public void requireFits(String at, JsonNode schemaOrReference, JsonNode value) {
    JsonNode schema = resolved(schemaOrReference);
    String type = schema.path("type").asText();
    boolean fits =
        switch (type) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "boolean" -> value.isBoolean();
          case "integer" -> value.isIntegralNumber();
          case "number" -> value.isNumber();
          case "" -> true;
          default -> throw new AssertionError("%s: type %s".formatted(at, type));
        };
    assertThat(fits).as("%s: %s is %s", at, value, type).isTrue();
    if (schema.has("enum")) {
      assertThat(schema.get("enum")).as(at).contains(value);
    }
    for (JsonNode name : schema.path("required")) {
      assertThat(value.has(name.asText())).as("%s has %s in %s", at, name, value).isTrue();
    }
    if (schema.has("properties")) {
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        JsonNode known = schema.get("properties").get(member.getKey());
        assertThat(known).as("%s: %s is described", at, member.getKey()).isNotNull();
        requireFits(at + "/" + member.getKey(), known, member.getValue());
      }
    }
    if (schema.has("items")) {
      value.forEach(element -> requireFits(at + "[]", schema.get("items"), element));
    }
  }
}
