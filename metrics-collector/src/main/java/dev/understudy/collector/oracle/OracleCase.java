package dev.understudy.collector.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.collector.oracle.CaseResult.Difference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One case, as it stands in the file.
 *
 * @param position in the file, from 1 on
 */
record OracleCase(int position, JsonNode node) {
  /** What the case is called; by its position when it has no id. */
  String id() {
    JsonNode id = node.path("id");
    return id.isTextual() && !id.textValue().isBlank()
        ? id.textValue()
        : "case %d".formatted(position);
  }

  /** Computes the case. Whatever is wrong with it becomes part of the result. */
  CaseResult check() {
    String method = node.path("method").asText("");
    try {
      if (!node.isObject()) {
        throw new BadCase("case", "not an object");
      }
      requireWord("id");
      requireWord("method");
      OracleMethod known = OracleMethods.ALL.get(method);
      if (known == null) {
        return CaseResult.unknown(id(), method);
      }
      Tolerance tolerance = Tolerance.of(node.path("tol"));
      Figures figures = known.compute(new Inputs("inputs", node.path("inputs")));
      return CaseResult.of(id(), method, compare(node.path("expected"), figures, tolerance));
    } catch (BadCase bad) {
      return CaseResult.broken(id(), method, reason(bad));
    } catch (RuntimeException refused) {
      // The classes refuse what has no meaning, such as a line outside its bounds; and one case
      // must
      // not end the run.
      return CaseResult.broken(id(), method, "inputs: " + reason(refused));
    }
  }

  private static String reason(RuntimeException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private void requireWord(String field) {
    JsonNode word = node.path(field);
    if (!word.isTextual() || word.textValue().isBlank()) {
      throw new BadCase(field, word.isMissingNode() ? "missing" : "%s is no word".formatted(word));
    }
  }

  private static List<Difference> compare(JsonNode expected, Figures figures, Tolerance tolerance) {
    if (expected.isMissingNode()) {
      throw new BadCase("expected", "missing");
    }
    if (!expected.isObject()) {
      if (figures.byName().size() != 1) {
        throw new BadCase(
            "expected",
            "%s is not an object; the method gives %s"
                .formatted(expected, String.join(", ", figures.byName().keySet())));
      }
      Map.Entry<String, Figure> only = figures.byName().entrySet().iterator().next();
      return compare(only.getKey(), expected, only.getValue(), tolerance);
    }
    if (expected.isEmpty()) {
      throw new BadCase("expected", "names no figure");
    }
    List<Difference> differences = new ArrayList<>();
    for (Iterator<String> names = expected.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      Figure got = figures.byName().get(name);
      if (got == null) {
        throw new BadCase(
            "expected." + name,
            "the method gives %s".formatted(String.join(", ", figures.byName().keySet())));
      }
      differences.addAll(compare(name, expected.get(name), got, tolerance));
    }
    return differences;
  }

  private static List<Difference> compare(
      String name, JsonNode expected, Figure got, Tolerance tolerance) {
    return switch (got) {
      case Figure.Value value -> compare(name, expected, value.value(), tolerance);
      case Figure.Word word ->
          expected.isTextual() && expected.textValue().equals(word.word())
              ? List.of()
              : List.of(new Difference(name, expected, TextNode.valueOf(word.word()), 0));
      case Figure.Series series -> compare(name, expected, series.values(), tolerance);
    };
  }

  private static List<Difference> compare(
      String name, JsonNode expected, double got, Tolerance tolerance) {
    OptionalDouble wanted = Numbers.of(expected);
    if (wanted.isPresent() && tolerance.allows(wanted.getAsDouble(), got)) {
      return List.of();
    }
    double allowed = wanted.isPresent() ? tolerance.around(wanted.getAsDouble()) : 0;
    return List.of(new Difference(name, expected, Numbers.json(got), allowed));
  }

  private static List<Difference> compare(
      String name, JsonNode expected, List<Double> got, Tolerance tolerance) {
    if (!expected.isArray() || expected.size() != got.size()) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      got.forEach(one -> all.add(Numbers.json(one)));
      return List.of(new Difference(name, expected, all, tolerance.absolute()));
    }
    List<Difference> differences = new ArrayList<>();
    for (int i = 0; i < got.size(); i++) {
      differences.addAll(
          compare("%s[%d]".formatted(name, i), expected.get(i), got.get(i), tolerance));
    }
    return differences;
  }
}
