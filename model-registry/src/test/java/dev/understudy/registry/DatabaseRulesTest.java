package dev.understudy.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Boots the registry for its schema: what the database refuses to whoever asks, in plain SQL. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class DatabaseRulesTest {
  @Inject AgroalDataSource database;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update model_version set description = 'better'",
        "delete from model_version",
        "truncate model_version cascade",
        "update audit_event set actor = 'nobody'",
        "delete from audit_event",
        "truncate audit_event",
        "delete from audit_head",
        "truncate audit_head",
        "truncate audit_checkpoint"
      })
  void whatHappenedAndWhatWasRegisteredStays(String sql) {
    Api.withTwoVersions();

    assertThatThrownBy(() -> execute(sql))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("never changed or removed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update version_file set sha256 = repeat('0', 64)",
        "delete from version_file",
        "update alias_move set version = 2",
        "delete from alias_move",
        "update run_parameter set value = 'other'",
        "delete from run_metric"
      })
  void whatWasLoggedAndCopiedStays(String sql) {
    Mlflow mlflow = Mlflow.withVersion(OnnxBytes.scorecard("stays"));
    Mlflow.post(
            "runs/log-batch",
            """
            {"run_id": "%s", "metrics": [{"key": "a", "value": 1, "timestamp": 1, "step": 0}],
             "params": [{"key": "p", "value": "1"}]}
            """
                .formatted(mlflow.run))
        .then()
        .statusCode(200);
    Mlflow.post(
            "registered-models/alias",
            "{\"name\": \"%s\", \"alias\": \"best\", \"version\": \"1\"}".formatted(mlflow.name))
        .then()
        .statusCode(200);

    assertThatThrownBy(() -> execute(sql))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("never changed or removed");
  }

  @Test
  void noFileJoinsAVersionThatIsThere() {
    Mlflow.withVersion(OnnxBytes.scorecard("closed"));

    assertThatThrownBy(
            () ->
                execute(
                    "insert into version_file select max(id), 'late', repeat('0', 64), 1"
                        + " from model_version"))
        .hasMessageContaining("never added to a version that is there");
  }

  @Test
  void whatServesIsNoAliasForDirectSqlEither() {
    Api.withTwoVersions();

    assertThatThrownBy(
            () ->
                execute(
                    "insert into model_alias select max(id), 'Champion', 1, 1, now() from model"))
        .hasMessageContaining("model_alias_name_check");
  }

  @Test
  void aModelHasOneLiveRolloutWhateverAServiceBelieves() throws Exception {
    Api.withTwoVersions();
    String insert =
        """
        insert into rollout (id, model_id, state, current_version, salt, change,
          created_at, changed_at)
        select '%s' || max(id), max(id), '%s', '', '', 1, now(), now() from model
        """;
    execute(insert.formatted("ended", "STOPPED"));
    execute(insert.formatted("ended-too", "PROMOTED"));
    execute(insert.formatted("live", "SHADOW"));

    assertThatThrownBy(() -> execute(insert.formatted("second", "PREPARING_SPLIT")))
        .hasMessageContaining("one_live_rollout");
    execute(insert.formatted("watched", "WATCHING"));
    assertThatThrownBy(() -> execute(insert.formatted("watched-too", "WATCHING")))
        .hasMessageContaining("one_watched_rollout");
  }

  @Test
  void theNumbersOfAProjectsAuditHaveNoGap() throws Exception {
    Api api = Api.withTwoVersions();

    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        var found =
            statement.executeQuery(
                "select min(seq), max(seq), count(*) from audit_event where project = '%s'"
                    .formatted(api.project))) {
      found.next();
      assertThat(found.getLong(1)).isEqualTo(1);
      assertThat(found.getLong(2)).isEqualTo(found.getLong(3)).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update audit_head set last_seq = last_seq - 1",
        "update audit_head set last_seq = last_seq + 1",
        "update audit_head set project = 'another'",
        "insert into audit_head values ('ahead', 7, sha256('x'))"
      })
  void theHeadOfAnAuditLogOnlyAdvancesWithItsEvents(String sql) {
    Api.withTwoVersions();

    assertThatThrownBy(() -> execute(sql)).hasMessageContaining("only advances by one");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "h.last_seq + 2 | h.last_hash | e.actor | e.envelope | does not follow the last one",
        "h.last_seq | h.last_hash | e.actor | e.envelope | does not follow the last one",
        "h.last_seq + 1 | sha256('x') | e.actor | e.envelope | does not follow the last one",
        "h.last_seq + 1 | h.last_hash | e.actor | e.envelope | says something else"
      })
  void anAuditEventThatDoesNotFollowIsRefusedToPlainSqlToo(
      String seq, String previous, String actor, String envelope, String why) {
    Api api = Api.withTwoVersions();
    String insert =
        """
        insert into audit_event
          (project, seq, at, actor, action, model, entity, payload, envelope, prev_hash, hash)
        select e.project, %1$s, e.at, %3$s, e.action, e.model, e.entity, e.payload, %4$s, %2$s,
          audit_hash(%1$s, %2$s, %4$s)
        from audit_event e join audit_head h using (project)
        where project = '%5$s' and e.seq = h.last_seq
        """;

    assertThatThrownBy(() -> execute(insert.formatted(seq, previous, actor, envelope, api.project)))
        .hasMessageContaining(why);
  }

  @Test
  void aRegistryThatDoesNotOwnTheTablesCanWriteEventsAndNotSwitchTheTriggersOff() throws Exception {
    Api api = Api.withTwoVersions();
    String role = "r_" + UUID.randomUUID().toString().replace("-", "");
    execute("create role " + role);
    execute("grant select, insert on audit_event, audit_checkpoint to " + role);
    execute("grant select, insert, update on audit_head to " + role);
    String next =
        """
        insert into audit_event
          (project, seq, at, actor, action, model, entity, payload, envelope, prev_hash, hash)
        select project, seq + 1, at, actor, action, model, entity, payload, said, hash,
          audit_hash(seq + 1, hash, said)
        from (select *, regexp_replace(envelope, '"seq":\\d+}$', '"seq":' || seq + 1 || '}') as said
          from audit_event where project = '%s' order by seq desc limit 1) e
        """
            .formatted(api.project);

    executeAs(role, next);
    given()
        .get("/v1/audit/verify?project=" + api.project)
        .then()
        .body("valid", equalTo(true))
        .body("checked", equalTo(5));
    assertThatThrownBy(() -> executeAs(role, "alter table audit_event disable trigger user"))
        .hasMessageContaining("must be owner");
    assertThatThrownBy(() -> executeAs(role, "delete from audit_event"))
        .hasMessageContaining("permission denied");
  }

  private void executeAs(String role, String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      try {
        statement.execute("set local role " + role);
        statement.execute(sql);
        connection.commit();
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
