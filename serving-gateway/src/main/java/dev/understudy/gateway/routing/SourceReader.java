package dev.understudy.gateway.routing;

import dev.understudy.contracts.ValueSource;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.Tensor;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads in a request what a source names. */
public final class SourceReader {
  /** The value of a request that has none. */
  static final String MISSING = "";

  private SourceReader() {}

  /**
   * Reads a source as it is published.
   *
   * @param inputs of the model; a column must have one value per row
   * @throws IllegalArgumentException if there can be no such value; the message says why
   */
  public static ValueSource parse(String text, InputContract inputs) {
    ValueSource source = ValueSource.parse(text);
    if (source.kind() == ValueSource.Kind.INPUT) {
      Column column =
          inputs
              .column(source.name())
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "the model has no input '%s'; it has %s"
                              .formatted(source.name(), inputs.names())));
      boolean onePerRow = column.shape().stream().skip(1).allMatch(size -> size == 1);
      if (!onePerRow || column.datatype().isHalf()) {
        throw new IllegalArgumentException(
            "input '%s' cannot be told apart by value: one value per row is needed, and neither"
                    .formatted(source.name())
                + " FP16 nor BF16");
      }
    }
    return source;
  }

  /** The different values in the request, by row; {@link #MISSING} where there is none. */
  static Set<String> in(RequestValues request, ValueSource source) {
    return switch (source.kind()) {
      case HEADER -> Set.of(request.header(source.name()).orElse(MISSING));
      case PARAMETER -> Set.of(request.parameter(source.name()).orElse(MISSING));
      case INPUT -> in(request.inputs().get(source.name()));
    };
  }

  private static Set<String> in(@Nullable Tensor column) {
    if (column == null || column.size() == 0) {
      return Set.of(MISSING);
    }
    if (column.size() == 1) {
      return Set.of(CanonicalText.of(column, 0));
    }
    Set<String> values = new LinkedHashSet<>();
    for (int i = 0; i < column.size(); i++) {
      values.add(CanonicalText.of(column, i));
    }
    return Collections.unmodifiableSet(values);
  }
}
