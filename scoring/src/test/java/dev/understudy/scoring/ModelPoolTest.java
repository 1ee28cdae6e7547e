package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.testkit.Graphs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  void batchesOfAModelThatTakesNoneAreRefused() {
    byte[] content = Graphs.oneAnswerForAllRows();
    RunPolicy policy = RunPolicy.standard().withBatching(RunPolicy.Batching.ON, 8, Duration.ZERO);

    assertThatThrownBy(
            () ->
                pool.lease(ModelLoader.digest(content), Contracts.number(), policy, () -> content))
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
            pool.lease(ModelLoader.digest(content), Contracts.number(), policy, () -> content)) {
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
