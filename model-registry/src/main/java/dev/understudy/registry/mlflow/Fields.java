package dev.understudy.registry.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one request, read as MLflow's clients write them: a whole number may come as text,
 * null and the empty text are like absent, and what is unknown is passed over. Immutable.
 */
final class Fields {
  private static final int LONGEST = 10_000;
  private static final int MOST = 1_000;
  private static final int MOST_PER_PAGE = 50_000;

  private final JsonNode node;

  private Fields(JsonNode node) {
    this.node = node;
  }

  /** Of a body; absent is an object without fields. */
  static Fields of(@Nullable JsonNode body) {
    if (body == null || body.isNull() || body.isMissingNode()) {
      return new Fields(JsonNodeFactory.instance.objectNode());
    }
    if (!body.isObject()) {
      throw Refused.field("body", "a JSON object is needed");
    }
    return new Fields(body);
  }

  /** Of a query. */
  static Fields of(Map<String, List<String>> query) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    query.forEach(
        (name, values) -> {
          if (values.size() == 1) {
            object.put(name, values.getFirst());
          } else {
            values.forEach(object.withArray(name)::add);
          }
        });
    return new Fields(object);
  }

  Optional<String> text(String name) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isValueNode()) {
      throw Refused.field(name, "'%s' must be a text".formatted(name));
    }
    return Optional.of(Checks.text(name, value.asText(), LONGEST)).filter(one -> !one.isEmpty());
  }

  String needed(String name) {
    return text(name)
        .orElseThrow(
            () -> Refused.field(name, "Missing value for required parameter '%s'".formatted(name)));
  }

  /** Text that may be empty, and has to be there. */
  String said(String name) {
    JsonNode value = node.path(name);
    if (!value.isValueNode() || value.isNull()) {
      throw Refused.field(name, "Missing value for required parameter '%s'".formatted(name));
    }
    return Checks.text(name, value.asText(), LONGEST);
  }

  Optional<Long> whole(String name) {
    return text(name)
        .map(
            text -> {
              try {
                return Long.parseLong(text);
              } catch (NumberFormatException e) {
                throw Refused.field(name, "'%s' must be a whole number".formatted(name));
              }
            });
  }

  /** A number, also NaN and the infinite ones. */
  double number(String name) {
    try {
      return Double.parseDouble(needed(name));
    } catch (NumberFormatException e) {
      throw Refused.field(name, "'%s' must be a number".formatted(name));
    }
  }

  List<String> texts(String name) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (value.isTextual()) {
      return List.of(Checks.text(name, value.asText(), LONGEST));
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode each : array(name)) {
      if (!each.isValueNode() || each.isNull()) {
        throw Refused.field(name, "'%s' must be a list of texts".formatted(name));
      }
      texts.add(Checks.text(name, each.asText(), LONGEST));
    }
    return texts;
  }

  <T> List<T> objects(String name, Function<Fields, T> read) {
    List<T> objects = new ArrayList<>();
    for (JsonNode each : array(name)) {
      objects.add(read.apply(Fields.of(each)));
    }
    return objects;
  }

  /** Pairs of key and value; a key that comes twice must have one value. */
  Map<String, String> pairs(String name) {
    Map<String, String> pairs = new LinkedHashMap<>();
    objects(name, Function.identity())
        .forEach(
            one -> {
              String key = one.needed("key");
              String value = one.node.has("value") ? one.said("value") : "";
              String before = pairs.put(key, value);
              if (before != null && !before.equals(value)) {
                throw Refused.field(name, "'%s' is there twice, with two values".formatted(key));
              }
            });
    return pairs;
  }

  private JsonNode array(String name) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return JsonNodeFactory.instance.arrayNode();
    }
    if (!value.isArray()) {
      throw Refused.field(name, "'%s' must be a list".formatted(name));
    }
    Checks.between(name, value.size(), 0, MOST);
    return value;
  }

  /** How many are wanted; the absent and the too many are what is given. */
  int most(int usual, int most) {
    long asked = whole("max_results").orElse((long) usual);
    Checks.between("max_results", asked, 1, MOST_PER_PAGE);
    return (int) Math.min(asked, most);
  }
}
