package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class HeapShareTest {
  private final HeapShare heap = new HeapShare(8 << 20);

  @Test
  void whatDoesNotFitWaitsForItsTurn() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      HeapShare.Held first = heap.read(artefact(5 << 20));
      HeapShare.Held second = heap.read(artefact(1 << 20));
      Future<HeapShare.Held> larger = threads.submit(() -> heap.read(artefact(16 << 20)));
      await().until(heap::someoneWaits);

      first.close();
      assertThat(larger).isNotDone();
      heap.read(artefact(1 << 10)).close();
      second.close();

      larger.get().close();
    }
  }

  @Test
  void whatCannotBeReadTakesNoRoom() throws Exception {
    ModelPool.Artefact away =
        new ModelPool.Artefact() {
          @Override
          public byte[] content() throws IOException {
            throw new IOException("away");
          }

          @Override
          public long bytes() {
            return 1 << 20;
          }
        };
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> heap.read(away)).hasMessage("away");
    }

    heap.read(artefact(8 << 20)).close();
  }

  private static ModelPool.Artefact artefact(int bytes) {
    return new ModelPool.Artefact() {
      @Override
      public byte[] content() {
        return new byte[bytes];
      }

      @Override
      public long bytes() {
        return bytes;
      }
    };
  }
}
