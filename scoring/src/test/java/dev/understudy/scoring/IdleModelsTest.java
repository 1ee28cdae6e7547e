package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.understudy.testkit.Graphs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a pool keeps that nobody holds, with real models. */
class IdleModelsTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final ModelPool.Owner OWNER = new ModelPool.Owner("p", "m");

  /** Enough for two of the small graphs, not for three. */
  private static final long TWO = 5 << 19;

  @Test
  void whatIsWantedAgainNeedsNoLoad() throws Exception {
    try (ModelPool pool = pool(2, Long.MAX_VALUE)) {
      OnnxModel first = used(pool, 1);
      OnnxModel second = used(pool, 2);
      assertThat(pool.size()).isZero();
      assertThat(pool.idle()).isEqualTo(2);

      try (ModelPool.Lease again = lease(pool, 1, pool.standard())) {
        assertThat(again.model()).isSameAs(first);
        assertThat(again.statistics().runs()).isZero();
        assertThat(score(again)).isInstanceOf(Score.Answered.class);
        assertThat(pool.idle()).isOne();
      }

      assertThat(pool.loads()).isEqualTo(2);
      assertThat(pool.revivals()).isOne();
      assertThat(second.isReleased()).isFalse();
    }
  }

  @Test
  void itMayBeRunOtherwiseThanBefore() throws Exception {
    try (ModelPool pool = pool(2, Long.MAX_VALUE)) {
      OnnxModel model = used(pool, 1);
      RunPolicy inItsRoom = pool.standard().withCheap(Duration.ZERO).withCapacity(1, 1);

      try (ModelPool.Lease again = lease(pool, 1, inItsRoom)) {
        assertThat(again.model()).isSameAs(model);
        assertThat(score(again)).isInstanceOf(Score.Answered.class);
        assertThat(again.statistics().waits()).isOne();
      }
      assertThat(pool.loads()).isOne();
    }
  }

  @Test
  void aPolicyThatItCannotKeepIsRefusedAndItIsGone() throws Exception {
    try (ModelPool pool = pool(2, Long.MAX_VALUE)) {
      byte[] graph = Graphs.oneAnswerForAllRows();
      lease(pool, graph, pool.standard()).close();
      RunPolicy batches = pool.standard().withBatching(RunPolicy.Batching.ON, 8, Duration.ZERO);

      assertThatThrownBy(() -> lease(pool, graph, batches)).isInstanceOf(ModelRefused.class);

      assertThat(pool.idle()).isZero();
      assertThat(pool.usedBytes()).isZero();
    }
  }

  @Test
  void itHasNoThreadsOfItsOwn() throws Exception {
    try (ModelPool pool = pool(2, Long.MAX_VALUE)) {
      byte[] graph = Graphs.sigmoid(77);
      String threads = "score-" + ModelLoader.digest(graph).substring(0, 8);
      try (ModelPool.Lease lease = lease(pool, graph, pool.standard().withCheap(Duration.ZERO))) {
        score(lease);
        assertThat(threadNames()).anyMatch(name -> name.startsWith(threads));
      }

      assertThat(pool.idle()).isOne();
      await()
          .untilAsserted(
              () -> assertThat(threadNames()).noneMatch(name -> name.startsWith(threads)));
    }
  }

  @Test
  void ofMoreThanMayBeIdleTheOneThatIsUnusedForLongestGoes() throws Exception {
    try (ModelPool pool = pool(2, Long.MAX_VALUE)) {
      OnnxModel first = used(pool, 1);
      OnnxModel second = used(pool, 2);
      used(pool, 1);
      OnnxModel third = used(pool, 3);

      assertThat(second.isReleased()).isTrue();
      assertThat(List.of(first.isReleased(), third.isReleased())).containsOnly(false);
      assertThat(pool.unloads(ModelPool.Cause.NUMBER)).isOne();
      assertThat(pool.usedBytes()).isLessThan(TWO);
    }
  }

  @Test
  void oneThatNeverScoredAnythingGoesBeforeThoseThatDid() throws Exception {
    try (ModelPool pool = pool(2, Long.MAX_VALUE)) {
      OnnxModel first = used(pool, 1);
      OnnxModel never;
      try (ModelPool.Lease lease = lease(pool, 2, pool.standard())) {
        never = (OnnxModel) lease.model();
      }
      OnnxModel third = used(pool, 3);

      assertThat(never.isReleased()).isTrue();
      assertThat(List.of(first.isReleased(), third.isReleased())).containsOnly(false);
    }
  }

  @Test
  void aLoadThatNeedsRoomUnloadsWhatIsIdleAndNothingElse() throws Exception {
    try (ModelPool pool = pool(2, TWO)) {
      OnnxModel first = used(pool, 1);
      OnnxModel second = used(pool, 2);

      try (ModelPool.Lease third = lease(pool, 3, pool.standard())) {
        assertThat(first.isReleased()).isTrue();
        assertThat(second.isReleased()).isFalse();
        assertThat(pool.unloads(ModelPool.Cause.MEMORY)).isOne();

        try (ModelPool.Lease again = lease(pool, 2, pool.standard())) {
          assertThatThrownBy(() -> lease(pool, 4, pool.standard()))
              .isInstanceOfSatisfying(
                  ModelRefused.class,
                  refused -> assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.TOO_LARGE))
              .hasMessageContaining("the 2 models in use");
          assertThat(score(again)).isInstanceOf(Score.Answered.class);
          assertThat(score(third)).isInstanceOf(Score.Answered.class);
        }
      }
    }
  }

  @Test
  void nothingIsUnloadedForALoadThatDoesNotFitAnyway() throws Exception {
    try (ModelPool pool = pool(2, TWO);
        ModelPool.Lease held = lease(pool, 1, pool.standard())) {
      OnnxModel idle = used(pool, 2);
      byte[] large = new byte[1 << 20];

      assertThatThrownBy(() -> lease(pool, large, pool.standard()))
          .hasMessageContaining("unloading the 1 idle ones would not suffice");

      assertThat(idle.isReleased()).isFalse();
      assertThat(score(held)).isInstanceOf(Score.Answered.class);
    }
  }

  @Test
  void aLoadWaitsForWhatIsComingToRest() throws Exception {
    IdleModels memory = new IdleModels(1, 10);
    assertThat(memory.reserve(10)).isTrue();
    assertThat(memory.reserve(10)).isFalse();
    memory.restBegins();
    CompletableFuture<Boolean> reserved = new CompletableFuture<>();
    Thread load = Thread.ofPlatform().start(() -> reserved.complete(memory.reserve(10)));
    await().until(() -> load.getState() == Thread.State.WAITING);

    memory.release(10);
    memory.restEnds();

    assertThat(reserved.join()).isTrue();
    assertThat(memory.usedBytes()).isEqualTo(10);
  }

  @Test
  void aLoadThatWaitsForRestInVainIsRefused() throws Exception {
    IdleModels memory = new IdleModels(1, 10);
    assertThat(memory.reserve(10)).isTrue();
    memory.restBegins();
    CompletableFuture<Boolean> reserved = new CompletableFuture<>();
    Thread load = Thread.ofPlatform().start(() -> reserved.complete(memory.reserve(10)));
    await().until(() -> load.getState() == Thread.State.WAITING);

    memory.restEnds();

    assertThat(reserved.join()).isFalse();
  }

  @Test
  void aLeaseSaysWhetherItNeededALoad() throws Exception {
    try (ModelPool pool = pool(2, Long.MAX_VALUE)) {
      try (ModelPool.Lease first = lease(pool, 1, pool.standard());
          ModelPool.Lease second = lease(pool, 1, pool.standard())) {
        assertThat(first.isFresh()).isTrue();
        assertThat(second.isFresh()).isFalse();
      }
      try (ModelPool.Lease revived = lease(pool, 1, pool.standard())) {
        assertThat(revived.isFresh()).isFalse();
      }
    }
  }

  @Test
  void noneIsKeptWhereNoneMayBe() throws Exception {
    try (ModelPool pool = pool(0, Long.MAX_VALUE)) {
      assertThat(used(pool, 1).isReleased()).isTrue();
      assertThat(pool.usedBytes()).isZero();
      assertThat(pool.unloads(ModelPool.Cause.NUMBER)).isZero();
    }
  }

  @Test
  void anotherModelOfTheSameArtefactDoesNotGetIt() throws Exception {
    try (ModelPool pool = pool(2, Long.MAX_VALUE)) {
      OnnxModel idle = used(pool, 1);
      byte[] graph = Graphs.sigmoid(1);

      try (ModelPool.Lease other =
          pool.lease(
              new ModelPool.Owner("q", "m"),
              ModelLoader.digest(graph),
              Contracts.number(),
              pool.standard(),
              () -> graph)) {
        assertThat(other.model()).isNotSameAs(idle);
      }
    }
  }

  @Test
  void whatLivesElsewhereIsAskedAnew() throws Exception {
    try (OipServer server = new OipServer();
        ModelPool pool =
            new ModelPool(
                RunPolicy.standard(),
                Long.MAX_VALUE,
                new RemoteAccess(Set.of("127.0.0.1"), 4, 4096),
                2)) {
      server.infer =
          request ->
              OipServer.Reply.json(
                  200,
                  "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [1],"
                      + " \"data\": [0.5]}]}");
      byte[] remote =
          "{\"understudy_remote\": {\"protocol\": \"rest\", \"url\": \"%s\", \"model\": \"credit\"}}"
              .formatted(server.address())
              .getBytes(UTF_8);
      lease(pool, remote, pool.standard()).close();

      assertThat(pool.idle()).isZero();
      assertThat(pool.usedBytes()).isZero();
    }
  }

  @Test
  void nothingIsLeftBehindWhenThePoolIsClosed() throws Exception {
    ModelPool pool = pool(2, Long.MAX_VALUE);
    OnnxModel idle = used(pool, 1);
    ModelPool.Lease held = lease(pool, 2, pool.standard());
    OnnxModel late = (OnnxModel) held.model();

    pool.close();
    assertThat(idle.isReleased()).isTrue();
    assertThat(late.isReleased()).isFalse();
    held.close();

    assertThat(late.isReleased()).isTrue();
    assertThat(pool.usedBytes()).isZero();
  }

  private static ModelPool pool(int idle, long bytes) {
    return new ModelPool(RunPolicy.standard().withCapacity(1, 4), bytes, RemoteAccess.NONE, idle);
  }

  /** A version that has scored something and was given back. */
  private static OnnxModel used(ModelPool pool, float slope) throws Exception {
    try (ModelPool.Lease lease = lease(pool, slope, pool.standard())) {
      score(lease);
      return (OnnxModel) lease.model();
    }
  }

  private static Score score(ModelPool.Lease lease) {
    Map<String, Tensor> x = Map.of("x", Tensor.ofFloats("x", new long[] {1}, 0));
    return lease.score(x, LONG).toCompletableFuture().join();
  }

  private static ModelPool.Lease lease(ModelPool pool, float slope, RunPolicy policy)
      throws Exception {
    return lease(pool, Graphs.sigmoid(slope), policy);
  }

  private static ModelPool.Lease lease(ModelPool pool, byte[] content, RunPolicy policy)
      throws Exception {
    return pool.lease(
        OWNER, ModelLoader.digest(content), Contracts.number(), policy, () -> content);
  }

  private static List<String> threadNames() {
    Thread[] threads = new Thread[Thread.activeCount() + 50];
    int count = Thread.enumerate(threads);
    return IntStream.range(0, count).mapToObj(i -> threads[i].getName()).toList();
  }
}
