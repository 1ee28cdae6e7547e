package dev.understudy.registry.problem;

import dev.understudy.contracts.Names;
import java.time.Duration;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks of what a request holds; each returns the value or refuses it by its field's name. */
public final class Checks {
  private Checks() {}

  /** Something must be there. */
  public static <T> T present(String field, @Nullable T value) {
    if (value == null) {
      throw Refused.field(field, "'%s' is missing".formatted(field));
    }
    return value;
  }

  /** A name as {@link Names} allows it. */
  public static String name(String field, @Nullable String value) {
    String name = present(field, value);
    if (!Names.allowed(name)) {
      throw Refused.field(field, "'%s' must have %s".formatted(field, Names.RULE));
    }
    return name;
  }

  /** Text of at most so many characters, none of them null; absent is empty. */
  public static String text(String field, @Nullable String value, int most) {
    if (value == null) {
      return "";
    }
    if (value.length() > most) {
      throw Refused.field(
          field, "'%s' has %d characters, at most %d".formatted(field, value.length(), most));
    }
    if (value.indexOf('\0') >= 0) {
      throw Refused.field(field, "'%s' holds a null character".formatted(field));
    }
    return value;
  }

  /** One of the choices, by its name. */
  public static <E extends Enum<E>> E choice(
      String field, @Nullable String value, Collection<E> choices) {
    String name = present(field, value);
    for (E choice : choices) {
      if (choice.name().equals(name)) {
        return choice;
      }
    }
    throw Refused.field(
        field,
        "'%s' must be one of %s"
            .formatted(field, choices.stream().map(Enum::name).collect(Collectors.joining(", "))));
  }

  /** Within the limits, both included; never NaN. */
  public static double between(String field, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw Refused.field(
          field, "'%s' is %s, it must be in %s..%s".formatted(field, value, least, most));
    }
    return value;
  }

  /** More than zero and at most the limit; never NaN. */
  public static double positive(String field, double value, double most) {
    if (!(value > 0 && value <= most)) {
      throw Refused.field(
          field, "'%s' is %s, it must be above 0 and at most %s".formatted(field, value, most));
    }
    return value;
  }

  /** Within the limits, both included. */
  public static long between(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw Refused.field(
          field, "'%s' is %d, it must be in %d..%d".formatted(field, value, least, most));
    }
    return value;
  }

  /** A duration within the limits, both included. */
  public static Duration between(String field, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw Refused.field(
          field, "'%s' is %s, it must be in %s..%s".formatted(field, value, least, most));
    }
    return value;
  }
}
