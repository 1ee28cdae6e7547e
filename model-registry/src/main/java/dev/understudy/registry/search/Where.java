package dev.understudy.registry.search;

import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Condition.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A condition in SQL. Only text of ours becomes SQL; keys and values of a caller become parameters,
 * whatever is in them. Not thread-safe.
 */
public final class Where {
  private static final String FIELD = "filter";

  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> parameters = new HashMap<>();

  /** A condition of ours. */
  public Where and(String sql) {
    conditions.add(sql);
    return this;
  }

  /** The name under which the value stands in the SQL. */
  public String bind(Object value) {
    String name = "p" + parameters.size();
    parameters.put(name, value);
    return ":" + name;
  }

  /** The column has to fit the condition. */
  public Where text(String column, Condition condition) {
    if (!condition.op().isForText()) {
      throw Refused.field(
          FIELD, "'%s' is a text; compare it with =, != or LIKE".formatted(condition.key()));
    }
    return and(compared(column, condition));
  }

  /** The column of numbers has to fit the condition. */
  public Where number(String column, Condition condition) {
    if (!condition.op().isForNumbers()) {
      throw Refused.field(
          FIELD,
          "'%s' is a number; compare it with =, !=, <, <=, > or >=".formatted(condition.key()));
    }
    try {
      double value = Double.parseDouble(condition.value());
      return and("%s %s %s".formatted(column, condition.op().sql(), bind(value)));
    } catch (NumberFormatException e) {
      throw Refused.field(FIELD, "'%s' is compared with no number".formatted(condition.key()));
    }
  }

  /**
   * There has to be a row of a side table with that key, whose text fits.
   *
   * @param table a table of ours with the columns key and value
   * @param link how its rows, called {@code x}, belong to the row that is looked for
   */
  public Where keyedText(String table, String link, Condition condition) {
    if (!condition.op().isForText()) {
      throw Refused.field(
          FIELD, "'%s' is a text; compare it with =, != or LIKE".formatted(condition.key()));
    }
    String digest =
        condition.op() == Op.EQUAL
            ? "md5(x.value) = md5(%s) and ".formatted(bind(condition.value()))
            : "";
    return and(
        "exists (select 1 from %s x where %s and x.key = %s and %s%s)"
            .formatted(table, link, bind(condition.key()), digest, compared("x.value", condition)));
  }

  /** There has to be a row of a side table with that key, whose number fits. */
  public Where keyedNumber(String table, String link, Condition condition) {
    Where inner = new Where();
    inner.parameters.putAll(parameters);
    inner.number("x.value", condition);
    String compared = inner.sql();
    parameters.putAll(inner.parameters);
    return and(
        "exists (select 1 from %s x where %s and x.key = %s and %s)"
            .formatted(table, link, bind(condition.key()), compared));
  }

  private String compared(String column, Condition condition) {
    if (condition.op() == Op.IN || condition.op() == Op.NOT_IN) {
      List<String> names = condition.values().stream().map(this::bind).toList();
      return "%s %s (%s)".formatted(column, condition.op().sql(), String.join(", ", names));
    }
    return "%s %s %s".formatted(column, condition.op().sql(), bind(condition.value()));
  }

  /** All of it; true where nothing was asked. */
  public String sql() {
    return conditions.isEmpty() ? "true" : String.join(" and ", conditions);
  }

  /** The values by their names. */
  public Map<String, Object> parameters() {
    return Map.copyOf(parameters);
  }
}
