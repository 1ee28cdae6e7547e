package dev.understudy.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** One real PostgreSQL for all tests of a JVM; each caller gets a database of its own. */
public final class TestPostgres {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private static final class Shared {
    static final LocalDatabase DATABASE = startFresh();
  }

  private TestPostgres() {}

  /** The JDBC address of a new, empty database; the user is {@link LocalDatabase#USER}. */
  public static String newDatabase() {
    String name = "test_" + DATABASES.incrementAndGet();
    try {
      Shared.DATABASE.ensureDatabase(name);
    } catch (SQLException e) {
      throw new IllegalStateException("the database " + name + " could not be made", e);
    }
    return Shared.DATABASE.jdbcUrl(name);
  }

  private static LocalDatabase startFresh() {
    try {
      LocalDatabase database = LocalDatabase.startFresh();
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    try {
                      database.close();
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  },
                  "stop-test-postgres"));
      return database;
    } catch (IOException e) {
      throw new UncheckedIOException("the PostgreSQL for tests did not start", e);
    }
  }
}
