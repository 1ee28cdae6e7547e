package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testkit.Graphs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every function of the C API that is called, by what it does to real graphs. */
class OnnxRuntimeTest {
  @ParameterizedTest
  @EnumSource
  void everyDatatypeComesBackAsItWent(Datatype datatype) throws ModelRefused {
    Tensor sent = extremes(datatype, new long[] {3});

    assertThat(identity(datatype, List.of(-1L), sent).values()).isEqualTo(sent.values());
  }

  @ParameterizedTest
  @EnumSource
  void soItDoesWhereOnlyTheRunTellsTheShape(Datatype datatype) throws ModelRefused {
    Tensor sent = extremes(datatype, new long[] {1, 3});

    Tensor answer = identity(datatype, List.of(-1L, -1L), sent);

    assertThat(answer.values()).isEqualTo(sent.values());
    assertThat(answer.shape()).containsExactly(1, 3);
  }

  @Test
  void aTruthIsOneWhateverNumberSaysIt() throws ModelRefused {
    Tensor sent = Tensor.ofIntegers("x", Datatype.BOOL, new long[] {2}, 256, 0);

    assertThat(identity(Datatype.BOOL, List.of(-1L), sent).values()).isEqualTo(new long[] {1, 0});
  }

  @Test
  void noRowsAreAnsweredByNone() throws ModelRefused {
    for (Datatype datatype : Datatype.values()) {
      Tensor none = extremes(datatype, new long[] {0});

      assertThat(identity(datatype, List.of(-1L), none).size()).isZero();
    }
  }

  @Test
  void anInputThatIsAlsoAnOutputIsAnswered() throws ModelRefused {
    ModelContract contract =
        new ModelContract(
            new InputContract(List.of(Column.number("x", false))),
            List.of(
                new TensorSpec("x", Datatype.FP32, List.of(-1L)),
                new TensorSpec("p", Datatype.FP32, List.of(-1L))));
    try (OnnxModel model = OnnxModel.open(Graphs.handsItsInputOn(), contract)) {
      for (float value : new float[] {1, 2}) {
        Score.Answered answered =
            (Score.Answered) run(model, Tensor.ofFloats("x", new long[] {1}, value));

        assertThat(answered.output("x").number(0)).isEqualTo(value);
        assertThat(answered.output("p").number(0)).isEqualTo(value);
      }
    }
  }

  @Test
  void aTensorOfAnotherTypeOrShapeIsAFailureAndHarmsNoLaterRun() throws ModelRefused {
    try (OnnxModel model = OnnxModel.open(Graphs.trees(3, 2, 4), trees(4))) {
      Tensor sound = Tensor.ofFloats("x", new long[] {1, 4}, 1, 2, 3, 4);
      Score before = run(model, sound);

      assertThat(run(model, Tensor.ofFloats("x", new long[] {1, 3}, 1, 2, 3)))
          .isInstanceOf(Score.Failed.class);
      assertThat(run(model, Tensor.ofFloats("x", new long[] {4}, 1, 2, 3, 4)))
          .isInstanceOf(Score.Failed.class);
      assertThat(run(model, Tensor.ofDoubles("x", new long[] {1, 4}, 1, 2, 3, 4)))
          .isInstanceOf(Score.Failed.class);
      assertThat(run(model, Tensor.ofTexts("x", new long[] {1, 4}, "a", "b", "c", "d")))
          .isInstanceOf(Score.Failed.class);
      assertThat(run(model, Tensor.ofFloats("y", new long[] {1, 4}, 1, 2, 3, 4)))
          .isInstanceOfSatisfying(
              Score.Failed.class, failed -> assertThat(failed.errorClass()).isEqualTo("inputs"));

      assertThat(((Score.Answered) run(model, sound)).outputs())
          .isEqualTo(((Score.Answered) before).outputs());
    }
  }

  @Test
  void aThousandModelsLeaveNothingBehind() throws Exception {
    byte[] graph = Graphs.trees(20, 3, 4);
    Tensor x = Tensor.ofFloats("x", new long[] {2, 4}, new float[8]);
    loadAndClose(graph, x, 100);
    long handles = OnnxRuntime.live();
    long before = residentBytes();

    loadAndClose(graph, x, 1_000);

    assertThat(OnnxRuntime.live()).isEqualTo(handles);
    // A leaked session of this graph would keep some 100 kB, so a thousand of them 100 MB.
    assertThat(residentBytes() - before).isLessThan(64 << 20);
  }

  private static void loadAndClose(byte[] graph, Tensor x, int times) throws ModelRefused {
    for (int i = 0; i < times; i++) {
      try (OnnxModel model = OnnxModel.open(graph, trees(4))) {
        assertThat(run(model, x)).isInstanceOf(Score.Answered.class);
      }
    }
  }

  private static long residentBytes() throws Exception {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }

  private static ModelContract trees(int inputs) {
    return new ModelContract(
        new InputContract(List.of(column(Datatype.FP32, List.of(-1L, (long) inputs)))),
        List.of(new TensorSpec("p", Datatype.FP32, List.of(-1L, 1L))));
  }

  private static Tensor identity(Datatype datatype, List<Long> shape, Tensor sent)
      throws ModelRefused {
    ModelContract contract =
        new ModelContract(
            new InputContract(List.of(column(datatype, shape))),
            List.of(new TensorSpec("p", datatype, shape)));
    byte[] graph =
        Graphs.identity(
            OnnxElements.number(datatype), shape.stream().mapToLong(Long::longValue).toArray());
    try (OnnxModel model = OnnxModel.open(graph, contract)) {
      run(model, sent);
      // The second run reuses what the first one made.
      Score score = run(model, sent);
      assertThat(score).isInstanceOf(Score.Answered.class);
      return ((Score.Answered) score).output("p");
    }
  }

  private static Score run(OnnxModel model, Tensor x) {
    try (ScoringRoom room = new ScoringRoom("test", 1, 1)) {
      return model
          .score(Map.of(x.name(), x), Duration.ofSeconds(20), room)
          .toCompletableFuture()
          .join();
    }
  }

  private static Column column(Datatype datatype, List<Long> shape) {
    return new Column(
        "x",
        datatype,
        shape,
        false,
        false,
        List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  private static Tensor extremes(Datatype datatype, long[] shape) {
    int size = (int) Tensor.elements(shape);
    long[] range =
        switch (datatype) {
          case BOOL -> new long[] {0, 1, 1};
          case UINT8 -> new long[] {0, 255, 128};
          case INT8 -> new long[] {-128, 127, -1};
          case UINT16 -> new long[] {0, 65_535, 32_768};
          case INT16 -> new long[] {-32_768, 32_767, -1};
          case UINT32 -> new long[] {0, 4_294_967_295L, 1L << 31};
          case INT32 -> new long[] {Integer.MIN_VALUE, Integer.MAX_VALUE, -1};
          case UINT64, INT64 -> new long[] {Long.MIN_VALUE, Long.MAX_VALUE, -1};
          default -> new long[0];
        };
    return switch (datatype) {
      case FP32 ->
          Tensor.ofFloats(
              "x", shape, Arrays.copyOf(new float[] {-0f, Float.MAX_VALUE, 1.5f}, size));
      case FP64 ->
          Tensor.ofDoubles(
              "x", shape, Arrays.copyOf(new double[] {-0d, Double.MAX_VALUE, 1.5}, size));
      case FP16, BF16 ->
          Tensor.ofHalves(
              "x", datatype, shape, Arrays.copyOf(new short[] {1, 0x3c00, (short) 0xbf80}, size));
      case BYTES ->
          Tensor.ofBytes(
              "x",
              shape,
              Arrays.copyOf(
                  new byte[][] {{0, (byte) 0xff, 0}, {}, "Zürich".getBytes(UTF_8)}, size));
      default -> Tensor.ofIntegers("x", datatype, shape, Arrays.copyOf(range, size));
    };
  }
}
