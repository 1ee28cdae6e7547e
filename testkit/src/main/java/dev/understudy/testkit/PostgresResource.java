package dev.understudy.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** Gives a service under test an empty database of its own on a real PostgreSQL. */
public final class PostgresResource implements QuarkusTestResourceLifecycleManager {
  @Override
  public Map<String, String> start() {
    return Map.of(
        "quarkus.datasource.jdbc.url",
        TestPostgres.newDatabase(),
        "quarkus.datasource.username",
        LocalDatabase.USER,
        "quarkus.datasource.password",
        "");
  }

  @Override
  public void stop() {
    // The server serves every test of the JVM and ends with it.
  }
}
