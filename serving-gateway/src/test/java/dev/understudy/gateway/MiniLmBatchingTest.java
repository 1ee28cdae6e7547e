package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.contracts.Digest;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.RemoteAccess;
import dev.understudy.scoring.RunPolicy;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** A transformer in the pool, whose requests are of two free dimensions. */
class MiniLmBatchingTest {
  private static final int SENTENCES = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Offset<Float> ALIKE = within(1e-4f);

  // Nothing is cheap, and a batch waits until it is full.
  private static final RunPolicy BATCHES =
      RunPolicy.standard()
          .withCapacity(1, 64)
          .withBatching(RunPolicy.Batching.ON, SENTENCES, Duration.ofSeconds(1))
          .withCheap(Duration.ZERO);

  @Test
  void sentencesOfEqualLengthShareARun() throws Exception {
    long[][] shorter = MiniLm.sentences(SENTENCES, 6);
    long[][] longer = MiniLm.sentences(SENTENCES, 24);
    List<CompletionStage<Score>> scores = new ArrayList<>();
    ModelPool pool = new ModelPool(BATCHES, Long.MAX_VALUE, RemoteAccess.NONE);
    byte[] graph = MiniLm.graph();
    try (MiniLm direct = new MiniLm();
        ModelPool.Lease lease = pool.lease(Digest.of(graph), contract(), () -> graph)) {
      for (int i = 0; i < SENTENCES; i++) {
        scores.add(lease.score(request(shorter[i]), PATIENCE));
        scores.add(lease.score(request(longer[i]), PATIENCE));
      }

      float[] ofShorter = direct.run(shorter);
      float[] ofLonger = direct.run(longer);
      for (int i = 0; i < SENTENCES; i++) {
        assertThat(answer(scores.get(2 * i))).containsExactly(part(ofShorter, i), ALIKE);
        assertThat(answer(scores.get(2 * i + 1))).containsExactly(part(ofLonger, i), ALIKE);
      }
      assertThat(lease.statistics().runs()).isEqualTo(2);
      assertThat(lease.statistics().rows()).isEqualTo(2 * SENTENCES);
    }
  }

  // Its answers depend on what else is in a run, which a caller is not to notice unasked.
  @Test
  void sentencesDoNotShareARunUnlessThePolicySaysSo() throws Exception {
    long[][] sentences = MiniLm.sentences(SENTENCES, 6);
    List<CompletionStage<Score>> scores = new ArrayList<>();
    RunPolicy automatic =
        BATCHES.withBatching(RunPolicy.Batching.AUTO, SENTENCES, Duration.ofSeconds(1));
    ModelPool pool = new ModelPool(automatic, Long.MAX_VALUE, RemoteAccess.NONE);
    byte[] graph = MiniLm.graph();
    try (MiniLm direct = new MiniLm();
        ModelPool.Lease lease = pool.lease(Digest.of(graph), contract(), () -> graph)) {
      for (long[] sentence : sentences) {
        scores.add(lease.score(request(sentence), PATIENCE));
      }

      for (int i = 0; i < SENTENCES; i++) {
        assertThat(answer(scores.get(i)))
            .containsExactly(direct.run(new long[][] {sentences[i]}), ALIKE);
      }
      assertThat(lease.statistics().runs()).isEqualTo(SENTENCES);
    }
  }

  private static float[] answer(CompletionStage<Score> score) {
    Score.Answered answered = (Score.Answered) score.toCompletableFuture().join();
    Tensor output = answered.outputs().getFirst();
    float[] values = new float[output.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) output.number(i);
    }
    return values;
  }

  private static float[] part(float[] all, int sentence) {
    int size = all.length / SENTENCES;
    return Arrays.copyOfRange(all, sentence * size, (sentence + 1) * size);
  }

  private static Map<String, Tensor> request(long[] sentence) {
    Map<String, Tensor> request = new HashMap<>();
    for (String input : MiniLm.INPUTS) {
      long[] values = MiniLm.values(input, new long[][] {sentence})[0];
      request.put(
          input, Tensor.ofIntegers(input, Datatype.INT64, new long[] {1, sentence.length}, values));
    }
    return request;
  }

  private static ModelContract contract() {
    List<Column> columns = new ArrayList<>();
    for (String input : MiniLm.INPUTS) {
      columns.add(
          new Column(
              input,
              Datatype.INT64,
              List.of(-1L, -1L),
              false,
              false,
              List.of(),
              OptionalDouble.empty(),
              OptionalDouble.empty()));
    }
    return new ModelContract(
        new InputContract(columns),
        List.of(
            new TensorSpec(MiniLm.OUTPUT, Datatype.FP32, List.of(-1L, -1L, (long) MiniLm.WIDTH))));
  }
}
