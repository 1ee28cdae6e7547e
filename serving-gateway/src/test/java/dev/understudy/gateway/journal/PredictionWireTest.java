package dev.understudy.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.TensorValues;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionWireTest {
  private static final List<Tensor> INPUTS =
      List.of(
          Tensor.ofFloats("floats", new long[] {2, 2}, 1.5f, -0f, Float.NaN, 3e30f),
          Tensor.ofDoubles("doubles", new long[] {1}, Math.PI),
          Tensor.ofHalves("half", Datatype.FP16, new long[] {1}, (short) 0x3c00),
          Tensor.ofHalves("brain", Datatype.BF16, new long[] {1}, (short) 0x3f80),
          Tensor.ofIntegers("whole", Datatype.INT64, new long[] {3}, 0, -1, Long.MAX_VALUE),
          Tensor.ofIntegers("unsigned", Datatype.UINT64, new long[] {1}, -1),
          Tensor.ofIntegers("flag", Datatype.BOOL, new long[] {2}, 0, 1),
          Tensor.ofTexts("text", new long[] {3}, "", "ünïcode", "x".repeat(300)),
          Tensor.ofFloats("empty", new long[] {0}),
          Tensor.ofFloats("scalar", new long[] {}, 7),
          Tensor.ofFloats("große", new long[] {1}, 1));

  @Test
  void theBytesAreThoseOfTheMessages() throws InvalidProtocolBufferException {
    PredictionLogged logged =
        PredictionLogged.newBuilder().setPredictionId("id").setRows(3).setPinned(true).build();

    byte[] event =
        PredictionWire.event(
            logged, INPUTS.stream().map(one -> new PredictionWire.Input(one, true)).toList());

    TensorValues.Builder expected = TensorValues.newBuilder();
    INPUTS.forEach(tensor -> expected.addTensors(VersionScores.tensor(tensor)));
    assertThat(PredictionEvent.parseFrom(event))
        .isEqualTo(
            PredictionEvent.newBuilder()
                .setLogged(logged.toBuilder().setInputs(expected.build().toByteString()))
                .build());
  }

  @Test
  void anInputWithoutValuesKeepsItsNameTypeAndShape() throws InvalidProtocolBufferException {
    byte[] event =
        PredictionWire.event(
            PredictionLogged.getDefaultInstance(),
            INPUTS.stream().map(one -> new PredictionWire.Input(one, false)).toList());

    TensorValues.Builder expected = TensorValues.newBuilder();
    INPUTS.forEach(
        tensor ->
            expected.addTensors(
                VersionScores.tensor(tensor).toBuilder()
                    .clearNumbers()
                    .clearIntegers()
                    .clearTexts()));
    assertThat(TensorValues.parseFrom(PredictionEvent.parseFrom(event).getLogged().getInputs()))
        .isEqualTo(expected.build());
  }
}
