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
}
