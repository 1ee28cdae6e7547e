package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.registry.chain.ChainHash;
import dev.understudy.registry.chain.Envelope;
import dev.understudy.testkit.LocalDatabase;
import dev.understudy.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** Events from before the chain, on a database that is brought up to date. */
class AuditBackfillTest {
  @Test
  void whatWasThereIsInTheChainAndStaysWhatItWas() throws SQLException {
    String url = TestPostgres.newDatabase();
    flyway(url, "16").migrate();
    try (Connection connection = DriverManager.getConnection(url, LocalDatabase.USER, "");
        Statement statement = connection.createStatement()) {
      statement.execute("insert into audit_head values ('one', 3), ('two', 1)");
      statement.execute(
          """
          insert into audit_event (project, seq, at, actor, action, model, entity, payload) values
            ('one', 1, '2026-01-01 00:00:00.123456+00', 'api', 'a', null, 'project/one', '{}'),
            ('two', 1, '2026-01-01 00:00:00+01', 'api', 'a', null, 'project/two', '{"b": 1.0E-4}'),
            ('one', 2, '2026-01-02 00:00:00+00', 'jürgen "x" \\' || chr(9) || chr(31) || chr(127),
              'b', 'm', 'model/m', '{"b": 1.0E-4, "a": "\\t€\\\\"}'),
            ('one', 3, '2026-01-03 00:00:00+00', 'api', 'c', 'm', 'model/m', 'not JSON')
          """);
    }

    flyway(url, "17").migrate();

    Map<String, byte[]> last = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(url, LocalDatabase.USER, "");
        Statement statement = connection.createStatement()) {
      try (ResultSet row =
          statement.executeQuery("select * from audit_event order by project, seq")) {
        int rows = 0;
        while (row.next()) {
          String project = row.getString("project");
          byte[] previous = last.getOrDefault(project, ChainHash.genesis());
          assertThat(row.getBytes("prev_hash")).isEqualTo(previous);
          byte[] hash = ChainHash.of(row.getLong("seq"), previous, row.getString("envelope"));
          assertThat(row.getBytes("hash")).isEqualTo(hash);
          assertThat(envelope(row).isSaidBy(row.getString("envelope"))).isTrue();
          last.put(project, hash);
          rows++;
        }
        assertThat(rows).isEqualTo(4);
      }
      try (ResultSet head = statement.executeQuery("select * from audit_head")) {
        while (head.next()) {
          assertThat(head.getBytes("last_hash")).isEqualTo(last.get(head.getString("project")));
        }
      }
    }
  }

  private static Envelope envelope(ResultSet row) throws SQLException {
    return new Envelope(
        row.getString("project"),
        row.getLong("seq"),
        row.getObject("at", OffsetDateTime.class).toInstant(),
        row.getString("actor"),
        row.getString("action"),
        row.getString("model"),
        row.getString("entity"),
        row.getString("payload"));
  }

  private static Flyway flyway(String url, String target) {
    return Flyway.configure()
        .dataSource(url, LocalDatabase.USER, "")
        .locations("classpath:db/migration")
        .target(target)
        .load();
  }
}
