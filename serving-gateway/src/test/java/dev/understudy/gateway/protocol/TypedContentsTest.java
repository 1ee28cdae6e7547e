package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.inference.InferTensorContents;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.util.List;
import java.util.OptionalDouble;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TypedContentsTest {
  private static final long[] TWO = {2};

  @ParameterizedTest
  @MethodSource("dev.understudy.gateway.protocol.RawTensorsTest#oneOfEachDatatype")
  void whatIsWrittenIsReadAgain(Tensor tensor) {
    if (tensor.datatype().isHalf()) {
      assertThatThrownBy(() -> TypedContents.write(tensor)).hasMessageContaining("no typed form");
      return;
    }

    InferTensorContents contents = TypedContents.write(tensor);

    assertThat(contents.getAllFields()).hasSize(1);
    assertThat(TypedContents.read(contents, column(tensor.datatype()), TWO)).isEqualTo(tensor);
  }

  @ParameterizedTest
  @EnumSource(names = {"FP16", "BF16"})
  void aHalfHasNoTypedForm(Datatype datatype) {
    refused(
        () -> TypedContents.read(fp32(1, 2), column(datatype), TWO),
        "input x: " + datatype + " has no typed form; send raw_input_contents");
  }

  @Test
  void elementsInAnotherFieldAreRefused() {
    InferTensorContents both = fp32(1, 2).toBuilder().addIntContents(7).build();

    refused(
        () -> TypedContents.read(fp32(1, 2), column(Datatype.INT8), TWO),
        "input x: elements of INT8 belong in int_contents, not in fp32_contents");
    refused(
        () -> TypedContents.read(both, column(Datatype.FP32), TWO),
        "belong in fp32_contents, not in int_contents");
  }

  @Test
  void asManyElementsAsTheShapeSaysAreNeeded() {
    refused(
        () -> TypedContents.read(fp32(1), column(Datatype.FP32), TWO),
        "input x: shape [2] needs 2 elements, fp32_contents has 1");
    refused(
        () ->
            TypedContents.read(
                InferTensorContents.getDefaultInstance(), column(Datatype.BYTES), TWO),
        "bytes_contents has 0");
  }

  @Test
  void whatIsTooWideForTheDatatypeIsRefusedByItsIndex() {
    InferTensorContents signed =
        InferTensorContents.newBuilder().addIntContents(-128).addIntContents(128).build();
    InferTensorContents unsigned =
        InferTensorContents.newBuilder().addUintContents(65_535).addUintContents(-1).build();

    refused(
        () -> TypedContents.read(signed, column(Datatype.INT8), TWO),
        "input x[1]: the number is outside INT8");
    refused(
        () -> TypedContents.read(unsigned, column(Datatype.UINT16), TWO),
        "input x[1]: the number is outside UINT16");
  }

  @Test
  void theElementsAreHeldToTheColumn() {
    InferTensorContents empty =
        InferTensorContents.newBuilder()
            .addBytesContents(ByteString.copyFromUtf8("a"))
            .addBytesContents(ByteString.EMPTY)
            .build();

    refused(
        () -> TypedContents.read(empty, column(Datatype.BYTES), TWO),
        "input x[1]: the value must not be missing");
    refused(
        () -> TypedContents.read(fp32(1, Float.NaN), column(Datatype.FP32), TWO),
        "input x[1]: NaN is not allowed");
  }

  private static InferTensorContents fp32(float... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (float value : values) {
      contents.addFp32Contents(value);
    }
    return contents.build();
  }

  private static void refused(ThrowingCallable reading, String reason) {
    assertThatThrownBy(reading).isInstanceOf(RequestRefused.class).hasMessageContaining(reason);
  }

  private static Column column(Datatype datatype) {
    return new Column(
        "x",
        datatype,
        List.of(-1L),
        false,
        false,
        List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }
}
