package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.testkit.Graphs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ModelPoolTest {
  private final ModelPool pool = new ModelPool(1, 4);
  private final AtomicInteger fetched = new AtomicInteger();

  @Test
  void theSameArtefactIsLoadedOnce() throws Exception {
    try (ModelPool.Lease first = lease(1);
        ModelPool.Lease second = lease(1);
        ModelPool.Lease other = lease(2)) {
      assertThat(first.model()).isSameAs(second.model()).isNotSameAs(other.model());
      assertThat(fetched).hasValue(2);
      assertThat(pool.size()).isEqualTo(2);
    }
    assertThat(pool.size()).isZero();
  }

  @Test
  void aModelIsClosedAfterItsLastLease() throws Exception {
    ModelPool.Lease first = lease(1);
    ModelPool.Lease last = lease(1);
    OnnxModel model = (OnnxModel) first.model();

    first.close();
    first.close();
    assertThat(model.isReleased()).isFalse();
    last.close();

    assertThat(model.isReleased()).isTrue();
  }

  @Test
  void whatCouldNotBeLoadedIsTriedAgain() throws Exception {
    byte[] content = Graphs.sigmoid(1);
    String digest = ModelLoader.digest(content);
    assertThatThrownBy(
            () ->
                pool.lease(
                    digest,
                    Contracts.number(),
                    () -> {
                      throw new IOException("away");
                    }))
        .hasMessage("away");

    try (ModelPool.Lease lease = pool.lease(digest, Contracts.number(), () -> content)) {
      assertThat(lease.model().platform()).isEqualTo("onnx_onnxv1");
    }
  }

  @Test
  void aModelBeyondTheMemoryIsRefusedUntilAnotherIsGivenBack() throws Exception {
    byte[] content = Graphs.sigmoid(1);
    byte[] other = Graphs.sigmoid(2);
    ModelPool small = new ModelPool(RunPolicy.standard(), 3 << 19, RemoteAccess.NONE);
    ModelPool.Lease first =
        small.lease(ModelLoader.digest(content), Contracts.number(), () -> content);

    assertThatThrownBy(
            () -> small.lease(ModelLoader.digest(other), Contracts.number(), () -> other))
        .isInstanceOfSatisfying(
            ModelRefused.class,
            refused -> assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.TOO_LARGE))
        .hasMessageContaining("the 1 models in use");

    first.close();
    assertThat(small.usedBytes()).isZero();
    small.lease(ModelLoader.digest(other), Contracts.number(), () -> other).close();
    assertThat(small.usedBytes()).isZero();
  }

  @Test
  void neitherALookUpNorALoadWaitsForALoadOfAnotherVersion() throws Exception {
    try (ModelPool.Lease loaded = lease(1);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch mayEnd = new CountDownLatch(1);
      byte[] slow = Graphs.sigmoid(3);
      Future<ModelPool.Lease> hanging =
          threads.submit(
              () ->
                  pool.lease(
                      ModelLoader.digest(slow),
                      Contracts.number(),
                      () -> {
                        begun.countDown();
                        awaitQuietly(mayEnd);
                        return slow;
                      }));
      begun.await();

      try (ModelPool.Lease again = lease(1);
          ModelPool.Lease other = lease(2)) {
        assertThat(again.model()).isSameAs(loaded.model());
        assertThat(other.model()).isNotSameAs(loaded.model());
        assertThat(hanging).isNotDone();
      }
      mayEnd.countDown();
      hanging.get().close();
    }
  }

  @Test
  void whoWantsWhatIsBeingLoadedWaitsForThatLoad() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<ModelPool.Lease>> leases = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        leases.add(threads.submit(() -> lease(1)));
      }

      for (Future<ModelPool.Lease> lease : leases) {
        assertThat(lease.get().model()).isSameAs(leases.getFirst().get().model());
      }
      assertThat(fetched).hasValue(1);
      for (Future<ModelPool.Lease> lease : leases) {
        lease.get().close();
      }
      assertThat(pool.size()).isZero();
    }
  }

  @Test
  void noModelIsWarmedUpWithWhatAnotherWasAsked() throws Exception {
    ModelPool.Owner mine = new ModelPool.Owner("p", "mine");
    List<ModelPool.Owner> others =
        List.of(
            new ModelPool.Owner("p", "other"),
            new ModelPool.Owner("q", "mine"),
            ModelPool.Owner.NOBODY);
    byte[] here = Graphs.sigmoid(1);
    ModelPool both =
        new ModelPool(
            RunPolicy.standard(), Long.MAX_VALUE, new RemoteAccess(Set.of("127.0.0.1"), 4, 4096));
    try (OipServer server = new OipServer();
        ModelPool.Lease asked = lease(both, mine, here)) {
      List<String> seen = new CopyOnWriteArrayList<>();
      server.infer =
          request -> {
            seen.add(new String(request.body(), UTF_8));
            return OipServer.Reply.json(
                200,
                "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [1],"
                    + " \"data\": [0.5]}]}");
          };
      Map<String, Tensor> secret = Map.of("x", Tensor.ofFloats("x", new long[] {1}, 4711));
      // One of about a hundred is recorded.
      for (int i = 0; i < 20_000; i++) {
        asked.score(secret, Duration.ofSeconds(20)).toCompletableFuture().join();
      }
      byte[] elsewhere = remote(server);

      for (ModelPool.Owner other : others) {
        lease(both, other, elsewhere).close();
        try (ModelPool.Lease same = lease(both, other, here)) {
          assertThat(same.model()).isNotSameAs(asked.model());
        }
      }
      assertThat(seen).isNotEmpty().noneMatch(body -> body.contains("4711"));
      lease(both, mine, elsewhere).close();
      assertThat(seen).anyMatch(body -> body.contains("4711"));
    }
  }

  private static byte[] remote(OipServer server) {
    return """
        {"understudy_remote": {"protocol": "rest", "url": "%s", "model": "credit"}}
        """
        .formatted(server.address())
        .getBytes(UTF_8);
  }

  private static ModelPool.Lease lease(ModelPool pool, ModelPool.Owner owner, byte[] content)
      throws Exception {
    return pool.lease(
        owner, ModelLoader.digest(content), Contracts.number(), pool.standard(), () -> content);
  }

  @Test
  void batchesOfAModelThatTakesNoneAreRefused() {
    byte[] content = Graphs.oneAnswerForAllRows();
    RunPolicy policy = RunPolicy.standard().withBatching(RunPolicy.Batching.ON, 8, Duration.ZERO);

    assertThatThrownBy(
            () ->
                pool.lease(
                    ModelPool.Owner.NOBODY,
                    ModelLoader.digest(content),
                    Contracts.number(),
                    policy,
                    () -> content))
        .hasMessageContaining("set the batching to AUTO");

    assertThat(pool.size()).isZero();
    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  void anotherPolicyIsAnotherLoad() throws Exception {
    byte[] content = Graphs.sigmoid(1);
    RunPolicy policy = RunPolicy.standard().withCheap(Duration.ZERO);
    try (ModelPool.Lease standard = lease(1);
        ModelPool.Lease other =
            pool.lease(
                ModelPool.Owner.NOBODY,
                ModelLoader.digest(content),
                Contracts.number(),
                policy,
                () -> content)) {
      assertThat(other.model()).isNotSameAs(standard.model());
      assertThat(other.isCheap(Map.of("x", Tensor.ofFloats("x", new long[] {1}, 0)))).isFalse();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ModelPool.Lease lease(float slope) throws Exception {
    byte[] content = Graphs.sigmoid(slope);
    return pool.lease(
        ModelLoader.digest(content),
        Contracts.number(),
        () -> {
          fetched.incrementAndGet();
          return content;
        });
  }
}
