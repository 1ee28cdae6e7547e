package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.Digest;
import dev.understudy.gateway.Contracts;
import dev.understudy.gateway.Documents;
import dev.understudy.scoring.Model;
import dev.understudy.scoring.ModelLoader;
import dev.understudy.scoring.ModelRefused;
import dev.understudy.scoring.RemoteAccess;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.ScoringRoom;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.Graphs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway's own port as the server that versions of another gateway live on. */
class GrpcRemoteTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final TestGrpc grpc;

  GrpcRemoteTest(@TempDir Path spool) throws IOException {
    grpc = new TestGrpc(spool);
  }

  @AfterEach
  void close() throws InterruptedException {
    grpc.close();
  }

  @Test
  void itIsAServerThatVersionsOfAnotherGatewayMayLiveOn() throws Exception {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(2));
    try (Model far = remote("m", "1");
        ScoringRoom room = new ScoringRoom("far", 1, 1)) {
      Tensor x = Tensor.ofFloats("x", new long[] {2}, 0, 1);

      Score score = far.score(Map.of("x", x), LONG, room).toCompletableFuture().join();

      assertThat(far.platform()).isEqualTo("remote_openinference");
      assertThat(((Score.Answered) score).output("p"))
          .isEqualTo(Tensor.ofFloats("p", new long[] {2}, 0.5f, 0.8807971f));

      Map<String, Tensor> bad = Map.of("x", Tensor.ofFloats("x", new long[] {1}, Float.NaN));
      assertThat(far.score(bad, LONG, room).toCompletableFuture().join())
          .isInstanceOfSatisfying(
              Score.Failed.class,
              failed -> assertThat(failed.errorClass()).isEqualTo("remote_refused"));
    }
  }

  @Test
  void aVersionThatItDoesNotServeIsRefusedForNow() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(2));

    assertThat(catchThrowableOfType(ModelRefused.class, () -> remote("m", "9")).reason())
        .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
    assertThat(catchThrowableOfType(ModelRefused.class, () -> remote("n", "1")).reason())
        .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
  }

  private Model remote(String model, String version) throws ModelRefused {
    URI here = URI.create("grpc://127.0.0.1:" + grpc.port.number());
    byte[] content = Documents.remote(here, model, version).getBytes(UTF_8);
    return ModelLoader.load(
        content,
        Digest.of(content),
        Contracts.number(),
        new RemoteAccess(Set.of("127.0.0.1"), 4, 1 << 16));
  }
}
