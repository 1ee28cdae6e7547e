package dev.understudy.gateway.routing;

import dev.understudy.contracts.Names;
import dev.understudy.contracts.ValueSource;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.InputContract;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Requests that a test is not for, by one value of theirs. Immutable.
 *
 * @param name for the log
 * @param values any of these, in their canonical text
 * @param version who answers; empty: the current version
 */
public record Segment(
    String name, ValueSource source, Set<String> values, Optional<String> version) {

  public Segment {
    values = Set.copyOf(values);
    if (!Names.allowed(name)) {
      throw new IllegalArgumentException("segment '%s': %s".formatted(name, Names.RULE));
    }
    if (values.isEmpty() || values.contains(SourceReader.MISSING)) {
      throw new IllegalArgumentException(
          "segment %s: at least one value is needed, and none is empty".formatted(name));
    }
  }

  /**
   * Reads one as it is published.
   *
   * @throws IllegalArgumentException if no request could ever fit; the message says why
   */
  public static Segment of(
      String name,
      String source,
      List<String> values,
      Optional<String> version,
      InputContract inputs) {
    try {
      ValueSource from = SourceReader.parse(source, inputs);
      return new Segment(
          name,
          from,
          from.kind() == ValueSource.Kind.INPUT
              ? canonical(values, inputs.column(from.name()).orElseThrow())
              : new LinkedHashSet<>(values),
          version);
    } catch (IllegalArgumentException e) {
      String why = String.valueOf(e.getMessage());
      throw why.startsWith("segment ")
          ? e
          : new IllegalArgumentException("segment %s: %s".formatted(name, why), e);
    }
  }

  private static Set<String> canonical(List<String> values, Column column) {
    Set<String> texts = new LinkedHashSet<>();
    for (String value : values) {
      if (!column.categories().isEmpty() && !column.categories().contains(value)) {
        throw new IllegalArgumentException(
            "'%s' is no category of input '%s'".formatted(value, column.name()));
      }
      texts.add(CanonicalText.of(value, column.datatype()));
    }
    return texts;
  }

  /** Whether a request with these values, by row, is one of these: all rows, some or none. */
  Fit fit(Collection<String> rows) {
    if (values.containsAll(rows)) {
      return Fit.WHOLLY;
    }
    return Collections.disjoint(values, rows) ? Fit.NOT : Fit.PARTLY;
  }

  enum Fit {
    WHOLLY,
    PARTLY,
    NOT
  }
}
