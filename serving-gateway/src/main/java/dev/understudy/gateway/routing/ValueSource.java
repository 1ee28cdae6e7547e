package dev.understudy.gateway.routing;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.Tensor;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a value of a request is read that decides who answers it: {@code header:NAME}, {@code
 * parameter:NAME} or {@code input:NAME}. Immutable.
 *
 * @param name of a header in lower case
 */
public record ValueSource(Kind kind, String name) {
  private static final Pattern HEADER = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,128}");
  private static final int LONGEST_NAME = 128;

  /** The value of a request that has none. */
  static final String MISSING = "";

  /** Where to look. */
  public enum Kind {
    HEADER,
    PARAMETER,
    INPUT
  }

  /**
   * Reads one as it is published.
   *
   * @param inputs of the model; a column must have one value per row
   * @throws IllegalArgumentException if there can be no such value; the message says why
   */
  public static ValueSource parse(String text, InputContract inputs) {
    int colon = text.indexOf(':');
    String word = colon < 0 ? "" : text.substring(0, colon);
    String name = text.substring(colon + 1);
    return switch (word) {
      case "header" -> header(name);
      case "parameter" -> parameter(name);
      case "input" -> input(name, inputs);
      default ->
          throw new IllegalArgumentException(
              "'%s' is not header:NAME, parameter:NAME or input:NAME".formatted(text));
    };
  }

  private static ValueSource header(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!HEADER.matcher(lower).matches()) {
      throw new IllegalArgumentException("'%s' cannot be the name of a header".formatted(name));
    }
    return new ValueSource(Kind.HEADER, lower);
  }

  private static ValueSource parameter(String name) {
    if (name.isBlank()
        || name.length() > LONGEST_NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("'%s' cannot be the name of a parameter".formatted(name));
    }
    return new ValueSource(Kind.PARAMETER, name);
  }

  private static ValueSource input(String name, InputContract inputs) {
    Column column =
        inputs
            .column(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the model has no input '%s'; it has %s".formatted(name, inputs.names())));
    boolean onePerRow = column.shape().stream().skip(1).allMatch(size -> size == 1);
    if (!onePerRow || column.datatype().isHalf()) {
      throw new IllegalArgumentException(
          "input '%s' cannot be told apart by value: one value per row is needed, and no FP16 or"
                  .formatted(name)
              + " BF16");
    }
    return new ValueSource(Kind.INPUT, name);
  }

  /** The different values in the request, by row; {@link #MISSING} where there is none. */
  Set<String> in(RequestValues request) {
    return switch (kind) {
      case HEADER -> Set.of(request.header(name).orElse(MISSING));
      case PARAMETER -> Set.of(request.parameter(name).orElse(MISSING));
      case INPUT -> in(request.inputs().get(name));
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

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + ":" + name;
  }
}
