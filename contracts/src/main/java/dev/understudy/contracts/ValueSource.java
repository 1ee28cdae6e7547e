package dev.understudy.contracts;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a value of a request is read that decides who answers it: {@code header:NAME}, {@code
 * parameter:NAME} or {@code input:NAME}.
 *
 * @param name of a header in lower case
 */
public record ValueSource(Kind kind, String name) {
  /** What both HTTP and gRPC take; the latter keeps the ending for bytes. */
  private static final Pattern HEADER = Pattern.compile("[a-z0-9._-]{1,128}(?<!-bin)");

  private static final int LONGEST_NAME = 128;

  /** Where to look. */
  public enum Kind {
    HEADER,
    PARAMETER,
    INPUT
  }

  /**
   * Reads one as it is published.
   *
   * @throws IllegalArgumentException if it names nothing; the message says why
   */
  public static ValueSource parse(String text) {
    int colon = text.indexOf(':');
    String word = colon < 0 ? "" : text.substring(0, colon);
    String name = text.substring(colon + 1);
    return switch (word) {
      case "header" -> header(name);
      case "parameter" -> new ValueSource(Kind.PARAMETER, named(name, "a parameter"));
      case "input" -> new ValueSource(Kind.INPUT, named(name, "an input"));
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

  private static String named(String name, String what) {
    if (name.isBlank()
        || name.length() > LONGEST_NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("'%s' cannot be the name of %s".formatted(name, what));
    }
    return name;
  }

  /** As it is published. */
  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + ":" + name;
  }
}
