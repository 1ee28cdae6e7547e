package dev.understudy.collector.oracle;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures that a method computes for one case, by name. Immutable. */
record Figures(Map<String, Figure> byName) {
  static final Figures NONE = new Figures(Map.of());

  Figures {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  static Figures of(String name, double value) {
    return NONE.and(name, value);
  }

  Figures and(String name, double value) {
    return and(name, new Figure.Value(value));
  }

  Figures and(String name, String word) {
    return and(name, new Figure.Word(word));
  }

  Figures and(String name, List<Double> values) {
    return and(name, new Figure.Series(values));
  }

  private Figures and(String name, Figure figure) {
    Map<String, Figure> more = new LinkedHashMap<>(byName);
    more.put(name, figure);
    return new Figures(more);
  }
}
