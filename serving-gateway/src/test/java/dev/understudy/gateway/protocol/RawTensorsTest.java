package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.ProblemType;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RawTensorsTest {
  private static final long[] TWO = {2};

  static Stream<Tensor> oneOfEachDatatype() {
    return Stream.of(
        Tensor.ofIntegers("x", Datatype.BOOL, TWO, 1, 0),
        Tensor.ofIntegers("x", Datatype.UINT8, TWO, 0, 255),
        Tensor.ofIntegers("x", Datatype.UINT16, TWO, 1, 65_535),
        Tensor.ofIntegers("x", Datatype.UINT32, TWO, 1, 4_294_967_295L),
        Tensor.ofIntegers("x", Datatype.UINT64, TWO, 1, -1),
        Tensor.ofIntegers("x", Datatype.INT8, TWO, -128, 127),
        Tensor.ofIntegers("x", Datatype.INT16, TWO, -32_768, 32_767),
        Tensor.ofIntegers("x", Datatype.INT32, TWO, Integer.MIN_VALUE, Integer.MAX_VALUE),
        Tensor.ofIntegers("x", Datatype.INT64, TWO, Long.MIN_VALUE, Long.MAX_VALUE),
        Tensor.ofHalves("x", Datatype.FP16, TWO, (short) 0x3C00, (short) 0xC000),
        Tensor.ofHalves("x", Datatype.BF16, TWO, (short) 0x3F80, (short) 0xC000),
        Tensor.ofFloats("x", TWO, 1.5f, -0f),
        Tensor.ofDoubles("x", TWO, 0.1, -1e300),
        Tensor.ofBytes("x", TWO, "a\0b\u00ff".getBytes(ISO_8859_1), new byte[] {-1}));
  }

  @ParameterizedTest
  @MethodSource("oneOfEachDatatype")
  void whatIsWrittenIsReadAgain(Tensor tensor) {
    byte[] raw = RawTensors.write(tensor);

    Tensor again = RawTensors.read(ByteBuffer.wrap(raw), column(tensor.datatype()), TWO);

    assertThat(again).isEqualTo(tensor);
    assertThat(RawTensors.write(again)).isEqualTo(raw);
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL,01",
    "UINT8,01",
    "UINT16,0100",
    "INT32,01000000",
    "UINT64,0100000000000000",
    "FP16,0100",
    "BF16,0100",
    "FP32,0000803f",
    "FP64,000000000000f03f",
    "BYTES,0100000031"
  })
  void theBytesAreLittleEndian(Datatype datatype, String hex) {
    byte[] raw = HexFormat.of().parseHex(hex);

    Tensor one = RawTensors.read(ByteBuffer.wrap(raw), column(datatype), new long[] {1});

    switch (datatype) {
      case FP16, BF16 -> assertThat(one.bits(0)).isEqualTo((short) 1);
      case FP32, FP64 -> assertThat(one.number(0)).isOne();
      case BYTES -> assertThat(one.text(0)).isEqualTo("1");
      default -> assertThat(one.integer(0)).isOne();
    }
    assertThat(RawTensors.write(one)).isEqualTo(raw);
  }

  @Test
  void theBytesAreTakenFromPositionToLimit() {
    ByteBuffer body = ByteBuffer.wrap(new byte[] {9, 9, 1, 2, 9}).position(2).limit(4);

    Tensor tensor = RawTensors.read(body, column(Datatype.UINT8), TWO);

    assertThat(tensor).isEqualTo(Tensor.ofIntegers("x", Datatype.UINT8, TWO, 1, 2));
    assertThat(body.position()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"INT8,1", "INT8,3", "FP32,7", "FP32,0", "FP64,15", "BF16,5"})
  void bytesThatDoNotFillTheShapeAreRefused(Datatype datatype, int length) {
    assertThat(refused(datatype, TWO, new byte[length]))
        .isEqualTo(
            "input x: shape [2] of %s needs %d bytes, the binary data has %d"
                .formatted(datatype, 2 * datatype.width(), length));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                       | at least 8 bytes",
        "00000000000000           | at least 8 bytes",
        "04000000616263640000     | x[1]: the binary data end before",
        "0100000061010000006200   | 1 bytes are left over",
        "ffffffff61616161         | x[0]: the element is said to have 4294967295 bytes, 4 are left",
        "010000006105000000ffffff | x[1]: the element is said to have 5 bytes, 3 are left"
      })
  void aLengthThatLiesIsRefused(String hex, String reason) {
    assertThat(refused(Datatype.BYTES, TWO, HexFormat.of().parseHex(hex))).contains(reason);
  }

  @Test
  void aShapeBeyondAllNumbersReservesNothing() {
    long[] overflows = {1L << 40, 1L << 40};

    for (Datatype datatype : Datatype.values()) {
      assertThat(refused(datatype, overflows, new byte[16])).contains("no tensor is as large as");
      assertThat(refused(datatype, new long[] {1L << 40}, new byte[16])).contains("bytes");
    }
  }

  @Test
  void aTensorWithoutElementsHasNoBytes() {
    for (Datatype datatype : Datatype.values()) {
      Tensor empty = RawTensors.read(ByteBuffer.allocate(0), column(datatype), new long[] {2, 0});

      assertThat(empty.size()).isZero();
      assertThat(RawTensors.write(empty)).isEmpty();
    }
  }

  @Test
  void aTruthValueIsNoOtherByte() {
    assertThat(refused(Datatype.BOOL, TWO, new byte[] {1, 2}))
        .isEqualTo("input x[1]: the number is outside BOOL");
  }

  @Test
  void anElementAgainstTheContractIsRefusedByItsIndex() {
    byte[] infinite = RawTensors.write(Tensor.ofFloats("x", TWO, 1, Float.NEGATIVE_INFINITY));
    byte[] half = {0, 0, 0, 0x7C};

    assertThat(refused(Datatype.FP32, TWO, infinite))
        .isEqualTo("input x[1]: the number is outside FP32");
    assertThat(refused(Datatype.FP16, TWO, half)).startsWith("input x[1]: the number is outside");
  }

  private static String refused(Datatype datatype, long[] shape, byte[] raw) {
    RequestRefused refused =
        catchThrowableOfType(
            RequestRefused.class,
            () -> RawTensors.read(ByteBuffer.wrap(raw), column(datatype), shape));
    assertThat(refused.problem()).isEqualTo(ProblemType.INVALID_REQUEST);
    return refused.reason();
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
