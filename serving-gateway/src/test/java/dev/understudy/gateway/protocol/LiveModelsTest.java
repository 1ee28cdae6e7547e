package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.Digest;
import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.Contracts;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.scoring.ModelPool;
import dev.understudy.testkit.Graphs;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LiveModelsTest {
  private static final Optional<String> ANY = Optional.empty();

  private final AtomicReference<RoutingTable> table = new AtomicReference<>(RoutingTable.EMPTY);

  @Test
  void aModelThatGoesLiveWhileItIsLookedForIsFound() throws Exception {
    byte[] graph = Graphs.sigmoid(1);
    try (ModelPool.Lease lease =
        new ModelPool(1, 1).lease(Digest.of(graph), Contracts.number(), () -> graph)) {
      ServedModel model =
          new ServedModel(
              "p", "m", new Route.Single(1, "1"), Contracts.number(), Map.of("1", lease));
      Readiness goesLive =
          new Readiness() {
            @Override
            public boolean isReady() {
              return true;
            }

            @Override
            public boolean awaits(String name) {
              table.updateAndGet(before -> before.with(model));
              return false;
            }
          };

      assertThat(new LiveModels(table::get, goesLive).find("m", ANY)).isSameAs(model);

      table.set(RoutingTable.EMPTY);
      assertRefused(new LiveModels(table::get, goesLive), Optional.of("2"));
    }
  }

  @Test
  void aModelThatNobodyAwaitsIsNotFound() {
    assertRefused(new LiveModels(table::get, () -> true), ANY);
  }

  private static void assertRefused(LiveModels models, Optional<String> version) {
    assertThatThrownBy(() -> models.find("m", version))
        .isInstanceOfSatisfying(
            RequestRefused.class,
            refused -> assertThat(refused.problem()).isEqualTo(ProblemType.NOT_FOUND));
  }
}
