package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.understudy.contracts.inference.InferTensorContents;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.inference.ModelInferResponse.InferOutputTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers over gRPC, without the network; the tensors are those of {@link RemoteWireTest}. */
class GrpcAnswerTest {
  @ParameterizedTest
  @MethodSource({
    "dev.understudy.scoring.RemoteWireTest#tensors",
    "dev.understudy.scoring.RemoteWireTest#binaryOnly"
  })
  void everyTypeSurvivesTheRawForm(Tensor tensor) {
    byte[] answer =
        ModelInferResponse.newBuilder()
            .addOutputs(head(tensor))
            .addRawOutputContents(ByteString.copyFrom(RawTensor.write(tensor)))
            .build()
            .toByteArray();

    assertThat(read(answer, tensor)).isEqualTo(tensor);
  }

  @ParameterizedTest
  @MethodSource("dev.understudy.scoring.RemoteWireTest#tensors")
  void everyTypeSurvivesTheTypedForm(Tensor tensor) {
    byte[] answer =
        ModelInferResponse.newBuilder()
            .addOutputs(head(tensor).setContents(contents(tensor)))
            .build()
            .toByteArray();

    assertThat(read(answer, tensor)).isEqualTo(tensor);
  }

  @Test
  void numbersMayComeOneByOne() throws Exception {
    Tensor tensor = Tensor.ofFloats("t", new long[] {2}, 0.25f, 0.5f);
    byte[] contents =
        message(
            out -> {
              out.writeFloat(InferTensorContents.FP32_CONTENTS_FIELD_NUMBER, 0.25f);
              out.writeFloat(InferTensorContents.FP32_CONTENTS_FIELD_NUMBER, 0.5f);
            });
    byte[] output =
        message(
            out -> {
              out.writeString(InferOutputTensor.NAME_FIELD_NUMBER, "t");
              out.writeString(InferOutputTensor.DATATYPE_FIELD_NUMBER, "FP32");
              out.writeInt64(InferOutputTensor.SHAPE_FIELD_NUMBER, 2);
              out.writeByteArray(InferOutputTensor.CONTENTS_FIELD_NUMBER, contents);
            });

    byte[] answer =
        message(out -> out.writeByteArray(ModelInferResponse.OUTPUTS_FIELD_NUMBER, output));

    assertThat(read(answer, tensor)).isEqualTo(tensor);
  }

  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  @Test
  void nothingIsReservedForElementsThatAreNotThere() {
    int many = 1 << 20;
    Tensor promised = Tensor.ofDoubles("t", new long[] {many}, new double[many]);
    byte[] aByteEach =
        ModelInferResponse.newBuilder()
            .addOutputs(
                head(promised)
                    .setContents(
                        InferTensorContents.newBuilder()
                            .addBytesContents(ByteString.copyFrom(new byte[many]))))
            .build()
            .toByteArray();

    assertThatThrownBy(() -> read(aByteEach, promised))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("data are fewer than the shape says");
  }

  @Test
  void whatIsNotAsPromisedIsRefused() {
    Tensor two = Tensor.ofFloats("t", new long[] {2}, 1, 2);
    assertRefused(two, answer -> answer.clearRawOutputContents(), "fewer");
    assertRefused(
        two, answer -> answer.addRawOutputContents(ByteString.EMPTY), "not every output has");
    assertRefused(
        two,
        answer -> answer.setRawOutputContents(0, ByteString.copyFrom(new byte[7])),
        "too few bytes");
    assertRefused(
        two,
        answer -> answer.setRawOutputContents(0, ByteString.copyFrom(new byte[9])),
        "too many bytes");
    assertRefused(
        two, answer -> outputs(answer, head -> head.setContents(contents(two))), "two kinds");
    assertRefused(two, answer -> outputs(answer, head -> head.setName("u")), "did not come");
    assertRefused(two, answer -> outputs(answer, head -> head.setDatatype("FP64")), "datatype");
    assertRefused(two, answer -> outputs(answer, head -> head.setShape(0, 1L << 62)), "came as");
    assertRefused(two, answer -> outputs(answer, head -> head.setShape(0, 1)), "came as");
    assertRefused(two, answer -> outputs(answer, head -> head.setShape(0, -2)), "negative");
    assertRefused(
        two,
        answer -> {
          for (int i = 0; i < 2_000; i++) {
            answer.addOutputs(InferOutputTensor.getDefaultInstance());
          }
          return answer;
        },
        "too many outputs");
    assertRefused(
        two,
        answer ->
            outputs(
                answer,
                head -> {
                  for (int i = 0; i < 100; i++) {
                    head.addShape(1);
                  }
                  return head;
                }),
        "more than there may be");
    assertRefused(
        two,
        answer ->
            outputs(
                answer.clearRawOutputContents(),
                head ->
                    head.setContents(
                        InferTensorContents.newBuilder().addFp64Contents(1).addFp64Contents(2))),
        "field of another datatype");
  }

  /** Whatever comes, it is read or refused by the one exception. */
  @Test
  void noBytesDoAnythingElse() {
    Tensor two = Tensor.ofFloats("t", new long[] {2}, 1, 2);
    byte[] good = answer(two).build().toByteArray();
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = Arrays.copyOf(good, 1 + random.nextInt(good.length));
      for (int change = random.nextInt(4); change >= 0; change--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try {
        read(bad, two);
      } catch (IllegalStateException refused) {
        assertThat(refused).isNotNull();
      }
    }
  }

  private static void assertRefused(
      Tensor promised, UnaryOperator<ModelInferResponse.Builder> change, String reason) {
    byte[] answer = change.apply(answer(promised)).build().toByteArray();
    assertThatThrownBy(() -> read(answer, promised))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(reason);
  }

  private static ModelInferResponse.Builder outputs(
      ModelInferResponse.Builder answer, UnaryOperator<InferOutputTensor.Builder> change) {
    return answer.setOutputs(0, change.apply(answer.getOutputs(0).toBuilder()));
  }

  private static ModelInferResponse.Builder answer(Tensor tensor) {
    return ModelInferResponse.newBuilder()
        .addOutputs(head(tensor))
        .addRawOutputContents(ByteString.copyFrom(RawTensor.write(tensor)));
  }

  private static Tensor read(byte[] answer, Tensor promised) {
    TensorSpec spec = new TensorSpec("t", promised.datatype(), Answers.shape(promised));
    return GrpcAnswer.read(answer, List.of(spec), promised.rows()).getFirst();
  }

  private static InferOutputTensor.Builder head(Tensor tensor) {
    InferOutputTensor.Builder head =
        InferOutputTensor.newBuilder().setName(tensor.name()).setDatatype(tensor.datatype().name());
    for (long size : tensor.shape()) {
      head.addShape(size);
    }
    return head;
  }

  private static InferTensorContents contents(Tensor tensor) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int i = 0; i < tensor.size(); i++) {
      switch (tensor.datatype()) {
        case FP32 -> contents.addFp32Contents((float) tensor.number(i));
        case FP64 -> contents.addFp64Contents(tensor.number(i));
        case BYTES -> contents.addBytesContents(ByteString.copyFrom(tensor.bytes(i)));
        case BOOL -> contents.addBoolContents(tensor.integer(i) == 1);
        case INT64 -> contents.addInt64Contents(tensor.integer(i));
        case UINT64 -> contents.addUint64Contents(tensor.integer(i));
        case UINT8, UINT16, UINT32 -> contents.addUintContents((int) tensor.integer(i));
        default -> contents.addIntContents((int) tensor.integer(i));
      }
    }
    return contents.build();
  }
}
