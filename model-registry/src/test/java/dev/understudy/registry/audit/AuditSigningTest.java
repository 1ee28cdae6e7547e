package dev.understudy.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.understudy.registry.RegistrySettings;
import dev.understudy.registry.chain.ChainReport;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Boots the registry: who signs, when, and what is not signed. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class AuditSigningTest {
  @Inject AuditTrail trail;
  @Inject AuditCheckpointer checkpointer;
  @Inject Checkpoints checkpoints;
  @Inject AuditProof proof;
  @Inject AgroalDataSource database;

  private final String project = "p-" + UUID.randomUUID();

  @Test
  void severalSignersAtOnceMakeEachCheckpointOnce() throws Exception {
    Callable<Void> signer =
        () -> {
          for (int i = 0; i < 20; i++) {
            write(3);
            checkpointer.sign(project);
            checkpointer.write(project);
          }
          return null;
        };

    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Void> done : threads.invokeAll(Collections.nCopies(4, signer))) {
        done.get();
      }
    }

    List<Long> sizes =
        proof.checkpoints(project, 0, 1000).stream().map(checkpoint -> checkpoint.size()).toList();
    assertThat(sizes).isNotEmpty().doesNotHaveDuplicates().isSorted();
    ChainReport report = proof.verify(project, 1, null, () -> true).orElseThrow();
    assertThat(report.valid()).isTrue();
    assertThat(report.checked()).isEqualTo(240);
  }

  @Test
  void nothingIsSignedOnTopOfWhatDoesNotHold() throws Exception {
    // In one transaction, so that the registry's own watch never sees it as it was.
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              trail.record(project, null, "api", "did", "thing/1", Map.of());
              trail.record(project, null, "api", "did", "thing/1", Map.of());
              try (Connection connection = database.getConnection()) {
                change(
                    connection,
                    "update audit_event set envelope = replace(envelope, 'did', 'saw')"
                        + " where project = '%s' and seq = 2");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });

    refusesToSign("event 2 ");
  }

  @Test
  void aLogWhoseCheckpointsWereRemovedIsNotSignedAnew() throws Exception {
    write(2);
    signAll();
    tamper("delete from audit_checkpoint where project = '%s'");
    write(1);

    refusesToSign("is in the file and not in the database");
  }

  @Test
  void aCheckpointThatNobodySignedDoesNotGetIntoTheFile() throws Exception {
    write(2);
    signAll();
    write(3);
    tamper(
        "insert into audit_checkpoint (project, size, at, root, key, signature, edge)"
            + " select project, 1000, at, root, key, signature, edge from audit_checkpoint"
            + " where project = '%s' order by size desc limit 1");

    assertThatThrownBy(() -> checkpointer.write(project))
        .isInstanceOf(BrokenChain.class)
        .hasMessageContaining("over 1000 events is not signed by a known key");
    refusesToSign("over 1000 events is not signed");
    assertThat(proof.verify(project, 1, null, () -> true).orElseThrow().reason())
        .contains("over 1000 events", "not signed by a known key");
  }

  @Test
  void anEdgeThatIsNotThatOfItsRootIsNotBuiltOn() throws Exception {
    write(2);
    signAll();
    tamper("update audit_checkpoint set edge = sha256('x') where project = '%s'");
    write(1);

    refusesToSign("edge");
    assertThat(proof.verify(project, 3, null, () -> true).orElseThrow().valid()).isTrue();
  }

  @Test
  void theGaugeSaysWhetherEveryLogHolds() {
    AuditHealth health = new AuditHealth(Clock.systemUTC(), new SimpleMeterRegistry());
    assertThat(health.valid()).isNaN();

    health.checkedAll();
    assertThat(health.valid()).isEqualTo(1);
    health.broken("a", "it was changed");
    health.holds("b");
    assertThat(health.valid()).isZero();
    health.holds("a");
    assertThat(health.valid()).isEqualTo(1);
  }

  private void signAll() {
    // The registry's own watch may be at it.
    while (QuarkusTransaction.requiringNew()
            .call(() -> checkpoints.last(project).map(row -> row.size).orElse(0L))
        < 2) {
      checkpointer.sign(project);
    }
    checkpointer.write(project);
  }

  private void write(int events) {
    for (int i = 0; i < events; i++) {
      QuarkusTransaction.requiringNew()
          .run(() -> trail.record(project, null, "api", "did", "thing/1", Map.of()));
    }
  }

  /** The registry's own watch may hold the lock just now. */
  private void refusesToSign(String why) {
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> checkpointer.sign(project))
                    .isInstanceOf(BrokenChain.class)
                    .hasMessageContaining(why));
  }

  private void tamper(String sql) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      change(connection, sql);
      connection.commit();
      connection.setAutoCommit(true);
    }
  }

  private void change(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : List.of("audit_event", "audit_checkpoint")) {
        statement.execute("alter table " + table + " disable trigger user");
      }
      statement.execute(sql.formatted(project));
      for (String table : List.of("audit_event", "audit_checkpoint")) {
        statement.execute("alter table " + table + " enable trigger user");
      }
    }
  }
}
