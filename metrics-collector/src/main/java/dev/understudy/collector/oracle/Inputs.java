package dev.understudy.collector.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The inputs of a case, read strictly: what is missing or of another type is named. */
record Inputs(String path, JsonNode node) {
  Inputs {
    if (!node.isObject()) {
      throw new BadCase(path, node.isMissingNode() ? "missing" : "not an object");
    }
  }

  boolean has(String name) {
    return node.has(name);
  }

  /** A finite number. */
  double number(String name) {
    return finite(at(name), field(name));
  }

  /** A number, or an infinite one by its word. */
  double logarithm(String name) {
    return logarithm(at(name), field(name));
  }

  /** A number, an infinite one by its word, or null for none. */
  OptionalDouble maybeLogarithm(String name) {
    return at(name).isNull()
        ? OptionalDouble.empty()
        : OptionalDouble.of(logarithm(at(name), field(name)));
  }

  /** A whole number, such as a count. */
  long whole(String name) {
    return whole(at(name), field(name));
  }

  /** A whole number in a range. */
  int whole(String name, int least, int most) {
    long value = whole(name);
    if (value < least || value > most) {
      throw new BadCase(field(name), "%d is not in %d .. %d".formatted(value, least, most));
    }
    return (int) value;
  }

  boolean flag(String name) {
    JsonNode value = at(name);
    if (!value.isBoolean()) {
      throw new BadCase(field(name), "%s is not true or false".formatted(value));
    }
    return value.booleanValue();
  }

  /** One of some words; what it stands for. */
  <T> T choice(String name, Map<String, T> choices) {
    JsonNode value = at(name);
    T chosen = value.isTextual() ? choices.get(value.textValue()) : null;
    if (chosen == null) {
      throw new BadCase(
          field(name),
          "%s is not one of %s"
              .formatted(value, String.join(", ", new TreeMap<>(choices).keySet())));
    }
    return chosen;
  }

  String word(String name) {
    JsonNode value = at(name);
    if (!value.isTextual()) {
      throw new BadCase(field(name), "%s is not a word".formatted(value));
    }
    return value.textValue();
  }

  double[] numbers(String name) {
    return elements(name).stream().mapToDouble(one -> finite(one.node, one.path)).toArray();
  }

  double[] logarithms(String name) {
    return elements(name).stream().mapToDouble(one -> logarithm(one.node, one.path)).toArray();
  }

  long[] wholes(String name) {
    return elements(name).stream().mapToLong(one -> whole(one.node, one.path)).toArray();
  }

  /** Rows of finite numbers. */
  List<List<Double>> table(String name) {
    List<List<Double>> rows = new ArrayList<>();
    for (Element row : elements(name)) {
      rows.add(
          elements(row.node, row.path).stream().map(one -> finite(one.node, one.path)).toList());
    }
    return rows;
  }

  List<Inputs> objects(String name) {
    return elements(name).stream().map(one -> new Inputs(one.path, one.node)).toList();
  }

  Inputs object(String name) {
    return new Inputs(field(name), at(name));
  }

  /** The names of all fields. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Two lists that belong together are equally long. */
  void requireSameLength(String one, int ofOne, String other, int ofOther) {
    if (ofOne != ofOther) {
      throw new BadCase(field(other), "%d elements, but %s has %d".formatted(ofOther, one, ofOne));
    }
  }

  String field(String name) {
    return path + "." + name;
  }

  private JsonNode at(String name) {
    JsonNode value = node.path(name);
    if (value.isMissingNode()) {
      throw new BadCase(field(name), "missing");
    }
    return value;
  }

  private record Element(String path, JsonNode node) {}

  private List<Element> elements(String name) {
    return elements(at(name), field(name));
  }

  private static List<Element> elements(JsonNode list, String field) {
    if (!list.isArray()) {
      throw new BadCase(field, "%s is not a list".formatted(list));
    }
    List<Element> elements = new ArrayList<>();
    for (JsonNode one : list) {
      elements.add(new Element("%s[%d]".formatted(field, elements.size()), one));
    }
    return elements;
  }

  private static double finite(JsonNode value, String field) {
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw new BadCase(field, "%s is not a finite number".formatted(value));
    }
    return value.doubleValue();
  }

  private static double logarithm(JsonNode value, String field) {
    OptionalDouble number = Numbers.of(value);
    if (number.isEmpty() || Double.isNaN(number.getAsDouble())) {
      throw new BadCase(field, "%s is not a number".formatted(value));
    }
    return number.getAsDouble();
  }

  private static long whole(JsonNode value, String field) {
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    // A whole number may also be written as 1e6 or 40.0.
    boolean whole =
        value.isIntegralNumber()
            ? value.canConvertToLong()
            : number == Math.rint(number) && Math.abs(number) <= 0x1p53;
    if (!whole) {
      throw new BadCase(field, "%s is not a whole number".formatted(value));
    }
    return value.longValue();
  }
}
