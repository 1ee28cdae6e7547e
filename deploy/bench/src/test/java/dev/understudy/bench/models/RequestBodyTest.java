package dev.understudy.bench.models;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.scoring.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
  private static final List<Tensor> INPUTS =
      List.of(
          Tensor.ofFloats("x", new long[] {1, 2}, 1.5f, -2),
          Tensor.ofTexts("t", new long[] {1}, "ab"));

  @Test
  void jsonHoldsFlatArrays() {
    assertThat(new String(RequestBody.json(INPUTS).bytes(), UTF_8))
        .isEqualTo(
            """
            {"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1.5,-2.0]},\
            {"name":"t","shape":[1],"datatype":"BYTES","data":["ab"]}]}""");
  }

  @Test
  void binaryTensorsFollowTheJsonWhoseLengthIsInTheHeader() {
    RequestBody body = RequestBody.binary(INPUTS);
    int json = Integer.parseInt(body.headers().get("inference-header-content-length"));

    byte[] bytes = body.bytes();
    ByteBuffer tensors =
        ByteBuffer.wrap(bytes, json, bytes.length - json).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(new String(bytes, 0, json, UTF_8))
        .contains("\"binary_data_size\":8")
        .contains("\"binary_data_size\":6")
        .endsWith("\"parameters\":{\"binary_data_output\":true}}");
    assertThat(tensors.getFloat()).isEqualTo(1.5f);
    assertThat(tensors.getFloat()).isEqualTo(-2);
    assertThat(tensors.getInt()).isEqualTo(2);
    assertThat(new String(bytes, bytes.length - 2, 2, UTF_8)).isEqualTo("ab");
  }

  @Test
  void aGrpcRequestIsFramedAndHoldsNameInputsAndRawContents() {
    byte[] frame = RequestBody.grpc("m", INPUTS).bytes();

    assertThat(frame[0]).isZero();
    assertThat(ByteBuffer.wrap(frame, 1, 4).getInt()).isEqualTo(frame.length - 5);
    // Fields 1 (name), 5 (inputs: name, datatype, shape) and 7 (raw contents), by hand.
    assertThat(HexFormat.of().formatHex(Arrays.copyOfRange(frame, 5, frame.length)))
        .isEqualTo(
            "0a016d"
                + "2a0d"
                + "0a0178"
                + "120446503332"
                + "18011802"
                + "2a0c"
                + "0a0174"
                + "12054259544553"
                + "1801"
                + "3a080000c03f000000c0"
                + "3a06020000006162");
  }
}
