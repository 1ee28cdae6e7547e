package dev.understudy.registry.search;

import java.util.List;

/**
 * One condition of a search.
 *
 * @param key of the attribute, metric, parameter or tag
 * @param values as they were written; one, but for {@link Op#IN} and {@link Op#NOT_IN}
 */
public record Condition(Kind kind, String key, Op op, List<String> values) {
  /** What the key is a key of. */
  public enum Kind {
    ATTRIBUTE,
    METRIC,
    PARAMETER,
    TAG
  }

  /** How the value is compared, with its SQL. */
  public enum Op {
    EQUAL("="),
    NOT_EQUAL("<>"),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">="),
    LIKE("like"),
    ILIKE("ilike"),
    IN("in"),
    NOT_IN("not in");

    private final String sql;

    Op(String sql) {
      this.sql = sql;
    }

    String sql() {
      return sql;
    }

    boolean isForText() {
      return switch (this) {
        case EQUAL, NOT_EQUAL, LIKE, ILIKE, IN, NOT_IN -> true;
        default -> false;
      };
    }

    boolean isForNumbers() {
      return switch (this) {
        case LIKE, ILIKE, IN, NOT_IN -> false;
        default -> true;
      };
    }
  }

  public Condition {
    values = List.copyOf(values);
  }

  /** The only value. */
  public String value() {
    return values.getFirst();
  }
}
