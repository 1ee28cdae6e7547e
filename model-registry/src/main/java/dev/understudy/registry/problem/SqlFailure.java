package dev.understudy.registry.problem;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.function.Predicate;

/** What a failure says about the database, by the SQL state of its causes. */
public final class SqlFailure {
  // 08 connection, 40 rolled back for another transaction, 53 resources, 55 not ready, 57 operator.
  private static final List<String> AWAY = List.of("08", "40", "53", "55", "57");
  private static final String BAD_VALUE = "22";
  private static final int DEEPEST = 30;

  private SqlFailure() {}

  /** The database is away or busy: the same work may succeed later. */
  public static boolean databaseIsAway(Throwable failure) {
    return any(
        failure,
        sql ->
            sql instanceof SQLTransientException
                || AWAY.stream().anyMatch(state(sql)::startsWith)
                // The pool gives up without a state of its own.
                || (state(sql).isEmpty() && String.valueOf(sql.getMessage()).contains("timeout")));
  }

  /** The database cannot hold a value, such as a text with a null character. */
  static boolean valueIsRefused(Throwable failure) {
    return any(failure, sql -> state(sql).startsWith(BAD_VALUE));
  }

  private static boolean any(Throwable failure, Predicate<SQLException> predicate) {
    int depth = 0;
    for (Throwable cause = failure; cause != null && depth < DEEPEST; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && predicate.test(sql)) {
        return true;
      }
      for (Throwable suppressed : cause.getSuppressed()) {
        if (suppressed instanceof SQLException sql && predicate.test(sql)) {
          return true;
        }
      }
      depth++;
    }
    return false;
  }

  private static String state(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }
}
