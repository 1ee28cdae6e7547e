package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that sends back what it got, without the network. */
class RemoteWireTest {
  private static final long[] TWO = {2};

  static Stream<Named<Tensor>> tensors() {
    return Stream.of(
            Tensor.ofFloats("t", TWO, 0.1f, -3.4e38f),
            Tensor.ofDoubles("t", new long[] {2, 1}, 0.1, 4.9e-324),
            Tensor.ofTexts("t", TWO, "grüß", "\"\u0000\\"),
            Tensor.ofIntegers("t", Datatype.BOOL, TWO, 1, 0),
            Tensor.ofIntegers("t", Datatype.UINT8, TWO, 255, 0),
            Tensor.ofIntegers("t", Datatype.INT8, TWO, -128, 127),
            Tensor.ofIntegers("t", Datatype.UINT16, TWO, 65_535, 0),
            Tensor.ofIntegers("t", Datatype.INT16, TWO, -32_768, 32_767),
            Tensor.ofIntegers("t", Datatype.UINT32, TWO, 4_294_967_295L, 0),
            Tensor.ofIntegers("t", Datatype.INT32, TWO, Integer.MIN_VALUE, Integer.MAX_VALUE),
            Tensor.ofIntegers("t", Datatype.UINT64, TWO, -1, 0),
            Tensor.ofIntegers("t", Datatype.INT64, TWO, Long.MIN_VALUE, Long.MAX_VALUE))
        .map(tensor -> Named.of(tensor.toString(), tensor));
  }

  static Stream<Named<Tensor>> binaryOnly() {
    return Stream.of(
            Tensor.ofBytes("t", TWO, new byte[] {0, (byte) 0xff}, new byte[0]),
            Tensor.ofHalves("t", Datatype.FP16, TWO, (short) 0x3c00, (short) 0xbc00),
            Tensor.ofHalves("t", Datatype.BF16, TWO, (short) 0x3f80, (short) 0xbf80))
        .map(tensor -> Named.of(tensor.toString(), tensor));
  }

  @ParameterizedTest
  @MethodSource("tensors")
  void everyTypeSurvivesJson(Tensor tensor) throws Exception {
    assertThat(echo(tensor, false)).isEqualTo(tensor);
  }

  @ParameterizedTest
  @MethodSource({"tensors", "binaryOnly"})
  void everyTypeSurvivesTheBinaryForm(Tensor tensor) throws Exception {
    assertThat(echo(tensor, true)).isEqualTo(tensor);
  }

  private static Tensor echo(Tensor tensor, boolean binary) throws Exception {
    TensorSpec spec =
        new TensorSpec("t", tensor.datatype(), Arrays.stream(tensor.shape()).boxed().toList());
    RemoteBody sent = RemoteBody.of(List.of(tensor), List.of(), binary);
    String json = new String(sent.bytes(), 0, sent.jsonBytes(), UTF_8);
    byte[] head =
        json.replace(",\"outputs\":[]", "").replace("\"inputs\"", "\"outputs\"").getBytes(UTF_8);
    int rest = sent.bytes().length - sent.jsonBytes();
    byte[] answer = Arrays.copyOf(head, head.length + rest);
    System.arraycopy(sent.bytes(), sent.jsonBytes(), answer, head.length, rest);
    return RemoteAnswer.read(
            answer, Optional.of(String.valueOf(head.length)), List.of(spec), tensor.rows())
        .getFirst();
  }
}
