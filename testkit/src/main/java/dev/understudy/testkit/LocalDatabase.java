package dev.understudy.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A real PostgreSQL server from binaries on Maven Central, as a child of this process. Data stay in
 * the directory where one was given. Thread-safe.
 */
public final class LocalDatabase implements AutoCloseable {
  /** The user of every database here; there is no password on 127.0.0.1. */
  public static final String USER = "postgres";

  private final EmbeddedPostgres postgres;

  private LocalDatabase(EmbeddedPostgres postgres) {
    this.postgres = postgres;
  }

  /**
   * Starts a server.
   *
   * @param directory of the data; kept when the server stops
   * @param port on 127.0.0.1
   */
  public static LocalDatabase start(Path directory, int port) throws IOException {
    return new LocalDatabase(
        EmbeddedPostgres.builder()
            .setDataDirectory(directory)
            .setCleanDataDirectory(false)
            // Whoever started it stops it, after those who use it; a hook would run at any time.
            .setRegisterShutdownHook(false)
            .setPort(port)
            .setPGStartupWait(Duration.ofSeconds(60))
            .setServerConfig("max_connections", "60")
            .start());
  }

  /** Starts a server on a free port whose data go when it stops. */
  public static LocalDatabase startFresh() throws IOException {
    return new LocalDatabase(
        EmbeddedPostgres.builder().setPGStartupWait(Duration.ofSeconds(60)).start());
  }

  /** The JDBC address of one of its databases. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(postgres.getPort(), database);
  }

  /** Makes the database unless it is there. */
  public void ensureDatabase(String name) throws SQLException {
    if (!name.matches("[a-z][a-z0-9_]{0,40}")) {
      throw new IllegalArgumentException("not a database name: " + name);
    }
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      var found =
          statement.executeQuery("select 1 from pg_database where datname = '" + name + "'");
      if (!found.next()) {
        statement.execute("create database " + name);
      }
    }
  }

  @Override
  public void close() throws IOException {
    postgres.close();
  }
}
