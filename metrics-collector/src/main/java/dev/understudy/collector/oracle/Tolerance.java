package dev.understudy.collector.oracle;

import com.fasterxml.jackson.databind.JsonNode;

/** How far a figure may be off. */
record Tolerance(double absolute, double relative) {
  static Tolerance of(JsonNode node) {
    Inputs read = new Inputs("tol", node);
    double absolute = read.number("abs");
    double relative = read.number("rel");
    if (absolute < 0 || relative < 0) {
      throw new BadCase("tol", "%s is below 0".formatted(node));
    }
    return new Tolerance(absolute, relative);
  }

  double around(double expected) {
    return absolute + relative * Math.abs(expected);
  }

  boolean allows(double expected, double got) {
    if (Double.isNaN(expected) || Double.isNaN(got)) {
      return Double.isNaN(expected) && Double.isNaN(got);
    }
    if (Double.isInfinite(expected) || Double.isInfinite(got)) {
      return expected == got;
    }
    return Math.abs(expected - got) <= around(expected);
  }
}
