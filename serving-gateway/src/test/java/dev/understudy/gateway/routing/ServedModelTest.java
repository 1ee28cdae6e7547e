package dev.understudy.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.contracts.Digest;
import dev.understudy.gateway.Contracts;
import dev.understudy.scoring.ModelPool;
import dev.understudy.testkit.Graphs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServedModelTest {
  private static final Route.Test TEST = new Route.Test("t", 0, "salt");
  private static final List<Route.Candidate> SECOND = List.of(new Route.Candidate("2", 0.5));

  private final ModelPool pool = new ModelPool(1, 1);

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void whereMemoryIsShortTheVersionUnderTestGivesWayUntilItIsTheCurrentOne() throws Exception {
    ModelPool.Lease first = lease(Graphs.sigmoid(1));
    ModelPool.Lease second = lease(Graphs.sigmoid(2));
    ModelPool.Lease standby = lease(Graphs.sigmoid(3));
    Map<String, ModelPool.Lease> all = Map.of("1", first, "2", second, "3", standby);

    for (Route test :
        List.of(
            new Route.Split(1, "1", SECOND, TEST),
            new Route.Shadow(2, "1", SECOND, TEST, Duration.ofSeconds(1)))) {
      served(test, all);

      assertThat(first.givesWay()).isFalse();
      assertThat(second.givesWay()).isTrue();
      assertThat(standby.givesWay()).isFalse();
    }

    served(new Route.Single(3, "2"), all);

    assertThat(second.givesWay()).isFalse();
    all.values().forEach(ModelPool.Lease::close);
  }

  @Test
  void theSameArtefactOnBothSidesGivesWayToNobody() throws Exception {
    ModelPool.Lease first = lease(Graphs.sigmoid(1));
    ModelPool.Lease second = lease(Graphs.sigmoid(1));

    served(new Route.Split(1, "1", SECOND, TEST), Map.of("1", first, "2", second));

    assertThat(first.givesWay()).isFalse();
    assertThat(second.givesWay()).isFalse();
    first.close();
    second.close();
  }

  private static void served(Route route, Map<String, ModelPool.Lease> leases) {
    assertThat(new ServedModel("p", "m", route, Contracts.number(), leases).versions())
        .containsExactlyInAnyOrderElementsOf(leases.keySet());
  }

  private ModelPool.Lease lease(byte[] graph) throws Exception {
    return pool.lease(Digest.of(graph), Contracts.number(), () -> graph);
  }
}
