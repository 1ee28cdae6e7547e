package dev.understudy.collector.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.OptionalDouble;

/** Numbers as they stand in a file; JSON has no infinite ones, so they are words. */
final class Numbers {
  private Numbers() {}

  /** The number; NaN of null, empty when it is none. */
  static OptionalDouble of(JsonNode node) {
    if (node.isNumber()) {
      return OptionalDouble.of(node.doubleValue());
    }
    if (node.isNull()) {
      return OptionalDouble.of(Double.NaN);
    }
    return switch (node.asText()) {
      case "Infinity", "+Infinity" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
      case "-Infinity" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
      case "NaN" -> OptionalDouble.of(Double.NaN);
      default -> OptionalDouble.empty();
    };
  }

  /** The number in a form that every reader of JSON takes. */
  static JsonNode json(double number) {
    return Double.isFinite(number)
        ? DoubleNode.valueOf(number)
        : TextNode.valueOf(Double.toString(number));
  }
}
