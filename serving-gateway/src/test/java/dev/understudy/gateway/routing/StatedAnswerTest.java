package dev.understudy.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatedAnswerTest {
  private static final TensorSpec P = new TensorSpec("p", Datatype.FP32, List.of(-1L));
  private static final TensorSpec PAIR = new TensorSpec("pair", Datatype.INT64, List.of(-1L, 2L));
  private static final Tensor HALF = Tensor.ofFloats("p", new long[] {1}, 0.5f);
  private static final Tensor ONE_TWO =
      Tensor.ofIntegers("pair", Datatype.INT64, new long[] {1, 2}, 1, 2);

  @Test
  void theStatedRowIsRepeatedForEveryRowInTheOrderOfTheContract() {
    StatedAnswer answer = StatedAnswer.of(List.of(ONE_TWO, HALF), List.of(P, PAIR));

    assertThat(answer.repeated(3))
        .containsExactly(
            Tensor.ofFloats("p", new long[] {3}, 0.5f, 0.5f, 0.5f),
            Tensor.ofIntegers("pair", Datatype.INT64, new long[] {3, 2}, 1, 2, 1, 2, 1, 2));
  }

  @Test
  void everyDatatypeCanBeRepeated() {
    List<Tensor> row =
        List.of(
            Tensor.ofDoubles("a", new long[] {1}, 1.5),
            Tensor.ofTexts("b", new long[] {1}, "bad"),
            Tensor.ofHalves("c", Datatype.FP16, new long[] {1}, (short) 0x3c00));

    assertThat(new StatedAnswer(row).repeated(2))
        .containsExactly(
            Tensor.ofDoubles("a", new long[] {2}, 1.5, 1.5),
            Tensor.ofTexts("b", new long[] {2}, "bad", "bad"),
            Tensor.ofHalves("c", Datatype.FP16, new long[] {2}, (short) 0x3c00, (short) 0x3c00));
  }

  @Test
  void anAnswerThatTheModelDoesNotPromiseIsRefused() {
    assertRefused(List.of(HALF), List.of(P, PAIR), "'pair' must be stated exactly once");
    assertRefused(List.of(HALF, HALF), List.of(P), "'p' must be stated exactly once");
    assertRefused(List.of(HALF, ONE_TWO), List.of(P), "'pair' is no output of the model");
    assertRefused(
        List.of(Tensor.ofDoubles("p", new long[] {1}, 0.5)), List.of(P), "one row of FP32[-1]");
    assertRefused(
        List.of(Tensor.ofFloats("p", new long[] {2}, 0, 1)), List.of(P), "one row of FP32[-1]");
    assertRefused(
        List.of(Tensor.ofFloats("p", new long[] {1}, Float.NaN)), List.of(P), "finite numbers");
  }

  private static void assertRefused(List<Tensor> given, List<TensorSpec> outputs, String why) {
    assertThatThrownBy(() -> StatedAnswer.of(given, outputs))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
