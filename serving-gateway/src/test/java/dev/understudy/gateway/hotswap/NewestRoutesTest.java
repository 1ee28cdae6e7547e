package dev.understudy.gateway.hotswap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.contracts.v1.Batching;
import dev.understudy.contracts.v1.BatchingMode;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.testkit.Graphs;
import org.junit.jupiter.api.Test;

class NewestRoutesTest {
  private static final VersionRef V1 = Published.version("1", Graphs.sigmoid(1));
  private static final VersionRef V2 = Published.version("2", Graphs.sigmoid(2));

  private final NewestRoutes newest = new NewestRoutes();

  @Test
  void theLastPolicyOfTheLastRevisionIsTheNewest() {
    RoutePublished last = route(2, V1, 8);
    newest.take(route(1, V2, 4));
    newest.take(route(2, V1, 4));
    newest.take(last);
    newest.take(Published.model("p", "other").setCommitted(Published.single(1, V1)).build());

    assertThat(newest.all()).hasSize(2).contains(last);
  }

  @Test
  void anOlderRevisionAndAnotherRouteOfTheSameAreNot() {
    RoutePublished good = route(5, V1, 4);
    newest.take(good);
    newest.take(route(4, V2, 4));
    newest.take(route(5, V2, 4));

    assertThat(newest.all()).containsExactly(good);
  }

  @Test
  void whatIsPreparedBelongsToTheRecord() {
    RoutePublished preparing =
        route(1, V1, 4).toBuilder().setPrepared(Published.single(2, V2)).build();
    newest.take(route(1, V1, 4));
    newest.take(preparing);
    assertThat(newest.all()).containsExactly(preparing);

    newest.take(route(1, V1, 4));
    assertThat(newest.all()).containsExactly(route(1, V1, 4));
  }

  private static RoutePublished route(long revision, VersionRef version, int mostRows) {
    return Published.model("p", "m")
        .setCommitted(Published.single(revision, version))
        .setServing(
            ServingPolicy.newBuilder()
                .setBatching(Batching.newBuilder().setMode(BatchingMode.ON).setMostRows(mostRows)))
        .build();
  }
}
