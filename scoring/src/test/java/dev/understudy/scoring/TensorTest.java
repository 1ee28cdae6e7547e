package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void theDataMustFillTheShape() {
    assertThatThrownBy(() -> Tensor.ofFloats("x", new long[] {2, 2}, 1, 2, 3))
        .hasMessageContaining("tensor x")
        .hasMessageContaining("4 elements");
  }

  @Test
  void aScalarHasOneElementAndAnEmptyDimensionNone() {
    assertThat(Tensor.elements(new long[0])).isOne();
    assertThat(Tensor.elements(new long[] {3, 0})).isZero();
  }

  @Test
  void aShapeWhoseProductOverflowsIsRefused() {
    assertThatThrownBy(() -> Tensor.elements(new long[] {1L << 40, 1L << 40}))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void missingIsNanOrTheEmptyText() {
    Tensor numbers = Tensor.ofFloats("x", new long[] {2}, 0f, Float.NaN);
    Tensor texts = Tensor.ofTexts("x", new long[] {2}, "a", "");

    assertThat(numbers.isMissing(0)).isFalse();
    assertThat(numbers.isMissing(1)).isTrue();
    assertThat(texts.isMissing(0)).isFalse();
    assertThat(texts.isMissing(1)).isTrue();
  }

  @Test
  void textDoesNotShowTheValues() {
    assertThat(Tensor.ofTexts("x", new long[] {1}, "secret").toString()).isEqualTo("x BYTES[1]");
  }

  @Test
  void halvesAreKeptAsTheirBitsAndReadAsNumbers() {
    Tensor half =
        Tensor.ofHalves("x", Datatype.FP16, new long[] {2}, Float.floatToFloat16(1.5f), (short) 0);
    Tensor brain =
        Tensor.ofHalves(
            "x", Datatype.BF16, new long[] {1}, (short) (Float.floatToIntBits(-2.5f) >>> 16));

    assertThat(half.number(0)).isEqualTo(1.5);
    assertThat(half.bits(0)).isEqualTo(Float.floatToFloat16(1.5f));
    assertThat(brain.number(0)).isEqualTo(-2.5);
    assertThatThrownBy(() -> Tensor.ofHalves("x", Datatype.FP32, new long[] {0}))
        .hasMessageContaining("FP32");
  }

  @Test
  void bytesNeedNotBeText() {
    byte[] any = {0, (byte) 0xff, 1};

    assertThat(Tensor.ofBytes("x", new long[] {1}, any).bytes(0)).isEqualTo(any);
    assertThat(Tensor.ofTexts("x", new long[] {1}, "Zürich").text(0)).isEqualTo("Zürich");
  }
}
