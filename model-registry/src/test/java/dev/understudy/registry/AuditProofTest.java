package dev.understudy.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.AuditCheckpointed;
import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.chain.ChainReport;
import dev.understudy.registry.chain.OfflineCheck;
import dev.understudy.registry.config.RegistryConfig;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.agroal.api.AgroalDataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Boots the registry: a log of six events, signed as a whole, and every way to tamper with it by an
 * owner of the database who switches the triggers off. Each is found by the registry, and by the
 * check that has nothing but the export, the checkpoints and the public key.
 */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class AuditProofTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int EVENTS = 6;

  /** Recomputes the log from its first event on, so that nothing in it contradicts itself. */
  private static final String RECHAIN =
      """
      do $$
      declare e record; previous bytea := decode(repeat('00', 32), 'hex');
      begin
        for e in select * from audit_event where project = '%1$s' order by seq loop
          update audit_event set prev_hash = previous,
            hash = audit_hash(e.seq, previous, e.envelope) where id = e.id;
          previous := audit_hash(e.seq, previous, e.envelope);
        end loop;
        update audit_head set last_hash = previous where project = '%1$s';
      end $$;
      """;

  private static final String MALLORY =
      """
      update audit_event set actor = 'mallory',
        envelope = replace(envelope, '"actor":"api"', '"actor":"mallory"')
      where project = '%1$s'""";

  @Inject AuditTrail trail;
  @Inject AgroalDataSource database;
  @Inject RegistryConfig config;
  @TempDir Path folder;

  private final String project = "p-" + UUID.randomUUID();
  private Path vouching;

  /**
   * @param sql what is done to the rows
   * @param brokenAt where both checks say that it breaks
   * @param reason what they say, in part
   */
  record Tampering(String name, String sql, long brokenAt, String reason) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Tampering> everyWay() {
    return Stream.of(
        new Tampering("a field is changed", MALLORY + " and seq = 2", 2, "was changed"),
        new Tampering(
            "a field is changed, and its hash too",
            MALLORY
                + " and seq = 2; update audit_event set hash = audit_hash(seq, prev_hash, envelope)"
                + " where project = '%1$s' and seq = 2",
            3,
            "does not link"),
        new Tampering(
            "the detail is changed",
            "update audit_event set payload = '{\"i\":9}', envelope ="
                + " replace(envelope, '{\"i\":4}', '{\"i\":9}') where project = '%1$s' and seq = 4",
            4,
            "was changed"),
        new Tampering(
            "an event is removed",
            "delete from audit_event where project = '%1$s' and seq = 3",
            3,
            "event 3 is missing"),
        new Tampering(
            "an event is put in between",
            """
            update audit_event set seq = seq + 1000 where project = '%1$s' and seq >= 3;
            update audit_event set seq = seq - 999 where project = '%1$s' and seq > 1000;
            insert into audit_event
              (project, seq, at, actor, action, model, entity, payload, envelope, prev_hash, hash)
            select project, 3, at, actor, action, model, entity, payload, said, hash,
              audit_hash(3, hash, said)
            from (select *, replace(envelope, '"seq":2}', '"seq":3}') as said from audit_event) e
            where project = '%1$s' and seq = 2;
            update audit_head set last_seq = 7 where project = '%1$s'
            """,
            4,
            "event 4"),
        new Tampering(
            "two events change places",
            """
            update audit_event set seq = 1000 where project = '%1$s' and seq = 3;
            update audit_event set seq = 3 where project = '%1$s' and seq = 4;
            update audit_event set seq = 4 where project = '%1$s' and seq = 1000
            """,
            3,
            "event 3"),
        new Tampering(
            "the end is cut off",
            """
            delete from audit_event where project = '%1$s' and seq > 4;
            update audit_head set last_seq = 4, last_hash = (select hash from audit_event
              where project = '%1$s' and seq = 4) where project = '%1$s'
            """,
            5,
            "cut off"),
        new Tampering("all is rewritten", MALLORY + ";" + RECHAIN, 1, "were rewritten"),
        new Tampering(
            "all is rewritten, and the checkpoints are removed",
            MALLORY + ";" + RECHAIN + "delete from audit_checkpoint where project = '%1$s'",
            1,
            "were rewritten"));
  }

  @BeforeEach
  void aSignedLog() throws IOException {
    for (int i = 1; i <= EVENTS; i++) {
      int number = i;
      QuarkusTransaction.requiringNew()
          .run(() -> trail.record(project, "m", "api", "did", "thing/1", Map.of("i", number)));
    }
    Path file = config.auditDir().resolve("checkpoints/" + project + ".ndjson");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Files.exists(file)
                    && Files.readString(file).contains("\"size\":%d}".formatted(EVENTS)));
    vouching = Files.copy(file, folder.resolve("checkpoints.ndjson"));
  }

  @Test
  void aLogThatNobodyTouchedHolds() throws IOException {
    verify("")
        .body("valid", equalTo(true))
        .body("checked", equalTo(EVENTS))
        .body("first_broken_seq", nullValue())
        .body("last_checkpoint.size", equalTo(EVENTS));
    verify("&from=3&to=5").body("valid", equalTo(true)).body("checked", equalTo(3));
    verify("&from=100").body("valid", equalTo(true)).body("checked", equalTo(0));

    ChainReport offline = offline();
    assertThat(offline.valid()).isTrue();
    assertThat(offline.checked()).isEqualTo(EVENTS);
    assertThat(offline.lastCheckpoint().size()).isEqualTo(EVENTS);
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void everyWayToTamperIsFoundByTheRegistryAndWithoutIt(Tampering way)
      throws SQLException, IOException {
    tamper(way.sql());

    verify("")
        .body("valid", equalTo(false))
        .body("first_broken_seq", equalTo((int) way.brokenAt()))
        .body("reason", containsString(way.reason()));
    ChainReport offline = offline();
    assertThat(offline.valid()).isFalse();
    assertThat(offline.firstBrokenSeq()).isEqualTo(way.brokenAt());
    assertThat(offline.reason()).contains(way.reason());
  }

  @Test
  void aColumnThatNoLongerSaysWhatWasHashedIsFoundAndTheExportStillTellsTheTruth()
      throws SQLException, IOException {
    tamper("update audit_event set actor = 'mallory' where project = '%1$s' and seq = 2");

    verify("").body("valid", equalTo(false)).body("first_broken_seq", equalTo(2));
    assertThat(export()).contains("\"actor\":\"api\"").doesNotContain("mallory");
    assertThat(offline().valid()).isTrue();
  }

  @Test
  void aRangeThatIsBrokenIsFoundAndOneBeforeItHolds() throws SQLException {
    tamper(MALLORY + " and seq = 4");

    verify("&from=2&to=3").body("valid", equalTo(true)).body("checked", equalTo(2));
    verify("&from=2").body("valid", equalTo(false)).body("first_broken_seq", equalTo(4));
  }

  @Test
  void aHeadThatIsAheadOfItsEventsIsFound() throws SQLException {
    tamper("update audit_head set last_seq = 9 where project = '%1$s'");

    verify("").body("valid", equalTo(false)).body("first_broken_seq", equalTo(EVENTS + 1));
  }

  @Test
  void aCheckpointIsTheSameInTheTableTheFileAndTheTopic() throws IOException {
    List<String> lines = Files.readAllLines(vouching);

    assertThat(
            given()
                .accept("application/x-ndjson")
                .get("/v1/audit/checkpoints?project={p}", project)
                .asString()
                .lines())
        .startsWith(lines.toArray(String[]::new));
    given()
        .get("/v1/audit/checkpoints?project={p}", project)
        .then()
        .statusCode(200)
        .body("items.line", equalTo(lines));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        TopicReader.all(
                            Topic.CHECKPOINTS, AuditCheckpointed.parser(), project::equals))
                    .extracting(seen -> seen.event().getLine())
                    .containsExactlyElementsOf(lines));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "verify | project",
        "verify?project=../x | project",
        "verify?project=%00 | project",
        "verify?project=p&from=0 | from",
        "verify?project=p&from=x | from",
        "verify?project=p&from=5&to=4 | to",
        "verify?project=p&to=99999999999999999999 | to",
        "export | project",
        "export?project=a/b | project",
        "checkpoints | project",
        "checkpoints?project=p&after=-1 | after",
        "checkpoints?project=p&limit=5000 | limit"
      })
  void whatMakesNoSenseIsRefusedByItsField(String query, String field) {
    given()
        .urlEncodingEnabled(false)
        .get("/v1/audit/" + query)
        .then()
        .statusCode(400)
        .body("field", equalTo(field));
  }

  @Test
  void theMetricsTellHowTheLogsStand() {
    assertThat(given().get("/q/metrics").asString())
        .contains(
            "registry_audit_chain_valid ",
            "registry_audit_chain_check_age_seconds ",
            "registry_audit_checkpoints_total ");
  }

  @Test
  void aLogThatIsNotThereIsSaidToBe() {
    given().get("/v1/audit/verify?project=nobody").then().statusCode(404);
    given().get("/v1/audit/export?project=nobody").then().statusCode(404);
  }

  private ValidatableResponse verify(String more) {
    return given()
        .get("/v1/audit/verify?project=" + project + more)
        .then()
        .statusCode(200)
        .body("project", equalTo(project));
  }

  private String export() {
    return given()
        .get("/v1/audit/export?project={p}", project)
        .then()
        .statusCode(200)
        .extract()
        .asString();
  }

  private ChainReport offline() throws IOException {
    Path export = Files.writeString(folder.resolve("export.ndjson"), export());
    return OfflineCheck.check(export, vouching, config.auditDir().resolve("checkpoint.pub.pem"));
  }

  private void tamper(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String table : List.of("audit_event", "audit_head", "audit_checkpoint")) {
        statement.execute("alter table " + table + " disable trigger user");
      }
      statement.execute(sql.replace("%1$s", project));
      for (String table : List.of("audit_event", "audit_head", "audit_checkpoint")) {
        statement.execute("alter table " + table + " enable trigger user");
      }
      connection.commit();
      connection.setAutoCommit(true);
    }
  }
}
