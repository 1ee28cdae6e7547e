package dev.understudy.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.registry.RegistrySettings;
import dev.understudy.registry.chain.ChainHash;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Boots the registry: many transactions write into one project's log at once. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class AuditTrailTest {
  private static final int THREADS = 8;
  private static final int EACH = 25;

  @Inject AuditTrail trail;
  @Inject AuditEvents events;

  @Test
  void manyTransactionsAtOnceMakeOneChainAndOneThatFailsLeavesNoGap() throws Exception {
    String project = "p-" + UUID.randomUUID();
    List<Callable<Integer>> writers = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      int number = thread;
      writers.add(() -> write(project, number));
    }

    int written = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (Future<Integer> done : threads.invokeAll(writers)) {
        written += done.get();
      }
    }

    List<AuditEvent> all =
        QuarkusTransaction.requiringNew()
            .call(() -> events.list("project = ?1 order by seq", project));
    assertThat(all).hasSize(written);
    byte[] previous = ChainHash.genesis();
    for (int i = 0; i < all.size(); i++) {
      AuditEvent event = all.get(i);
      assertThat(event.seq).isEqualTo(i + 1);
      assertThat(event.previousHash).isEqualTo(previous);
      previous = ChainHash.of(event.seq, previous, event.envelope);
      assertThat(event.hash).isEqualTo(previous);
    }
  }

  @Test
  void whatADoubleCannotHoldIsWrittenAsText() {
    String project = "p-" + UUID.randomUUID();
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                trail.record(
                    project,
                    null,
                    "api",
                    "tried",
                    "thing/1",
                    Map.of("n", Long.MAX_VALUE, "d", 1e17)));

    assertThat(trail.page(project, null, 0, 10).getFirst().detail())
        .isEqualTo("{\"d\":100000000000000000,\"n\":\"9223372036854775807\"}");
  }

  /** Two events in each transaction; every fifth transaction fails. */
  private int write(String project, int thread) {
    int written = 0;
    for (int i = 0; i < EACH; i++) {
      int number = i;
      Runnable work =
          () -> {
            trail.record(project, null, "api", "tried", "thing/" + thread, Map.of("i", number));
            trail.record(project, "m", "api", "did", "thing/" + thread, Map.of("x", 0.5));
            if (number % 5 == 0) {
              throw new IllegalStateException("does not come to pass");
            }
          };
      if (number % 5 == 0) {
        assertThatThrownBy(() -> QuarkusTransaction.requiringNew().run(work))
            .hasMessageContaining("does not come to pass");
      } else {
        QuarkusTransaction.requiringNew().run(work);
        written += 2;
      }
    }
    return written;
  }
}
