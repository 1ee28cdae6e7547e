package dev.understudy.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.Tensor;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceReaderTest {
  private static final long[] ONE = {1};
  private static final InputContract INPUTS =
      new InputContract(
          List.of(
              Column.number("Amount", true),
              Column.category("Home", true),
              column("Image", Datatype.FP32, List.of(-1L, 3L)),
              column("Half", Datatype.FP16, List.of(-1L))));

  @Test
  void everySourceReadsItsValue() {
    assertThat(read("header:X-Customer", GivenValues.header("x-customer", "7")))
        .containsExactly("7");
    assertThat(read("parameter:customer", GivenValues.parameter("customer", "8")))
        .containsExactly("8");
    assertThat(read("input:Home", GivenValues.inputs(Tensor.ofTexts("Home", ONE, "rent"))))
        .containsExactly("rent");
  }

  @Test
  void whatIsNotThereIsTheEmptyText() {
    assertThat(read("header:x", GivenValues.NOTHING)).containsExactly("");
    assertThat(read("parameter:x", GivenValues.NOTHING)).containsExactly("");
    assertThat(read("input:Home", GivenValues.inputs(Tensor.ofTexts("Home", ONE, ""))))
        .containsExactly("");
    assertThat(read("input:Amount", GivenValues.inputs(Tensor.ofFloats("Amount", ONE, Float.NaN))))
        .containsExactly("");
  }

  @Test
  void rowsWithOneValueAreOneValue() {
    Tensor alike = Tensor.ofTexts("Home", new long[] {3}, "rent", "rent", "rent");
    Tensor mixed = Tensor.ofTexts("Home", new long[] {3}, "rent", "", "own");

    assertThat(read("input:Home", GivenValues.inputs(alike))).containsExactly("rent");
    assertThat(read("input:Home", GivenValues.inputs(mixed))).containsExactly("rent", "", "own");
  }

  @ParameterizedTest
  @CsvSource({
    "customer, header:NAME",
    "cookie:x, header:NAME",
    "header:, name of a header",
    "header:a b, name of a header",
    "'parameter: ', name of a parameter",
    "input:, name of an input",
    "input:Nobody, no input 'Nobody'",
    "input:Image, one value per row",
    "input:Half, FP16"
  })
  void whatCannotBeReadIsRefusedWithTheReason(String text, String reason) {
    assertThatThrownBy(() -> SourceReader.parse(text, INPUTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "12345, 12345",
    "0.1, 0.1",
    "-0.0, 0",
    "1e10, 10000000000",
    "16777216, 16777216",
    "1.50, 1.5",
    "1e-7, 0.0000001"
  })
  void aNumberHasOneTextInEitherPrecision(String written, String text) {
    Tensor single = Tensor.ofFloats("x", ONE, Float.parseFloat(written));
    Tensor twice = Tensor.ofDoubles("x", ONE, Double.parseDouble(written));

    assertThat(CanonicalText.of(single, 0)).isEqualTo(text);
    assertThat(CanonicalText.of(twice, 0)).isEqualTo(text);
    assertThat(CanonicalText.of(written, Datatype.FP32)).isEqualTo(text);
    assertThat(CanonicalText.of(written, Datatype.FP64)).isEqualTo(text);
  }

  @Test
  void everyOtherTypeHasOneTextToo() {
    assertThat(CanonicalText.of(Tensor.ofIntegers("x", Datatype.INT64, ONE, -5), 0))
        .isEqualTo("-5");
    assertThat(CanonicalText.of(Tensor.ofIntegers("x", Datatype.UINT64, ONE, -1), 0))
        .isEqualTo("18446744073709551615");
    assertThat(CanonicalText.of(Tensor.ofIntegers("x", Datatype.BOOL, ONE, 1), 0))
        .isEqualTo("true");
    assertThat(CanonicalText.of(Tensor.ofBytes("x", ONE, new byte[] {(byte) 0xff, 1}), 0))
        .isEqualTo("\uFFFDff01");
    assertThat(CanonicalText.of("007", Datatype.INT32)).isEqualTo("7");
  }

  @ParameterizedTest
  @CsvSource({
    "ten, INT32",
    "1.5, INT32",
    "1e999999999, INT64",
    "yes, BOOL",
    "NaN, FP64",
    "1e999, FP64",
    "1e99, FP32",
    "'', BYTES"
  })
  void aValueThatNoColumnCanHoldIsRefused(String written, Datatype datatype) {
    assertThatThrownBy(() -> CanonicalText.of(written, datatype))
        .hasMessageContaining("is no value of " + datatype);
  }

  private static Iterable<String> read(String source, RequestValues request) {
    return SourceReader.in(request, SourceReader.parse(source, INPUTS));
  }

  private static Column column(String name, Datatype datatype, List<Long> shape) {
    return new Column(
        name,
        datatype,
        shape,
        false,
        false,
        List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }
}
